/* Who this box is: an id for life and a number for each boot, kept in EEPROM. */
#ifndef IDENTITY_H
#define IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

/* Read, or at the first start draw and write, the identity. Takes some 30 ms at most; interrupts are off.
 * False if what was written does not read back. */
bool identity_init(void);

uint32_t identity_uid(void);

/* Differs from that of the boot before. */
uint16_t identity_boot(void);

void board_init(void);

#endif
