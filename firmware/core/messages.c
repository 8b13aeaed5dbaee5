/* Little-endian access to payloads. */
#include "messages.h"

#include "frame.h"

uint8_t message_body[FRAME_MAX_BODY];
static uint8_t *next;

void message_begin(uint8_t type)
{
    next = message_body + 1;
    put8(type);
}

void put8(uint8_t value)
{
    *next++ = value;
}

uint8_t message_length(void)
{
    return (uint8_t)(next - message_body);
}

void put16(uint16_t value)
{
    put8((uint8_t)value);
    put8((uint8_t)(value >> 8));
}

void put24(uint32_t value)
{
    if (value > 0xFFFFFF)
        value = 0xFFFFFF;
    put16((uint16_t)value);
    put8((uint8_t)(value >> 16));
}

void put32(uint32_t value)
{
    put16((uint16_t)value);
    put16((uint16_t)(value >> 16));
}

void put48(ticks_t value)
{
    put32((uint32_t)value);
    put16(ticks_high(value));
}

uint16_t get16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] | (uint16_t)bytes[1] << 8);
}

uint32_t get32(const uint8_t *bytes)
{
    return get16(bytes) | (uint32_t)get16(bytes + 2) << 16;
}

ticks_t get48(const uint8_t *bytes)
{
    return ticks_of(get32(bytes), get16(bytes + 4));
}
