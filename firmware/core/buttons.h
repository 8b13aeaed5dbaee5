/* When is a contact a press: from stamped snapshots of the inputs to press and release events (PROTOCOL.md, 6).
 *
 * Everything is computed from the stamps, so it makes no difference when, or how often, the main loop gets here. */
#ifndef BUTTONS_H
#define BUTTONS_H

#include "event.h"

#define BUTTONS 6
#define TICKS_PER_MS 2000u
#define PRESS_TICKS (2 * TICKS_PER_MS)     /* net down time that makes a press */
#define DROP_TICKS (5 * TICKS_PER_MS)      /* up on end: it was a spike */
#define WINDOW_TICKS (25 * TICKS_PER_MS)   /* a first edge older than this is given up */
#define RELEASE_TICKS (20 * TICKS_PER_MS)  /* net up time that makes a release */

enum button_state { BUTTON_REST, BUTTON_UNDECIDED, BUTTON_HELD };

struct button {
    uint32_t mark;      /* the edge that a coming event will be stamped with: low part */
    uint32_t reckoned;  /* the time up to which balance and up_run are right: low part */
    uint16_t balance;
    uint16_t up_run;
    uint8_t state;
    uint8_t edges;
    uint8_t flags;
    uint8_t same_mask;
};

struct buttons {
    struct button button[BUTTONS];
    ticks_t now;        /* latest time handed in: gives low parts their high part */
    uint8_t down;       /* contacts as in the last snapshot */
    uint8_t held;       /* buttons that are pressed, debounced */
    uint16_t spikes;
    void (*emit)(void *context, const struct event *event);
    void *context;
};

/* Start at box time now with these contacts closed. emit is called for each event, in the order decided. */
void buttons_init(struct buttons *buttons, uint8_t down, ticks_t now,
                  void (*emit)(void *context, const struct event *event), void *context);

/* The contacts were as in the mask down at box time at, stamps in rising order; flags: 0, or EVENT_LATE if
 * snapshots between the one before and this were lost. */
void buttons_snapshot(struct buttons *buttons, ticks_t at, uint8_t down, uint8_t flags);

/* Nothing has changed up to now, except what was handed in before. */
void buttons_advance(struct buttons *buttons, ticks_t now);

/* How long before now the first edge of any undecided button lies, 0 if there is none: no press from before that
 * can still come. now: low part. */
uint32_t buttons_undecided_ticks(const struct buttons *buttons, uint32_t now);

/* Ticks from now (low part) until the next decision that needs no edge, or limit if that is less. */
uint32_t buttons_due(const struct buttons *buttons, uint32_t now, uint32_t limit);

#endif
