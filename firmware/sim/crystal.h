/* How the cycles of one chip lie on the host's CLOCK_MONOTONIC. */
#ifndef CRYSTAL_H
#define CRYSTAL_H

#include <stdint.h>

struct crystal {
    uint64_t start_ns; /* cycle 0 */
    double cycles_per_ns;
    double wander_ppm;     /* the rate swings by so much ... */
    double wander_period_ns; /* ... in this time; 0: it does not */
};

void crystal_init(struct crystal *crystal, uint64_t start_ns, double hz, double ppm, double wander_ppm,
                  double wander_period_s);

/* The cycle that is under way at this time; 0 before the start. */
uint64_t crystal_cycle(const struct crystal *crystal, double ns);

/* When this cycle begins, rounded down. */
uint64_t crystal_ns(const struct crystal *crystal, uint64_t cycle);

#endif
