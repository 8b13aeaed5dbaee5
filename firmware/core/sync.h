/* The sync wire: the boxes that share it stamp its falling edges, so that the host can lay their clocks together. */
#ifndef SYNC_H
#define SYNC_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"

/* After an edge the wire is let alone for that long: noise on it cannot keep the box from its buttons. */
#define SYNC_DEAF_TICKS (4 * (TICK_HZ / 1000))

struct sync {
    ticks_t at;          /* the latest edge */
    uint16_t count;      /* edges stamped so far, modulo 65536 */
    uint16_t token;      /* of the command, if the pulse was ours */
    bool own;
    bool waits;          /* for being sent */
    bool deaf;
    uint32_t listen_due; /* low part of box time */
};

void sync_init(struct sync *sync);

/* Pulse, unless the box is deaf just now. */
void sync_pulse(struct sync *sync, uint16_t token);

/* See whether it fell; listen again when it is time and the edge before was sent, or need not be. */
void sync_poll(struct sync *sync, bool wanted, uint32_t now);

#endif
