/* What the lamps show: the host's mask, masks scheduled for later, a lamp test, or the sign of life. */
#ifndef LAMPS_H
#define LAMPS_H

#include <stdbool.h>
#include <stdint.h>

#define LAMPS 6
#define LAMPS_ALL ((1u << LAMPS) - 1)
#define LAMPS_SCHEDULED 4

/* All times here are low parts of box time. */

struct lamps {
    struct {
        uint32_t at;
        uint8_t mask;
    } scheduled[LAMPS_SCHEDULED]; /* by rising time */
    uint8_t scheduled_count;
    uint8_t mask;      /* as the host wants it */
    uint8_t shown;     /* as it is */
    uint32_t phase;    /* when blink or test changes next */
    uint32_t test_end;
    uint8_t step;
    bool testing;
    bool blinking;
};

void lamps_init(struct lamps *lamps, uint32_t now);
void lamps_set(struct lamps *lamps, uint8_t mask);

/* at: not more than half the range of the low part ahead. */
void lamps_schedule(struct lamps *lamps, uint32_t at, uint8_t mask);
void lamps_test(struct lamps *lamps, uint16_t duration_ms, uint32_t now);

/* With the link closed the lamps blink: the box is alive, but nobody speaks to it. */
void lamps_blink(struct lamps *lamps, bool blink, uint32_t now);

/* Bring the lamps up to now; returns the ticks until they change by themselves, or limit if that is less. */
uint32_t lamps_poll(struct lamps *lamps, uint32_t now, uint32_t limit);

#endif
