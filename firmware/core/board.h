/* All that the portable core asks of a board: stamped inputs, a byte stream, lamps, sleep. One folder a board. */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"

#define TICK_HZ 2000000ul

struct snapshot {
    ticks_t at;
    uint8_t down; /* bit n: contact n is closed */
};

/* Box time. Never goes back; counts from a moment before the first call. */
ticks_t board_now(void);

/* The contacts at this moment. */
uint8_t board_contacts(void);

/* The oldest snapshot not yet taken, stamps in rising order; false if there is none. One is made for every change. */
bool board_snapshot(struct snapshot *snapshot);

/* How many snapshots found no room so far, modulo 65536. */
uint16_t board_snapshots_lost(void);

/* The oldest byte received and not yet taken; false if there is none. */
bool board_receive(uint8_t *byte);

/* For the delimiter that board_receive has just returned: when it came. False if that is no longer known. */
bool board_delimiter_tick(ticks_t *tick);

/* True if the transmitter is at rest: the next byte given to it leaves at once. */
bool board_transmitter_idle(void);

/* Send n bytes, the first of them not before box time at (its low part); bytes must stay as they are until the
 * transmitter is idle. Waits for that time, so it should be near. Only when the transmitter is idle. */
void board_transmit(const uint8_t *bytes, uint8_t n, uint32_t at);

/* The first fall of the sync wire since board_sync_listen, stamped by hardware; true once for each. */
bool board_sync_fell(ticks_t *at);

/* From now on stamp the next fall. */
void board_sync_listen(void);

/* Pull the wire down for some tens of microseconds. The own fall is stamped like any other. */
void board_sync_pulse(void);

/* Show this mask of lamps. */
void board_lamps(uint8_t mask);

/* Who we are. uid is the same for life, boot differs from the boot before. */
uint32_t board_uid(void);
uint16_t board_boot(void);
uint8_t board_reset_cause(void);

/* What the self-test at this start found wrong, as HELLO reports it; the core adds FAULT_CONTACT. */
enum { FAULT_FLASH = 1, FAULT_IDENTITY = 2, FAULT_CONTACT = 4, FAULT_SYNC_WIRE = 8 };
uint8_t board_faults(void);

/* The watchdog resets the board unless this is called at least every 200 ms. */
void board_feed_watchdog(void);

/* Sleep until there is something to take, the transmitter gets idle, or (about) this many ticks have passed; may
 * return early. */
void board_sleep(uint32_t ticks);

#endif
