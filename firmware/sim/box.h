/* One simulated box: its chip, what the host's clock and cable make of it, and what is to happen to it. */
#ifndef BOX_H
#define BOX_H

#include <stdbool.h>
#include <stdint.h>

#include "chip.h"
#include "crystal.h"
#include "link.h"
#include "script.h"

struct box {
    int number;
    struct chip *chip;
    struct crystal crystal;
    struct link link;
    struct script script;
    uint64_t line_free_cycle; /* the last byte from the host is over then */
    int master;
    char port[128];
    const char *symlink;
    const char *eeprom_path;
    uint8_t eeprom_saved[CHIP_EEPROM_BYTES];
    bool pulls;  /* the sync wire low */
    bool shorts; /* something beside the box does */
};

uint64_t monotonic_ns(void);

/* Print one JSON line about this box as it is now; format: further members, each with a comma before it. */
void box_report(const struct box *box, const char *type, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Whatever reaches the chip now was due at this cycle: report an error if the chip has run past it, which is a fault of
 * the simulator and would make its account of the truth worthless. */
void box_was_due(const struct box *box, uint64_t cycle, const char *what);

/* The chip and its port; everything else that is set before stays. on_wire: called when the box begins or ceases to
 * pull the sync wire. False with a message on stderr if that fails. */
bool box_init(struct box *box, const char *elf, uint64_t seed, void (*on_wire)(struct box *box));

/* The host time up to which the box has run. */
uint64_t box_ns(const struct box *box);

/* The host time before which the box does nothing unless something is done to it; what is due was planned before. */
uint64_t box_acts_ns(const struct box *box);

/* Run up to this host time, or until the box does something to the sync wire. False if the firmware has crashed. */
bool box_run(struct box *box, uint64_t ns);

/* Take what the host has written, or hand it what has come so far. */
void box_take_from_host(struct box *box);
void box_give_to_host(struct box *box);

/* When there will be something to do without a further word from the host. */
uint64_t box_due_ns(const struct box *box);

/* Save the EEPROM if it was given a file and has changed. */
void box_save(struct box *box);

#endif
