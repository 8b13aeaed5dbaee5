/* The command line of the simulator. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#define BOXES_MAX 8

struct box_options {
    const char *symlink;
    const char *eeprom;
    const char *transport;
    double ppm;
};

struct options {
    int boxes;
    struct box_options box[BOXES_MAX];
    bool wire, realtime, until_eof, worn_eeprom;
    uint64_t frame_ns;
    uint64_t seed; /* set before: what it is without the option */
    double wander_ppm, wander_period_s;
    const char *script;
    const char *elf;
};

/* False if there is nothing to run: *status is the process's exit status then. */
bool options_read(struct options *options, int argc, char **argv, int *status);

#endif
