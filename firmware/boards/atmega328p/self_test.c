/* Compares the flash with the checksum that seal.py put into it when it was built. */
#include "self_test.h"

#include <avr/pgmspace.h>
#include <stdint.h>

#include "frame.h"

/* Two bytes of flash that the checksum leaves out: itself. */
const volatile uint16_t flash_seal PROGMEM = 0xFFFF;

/* By the linker: the first address after the program and the start values of its variables. */
extern const uint8_t __data_load_end[];

bool flash_is_whole(void)
{
    uint16_t seal = (uint16_t)&flash_seal;
    uint16_t crc = 0xFFFF;

    for (uint16_t at = 0; at < (uint16_t)__data_load_end; at++)
        if (at != seal && at != seal + 1)
            crc = frame_crc_add(crc, pgm_read_byte(at));
    return crc == pgm_read_word(seal);
}
