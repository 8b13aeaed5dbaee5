/* What a button did, and the queue in which it waits for the host's acknowledgement. */
#ifndef EVENT_H
#define EVENT_H

#include <stdbool.h>
#include <stdint.h>

typedef uint64_t ticks_t; /* box time: 48 bits count, the rest is zero */

/* Halves of a time. Shifts of 64 bits are slow and long on an 8-bit processor; both ours are little-endian. */
union ticks_halves {
    ticks_t whole;
    struct {
        uint32_t low;
        uint16_t high;
        uint16_t zero;
    } half;
};

static inline ticks_t ticks_of(uint32_t low, uint16_t high)
{
    union ticks_halves ticks = {.half = {.low = low, .high = high, .zero = 0}};

    return ticks.whole;
}

static inline uint16_t ticks_high(ticks_t whole)
{
    union ticks_halves ticks = {.whole = whole};

    return ticks.half.high;
}

enum { EVENT_PRESS = 1, EVENT_RELEASE = 2 };
enum {
    EVENT_SAME_TICK = 1 << 0,
    EVENT_RESENT = 1 << 1,
    EVENT_HELD_AT_BOOT = 1 << 2,
    EVENT_LATE = 1 << 3,
};

struct event {
    uint32_t tick_low;
    uint16_t tick_high;
    uint16_t confirm_ticks;
    uint8_t kind : 4;
    uint8_t input : 4;
    uint8_t flags;
    uint8_t same_mask;
    uint8_t edges;
};

#define QUEUE_EVENTS 32 /* a power of two */
#define QUEUE_RELEASE_LIMIT (QUEUE_EVENTS * 3 / 4)
#define QUEUE_WINDOW 8

struct queue {
    struct event events[QUEUE_EVENTS];
    uint8_t first;     /* index of the oldest */
    uint8_t count;
    uint8_t in_flight; /* of the oldest, sent since the window was last rewound */
    uint32_t acked_seq;
    uint32_t sent_seq; /* highest ever sent */
    uint16_t overflows;
    uint16_t resends;
};

void queue_init(struct queue *queue);

/* Add the newest event. False, and counted, if there is no room: what is in the queue is never displaced, and
 * releases leave the last quarter to presses. */
bool queue_push(struct queue *queue, const struct event *event);

/* Forget everything up to seq. False if that brings nothing new or was never queued. */
bool queue_ack(struct queue *queue, uint32_t seq);

/* The next event to send and its sequence, with RESENT set as due, or NULL if the window is used up. */
const struct event *queue_send(struct queue *queue, uint32_t *seq);

/* Nothing was acknowledged in time: begin again with the oldest. */
void queue_rewind(struct queue *queue);

static inline uint32_t queue_last_seq(const struct queue *queue)
{
    return queue->acked_seq + queue->count;
}

static inline void count_up(uint16_t *counter)
{
    if (*counter != UINT16_MAX)
        ++*counter;
}

#endif
