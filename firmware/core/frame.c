/* Framing of the box protocol: COBS, with the CRC outside it. */
#include "frame.h"

/* Byte-wise form of the CCITT polynomial: a table would cost 512 bytes of flash, bit by bit four times the time. */
uint16_t frame_crc_add(uint16_t crc, uint8_t byte)
{
    uint8_t x = (uint8_t)(crc >> 8) ^ byte;

    x ^= x >> 4;
    return (uint16_t)((crc << 8) ^ ((uint16_t)x << 12) ^ ((uint16_t)x << 5) ^ x);
}

uint16_t frame_crc(const uint8_t *data, uint8_t n)
{
    uint16_t crc = 0xFFFF;

    while (n--)
        crc = frame_crc_add(crc, *data++);
    return crc;
}

uint8_t frame_encode(uint8_t *body, uint8_t n, uint8_t *wire)
{
    uint8_t *code = wire;
    uint8_t *out = wire + 1;
    uint16_t crc;

    body[0] = n;
    for (uint8_t i = 0; i < n; i++) {
        if (body[i]) {
            *out++ = body[i];
        } else {
            *code = (uint8_t)(out - code);
            code = out++;
        }
    }
    *code = (uint8_t)(out - code);
    crc = frame_crc(wire, (uint8_t)(out - wire));
    *out++ = (uint8_t)(0x80 | crc >> 14);
    *out++ = (uint8_t)(0x80 | (crc >> 7 & 0x7F));
    *out++ = (uint8_t)(0x80 | (crc & 0x7F));
    *out++ = 0;
    return (uint8_t)(out - wire);
}

void frame_receiver_init(struct frame_receiver *receiver)
{
    receiver->count = 0;
    receiver->skipping = false;
    receiver->errors = 0;
}

/* Unstuff n bytes in place; returns the length of what they held, or 0 where they are no COBS. */
static uint8_t unstuff(uint8_t *bytes, uint8_t n)
{
    uint8_t out = 0;
    uint8_t in = 0;

    while (in < n) {
        uint8_t end = (uint8_t)(in + bytes[in]);

        if (end > n || end <= in)
            return 0;
        if (in)
            bytes[out++] = 0;
        for (in++; in < end; in++)
            bytes[out++] = bytes[in];
    }
    return out;
}

static uint8_t open_frame(uint8_t *bytes, uint8_t n)
{
    uint8_t c0, c1, c2, length;

    if (n < 6)
        return 0;
    n -= 3;
    c0 = bytes[n];
    c1 = bytes[n + 1];
    c2 = bytes[n + 2];
    if ((c0 & 0xFC) != 0x80 || !(c1 & c2 & 0x80))
        return 0;
    if (frame_crc(bytes, n) != (uint16_t)((uint16_t)(c0 & 3) << 14 | (uint16_t)(c1 & 0x7F) << 7 | (c2 & 0x7F)))
        return 0;
    length = unstuff(bytes, n);
    return length >= 2 && bytes[0] == length ? length : 0;
}

uint8_t frame_receive(struct frame_receiver *receiver, uint8_t byte)
{
    uint8_t length = 0;

    if (byte) {
        if (receiver->count == FRAME_MAX_WIRE - 1)
            receiver->skipping = true;
        else
            receiver->bytes[receiver->count++] = byte;
        return 0;
    }
    if (!receiver->count)
        return 0;
    if (!receiver->skipping)
        length = open_frame(receiver->bytes, receiver->count);
    receiver->count = 0;
    receiver->skipping = false;
    if (!length && receiver->errors != UINT16_MAX)
        receiver->errors++;
    return length;
}
