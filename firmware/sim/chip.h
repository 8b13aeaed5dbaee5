/* The simulated ATmega328P: simavr, with the contacts, lamps, UART, ADC noise and EEPROM of a box around it. */
#ifndef CHIP_H
#define CHIP_H

#include <stdbool.h>
#include <stdint.h>

#define CHIP_HZ 16000000
#define CHIP_EEPROM_BYTES 1024

struct chip_hooks {
    void (*lamps)(uint8_t mask);         /* the lamps changed */
    void (*timer)(void);                 /* Timer1 was started: box time 0 */
    void (*sent)(uint8_t byte);          /* the chip has begun to send this byte */
    void (*reset)(int cause);            /* it was reset; a bit of MCUSR */
    uint64_t (*due)(uint64_t cycle);     /* do what is due at this cycle; returns the next one to call at, or 0 */
};

/* Load the ELF and start as after power on. False with a message on stderr if that fails. */
bool chip_init(const char *elf, uint64_t seed, const struct chip_hooks *hooks);

uint64_t chip_cycle(void);

/* Run up to this cycle. False if the program has ended or crashed. */
bool chip_run(uint64_t until);

/* The cycle before which nothing happens unless something is done to the chip; its own cycle if it is awake. */
uint64_t chip_quiet_until(void);

/* Close or open a contact. */
void chip_contact(int input, bool down);

/* Begin to deliver a byte; it has arrived ten bits later. False if there is no room: try again later. */
bool chip_receive(uint8_t byte);

/* Length of a byte on the line, as the program has set it. */
uint64_t chip_cycles_per_byte(void);

/* Reset before the next instruction; cause as in MCUSR. */
void chip_reset(int cause);

uint8_t *chip_eeprom(void);

#endif
