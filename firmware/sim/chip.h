/* A simulated ATmega328P: simavr, with the contacts, lamps, sync wire, UART, ADC noise and EEPROM of a box around it. */
#ifndef CHIP_H
#define CHIP_H

#include <stdbool.h>
#include <stdint.h>

#define CHIP_HZ 16000000
#define CHIP_CYCLE_NS 63 /* rounded up */
#define CHIP_EEPROM_BYTES 1024

struct chip;

/* owner: as given to chip_new. */
struct chip_hooks {
    void (*lamps)(void *owner, uint8_t mask);        /* the lamps changed */
    void (*timer)(void *owner);                      /* Timer1 was started: box time 0 */
    void (*sent)(void *owner, uint8_t byte);         /* the chip has begun to send this byte */
    void (*reset)(void *owner, int cause);           /* it was reset; a bit of MCUSR */
    void (*pulls)(void *owner, bool pulls);          /* it has begun, or ceased, to pull the sync wire low */
    uint64_t (*due)(void *owner, uint64_t cycle);    /* do what is due now; returns the next cycle to call at, or 0 */
};

/* A chip with this ELF in flash, as after power on. NULL with a message on stderr if that fails. */
struct chip *chip_new(const char *elf, uint64_t seed, const struct chip_hooks *hooks, void *owner);

uint64_t chip_cycle(const struct chip *chip);

/* Run up to this cycle, or until the chip does something to the sync wire. False if the program has ended or crashed. */
bool chip_run(struct chip *chip, uint64_t until);

/* Take account of what is due, which may have changed: see chip_quiet_until. */
void chip_plan(struct chip *chip);

/* The cycle before which nothing happens unless something is done to the chip; its own cycle if it is awake. */
uint64_t chip_quiet_until(const struct chip *chip);

/* Close or open a contact. */
void chip_contact(struct chip *chip, int input, bool down);

/* The level at which all the others hold the sync wire. */
void chip_wire(struct chip *chip, bool high);

/* Begin to deliver a byte; it has arrived ten bits later. False if there is no room: try again later. */
bool chip_receive(struct chip *chip, uint8_t byte);

/* Length of a byte on the line, as the program has set it. */
uint64_t chip_cycles_per_byte(const struct chip *chip);

/* Reset before the next instruction; cause as in MCUSR. */
void chip_reset(struct chip *chip, int cause);

uint8_t *chip_eeprom(struct chip *chip);

/* From now on whatever is written to the EEPROM is lost. */
void chip_wear_out_eeprom(struct chip *chip);

#endif
