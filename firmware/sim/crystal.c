/* Constant rate, or one that swings like a sine: an oscillator that gets warm and cold. */
#include "crystal.h"

#include <math.h>

#define TWO_PI 6.283185307179586

void crystal_init(struct crystal *crystal, uint64_t start_ns, double hz, double ppm, double wander_ppm,
                  double wander_period_s)
{
    *crystal = (struct crystal){
        .start_ns = start_ns,
        .cycles_per_ns = hz / 1e9 * (1 + ppm / 1e6),
        .wander_ppm = wander_ppm,
        .wander_period_ns = wander_ppm == 0 ? 0 : wander_period_s * 1e9,
    };
}

/* How far the clock is ahead of its constant rate after this time: the integral of the swing. */
static double ahead_ns(const struct crystal *crystal, double ns)
{
    double period = crystal->wander_period_ns;

    return period == 0 ? 0 : crystal->wander_ppm / 1e6 * period / TWO_PI * (1 - cos(TWO_PI * ns / period));
}

uint64_t crystal_cycle(const struct crystal *crystal, double ns)
{
    double passed = ns - (double)crystal->start_ns;

    return passed <= 0 ? 0 : (uint64_t)((passed + ahead_ns(crystal, passed)) * crystal->cycles_per_ns);
}

uint64_t crystal_ns(const struct crystal *crystal, uint64_t cycle)
{
    double counted = (double)cycle / crystal->cycles_per_ns;
    double passed = counted;

    /* Each step makes the error smaller by the swing's share of the rate, a thousandth at most. */
    if (crystal->wander_period_ns != 0)
        for (int i = 0; i < 4; i++)
            passed = counted - ahead_ns(crystal, passed);
    return crystal->start_ns + (uint64_t)passed;
}
