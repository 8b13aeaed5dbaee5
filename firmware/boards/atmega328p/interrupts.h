/* What the interrupts (interrupts.S) and the main loop (board.c) share. Names without struct: the assembler uses them.
 *
 * GPIOR0 holds the overflows of Timer1, low byte; GPIOR1 the byte offset in snapshots[] at which the next one goes;
 * GPIOR2 the pins of the last one. They are read in one cycle. */
#ifndef INTERRUPTS_H
#define INTERRUPTS_H

#define SNAPSHOTS 64  /* times four bytes: the offset wraps by itself */
#define RECEIVED 128  /* powers of two */
#define DELIMITERS 8
#define OVERFLOW_SEEN 0x80 /* in the pins of a snapshot: Timer1 had an overflow that was not counted yet */

#ifndef __ASSEMBLER__

#include <stdint.h>

/* Timer1 with its overflows, as it is read with interrupts off. rest: pins of a snapshot, otherwise TIFR1. */
struct stamp {
    uint8_t low;
    uint8_t high;
    uint8_t overflows;
    uint8_t rest;
};

extern volatile struct stamp snapshots[SNAPSHOTS];
extern volatile uint8_t snapshots_read; /* byte offset of the oldest */
extern volatile uint16_t snapshots_lost;

extern volatile uint8_t received[RECEIVED];
extern volatile uint8_t received_written, received_read;
extern volatile struct stamp delimiters[DELIMITERS];
extern volatile uint8_t delimiters_written;

extern const uint8_t *volatile transmit_next;
extern volatile uint8_t transmit_left, transmit_busy;

extern volatile uint8_t overflows_high[3]; /* above GPIOR0, low byte first */

/* A fall of the sync wire switches its interrupt off and stays here until board_sync_listen. */
extern volatile struct stamp sync_stamp;
extern volatile uint8_t sync_fell;

#endif
#endif
