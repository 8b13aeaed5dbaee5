/* Framing of the box protocol (PROTOCOL.md, section 2): bodies to wire bytes and back. */
#ifndef FRAME_H
#define FRAME_H

#include <stdbool.h>
#include <stdint.h>

#define FRAME_MAX_BODY 64
#define FRAME_MAX_WIRE (FRAME_MAX_BODY + 1 + 3 + 1)

/* One step of the CRC-16, polynomial 0x1021. */
uint16_t frame_crc_add(uint16_t crc, uint8_t byte);

/* The same, from 0xFFFF, of n bytes. */
uint16_t frame_crc(const uint8_t *data, uint8_t n);

/* Write the frame of a body of n bytes (2..FRAME_MAX_BODY) to wire, delimiter included; returns its length.
 * body[0] is overwritten with n. wire has room for FRAME_MAX_WIRE bytes. */
uint8_t frame_encode(uint8_t *body, uint8_t n, uint8_t *wire);

struct frame_receiver {
    uint8_t bytes[FRAME_MAX_WIRE];
    uint8_t count;
    bool skipping;
    uint16_t errors; /* damaged frames; stops at 65535 */
};

void frame_receiver_init(struct frame_receiver *receiver);

/* Take one byte off the line. Returns the length of the body that it completes, which then stands in
 * receiver->bytes until the next call, or 0. */
uint8_t frame_receive(struct frame_receiver *receiver, uint8_t byte);

#endif
