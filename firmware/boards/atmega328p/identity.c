/* Identity of the box, in EEPROM bytes 0..7: uid, CRC of the uid, count of boots. */
#include "identity.h"

#include <avr/boot.h>
#include <avr/eeprom.h>
#include <avr/io.h>

#include "frame.h"

#define SIGNATURE_BYTES 32
#define NOISE_READINGS 64

static struct {
    uint32_t uid;
    uint16_t check;
    uint16_t boots;
} identity;

/* FNV-1a by Fowler, Noll and Vo: spreads what little chance there is over all bits. */
static void stir(uint32_t *hash, uint8_t byte)
{
    *hash = (*hash ^ byte) * 16777619ul;
}

/* The signature row holds calibration bytes and, undocumented, a serial number; the temperature sensor and an open
 * analogue input add noise. */
static uint32_t draw_uid(void)
{
    uint32_t hash = 2166136261ul;

    for (uint8_t i = 0; i < SIGNATURE_BYTES; i++)
        stir(&hash, boot_signature_byte_get(i));
    ADCSRA = _BV(ADEN) | _BV(ADPS2) | _BV(ADPS1) | _BV(ADPS0);
    for (uint8_t i = 0; i < NOISE_READINGS; i++) {
        ADMUX = _BV(REFS1) | _BV(REFS0) | (i & 1 ? 8 : 7); /* against 1.1 V: the finest steps */
        ADCSRA |= _BV(ADSC);
        while (ADCSRA & _BV(ADSC))
            ;
        stir(&hash, ADCL);
        stir(&hash, ADCH);
    }
    ADCSRA = 0;
    return hash ? hash : 1;
}

bool identity_init(void)
{
    uint8_t *bytes = (uint8_t *)&identity;
    bool kept = true;

    for (uint8_t i = 0; i < sizeof identity; i++)
        bytes[i] = eeprom_read_byte((const uint8_t *)(uint16_t)i);
    if (identity.check != frame_crc(bytes, sizeof identity.uid)) {
        identity.uid = draw_uid();
        identity.check = frame_crc(bytes, sizeof identity.uid);
        /* So that another box's boots do not carry the same numbers. */
        identity.boots = (uint16_t)(identity.uid >> 7);
    }
    identity.boots++;
    for (uint8_t i = 0; i < sizeof identity; i++)
        eeprom_update_byte((uint8_t *)(uint16_t)i, bytes[i]);
    eeprom_busy_wait();
    for (uint8_t i = 0; i < sizeof identity; i++)
        kept &= eeprom_read_byte((const uint8_t *)(uint16_t)i) == bytes[i];
    return kept;
}

uint32_t identity_uid(void)
{
    return identity.uid;
}

/* An odd factor keeps different counts different, and neighbours do not look alike. */
uint16_t identity_boot(void)
{
    return identity.boots * 40503u;
}
