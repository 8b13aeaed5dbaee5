/* What the lamps show. */
#include "lamps.h"

#include "board.h"

#define TEST_STEP_TICKS (TICK_HZ / 8)
#define BLINK_ON_TICKS (TICK_HZ / 10)
#define BLINK_OFF_TICKS (TICK_HZ * 2 - BLINK_ON_TICKS)

static bool reached(uint32_t when, uint32_t now)
{
    return (int32_t)(now - when) >= 0;
}

void lamps_init(struct lamps *lamps, uint32_t now)
{
    *lamps = (struct lamps){.phase = now};
    board_lamps(0);
}

void lamps_set(struct lamps *lamps, uint8_t mask)
{
    lamps->mask = mask & LAMPS_ALL;
    lamps->scheduled_count = 0;
}

void lamps_schedule(struct lamps *lamps, uint32_t at, uint8_t mask)
{
    uint8_t i;

    if (lamps->scheduled_count == LAMPS_SCHEDULED)
        lamps->scheduled_count--;
    for (i = lamps->scheduled_count++; i && (int32_t)(lamps->scheduled[i - 1].at - at) > 0; i--)
        lamps->scheduled[i] = lamps->scheduled[i - 1];
    lamps->scheduled[i].at = at;
    lamps->scheduled[i].mask = mask & LAMPS_ALL;
}

void lamps_test(struct lamps *lamps, uint16_t duration_ms, uint32_t now)
{
    lamps->testing = duration_ms != 0;
    lamps->step = 0;
    lamps->phase = now + TEST_STEP_TICKS;
    lamps->test_end = now + duration_ms * (TICK_HZ / 1000);
}

void lamps_blink(struct lamps *lamps, bool blink, uint32_t now)
{
    if (blink == lamps->blinking)
        return;
    lamps->blinking = blink;
    lamps->testing = false;
    lamps->step = 0;
    lamps->phase = now + BLINK_OFF_TICKS;
}

static uint32_t sooner(uint32_t limit, uint32_t when, uint32_t now)
{
    uint32_t wait = when - now;

    return wait < limit ? wait : limit;
}

uint32_t lamps_poll(struct lamps *lamps, uint32_t now, uint32_t limit)
{
    uint8_t show = lamps->mask;

    while (lamps->scheduled_count && reached(lamps->scheduled[0].at, now)) {
        lamps->mask = show = lamps->scheduled[0].mask;
        lamps->scheduled_count--;
        for (uint8_t i = 0; i < lamps->scheduled_count; i++)
            lamps->scheduled[i] = lamps->scheduled[i + 1];
    }
    if (lamps->testing && reached(lamps->test_end, now))
        lamps->testing = false;
    if (lamps->testing) {
        if (reached(lamps->phase, now)) {
            lamps->phase += TEST_STEP_TICKS;
            lamps->step = lamps->step == LAMPS - 1 ? 0 : lamps->step + 1;
        }
        show = (uint8_t)(1u << lamps->step);
        limit = sooner(sooner(limit, lamps->phase, now), lamps->test_end, now);
    } else if (lamps->blinking) {
        if (reached(lamps->phase, now)) {
            lamps->step = !lamps->step;
            lamps->phase += lamps->step ? BLINK_ON_TICKS : BLINK_OFF_TICKS;
        }
        show = lamps->step ? LAMPS_ALL : 0;
        limit = sooner(limit, lamps->phase, now);
    }
    if (show != lamps->shown) {
        lamps->shown = show;
        board_lamps(show);
    }
    if (lamps->scheduled_count)
        limit = sooner(limit, lamps->scheduled[0].at, now);
    return limit;
}
