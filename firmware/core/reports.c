/* Bodies of HELLO, EVENT and SYNC (PROTOCOL.md, section 4). */
#include "reports.h"

#include "board.h"
#include "buttons.h"
#include "lamps.h"
#include "messages.h"

/* A stamp is late by at most that long: README.md says how it was measured. */
#define RESOLUTION_NS 7000ul
/* Inputs that changed in different snapshots changed in that order, and no two snapshots have the same tick. */
#define ORDER_TICKS 1

void report_hello(uint8_t faults, uint32_t acked_seq)
{
    message_begin(MSG_HELLO);
    put8(PROTOCOL_MAJOR);
    put8(PROTOCOL_MINOR);
    put32(board_uid());
    put16(board_boot());
    put8(board_reset_cause());
    put8(FIRMWARE_MAJOR);
    put8(FIRMWARE_MINOR);
    put8(BUTTONS);
    put8(LAMPS);
    put32(TICK_HZ);
    put32(RESOLUTION_NS);
    put16(PRESS_TICKS / 2);
    put16(RELEASE_TICKS / 2);
    put8(QUEUE_EVENTS);
    put8(QUEUE_WINDOW);
    put32(acked_seq);
    put8(ORDER_TICKS);
    put8(FEATURE_SYNC_WIRE | FEATURE_UART);
    put8(faults);
}

void report_event(const struct event *event, uint32_t seq)
{
    message_begin(MSG_EVENT);
    put16(board_boot());
    put32(seq);
    put8(event->kind);
    put8(event->input);
    put32(event->tick_low);
    put16(event->tick_high);
    put16(event->confirm_ticks);
    put8(event->flags);
    put8(event->same_mask);
    put8(event->edges);
}

void report_sync(const struct sync *sync)
{
    message_begin(MSG_SYNC);
    put16(board_boot());
    put48(sync->at);
    put16(sync->count);
    put16(sync->token);
    put8(sync->own ? SYNC_OWN_PULSE : 0);
}
