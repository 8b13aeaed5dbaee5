/* Numbers of the protocol (PROTOCOL.md, section 4) and little-endian access to payloads. */
#ifndef MESSAGES_H
#define MESSAGES_H

#include <stdint.h>

#include "event.h"

#define PROTOCOL_MAJOR 1
#define PROTOCOL_MINOR 1
#define FIRMWARE_MAJOR 1
#define FIRMWARE_MINOR 1
#define RESTART_KEY 0x54455352ul
#define FEATURE_SYNC_WIRE 1
#define FEATURE_UART 2
#define PING_SHORT 1
#define SYNC_OWN_PULSE 1

enum {
    MSG_IDENTIFY = 0x01,
    MSG_PING = 0x02,
    MSG_ACK = 0x03,
    MSG_LAMPS = 0x04,
    MSG_LAMPS_AT = 0x05,
    MSG_LAMP_TEST = 0x06,
    MSG_RESTART = 0x07,
    MSG_SYNC_PULSE = 0x08,
    MSG_HELLO = 0x41,
    MSG_PONG = 0x42,
    MSG_EVENT = 0x43,
    MSG_SYNC = 0x44,
    MSG_STAMP = 0x45,
};

/* The one body being written (one at a time saves a third of the code): begin, then put_*, low byte first. The
 * first byte is left for the length. */
extern uint8_t message_body[];

void message_begin(uint8_t type);
void put8(uint8_t value);
void put16(uint16_t value);
void put24(uint32_t value); /* stops at its largest */
void put32(uint32_t value);
void put48(ticks_t value);
uint8_t message_length(void);

uint16_t get16(const uint8_t *bytes);
uint32_t get32(const uint8_t *bytes);
ticks_t get48(const uint8_t *bytes);

#endif
