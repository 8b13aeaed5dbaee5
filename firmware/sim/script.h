/* What is to happen to the simulated chip and when: edges of the contacts and resets, sorted by cycle. */
#ifndef SCRIPT_H
#define SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "crystal.h"

enum due_kind { DUE_EDGE, DUE_WIRE, DUE_RESET, DUE_DONE };

struct due {
    uint64_t cycle;
    enum due_kind kind;
    int input;  /* edge: 0..5 */
    int down;   /* edge: 1 closes the contact. Wire: 1 pulls it. Reset: bit of MCUSR */
    long batch; /* number of the line it came from */
};

#define SCRIPT_DUE 16384

/* What waits for one box. */
struct script {
    struct due due[SCRIPT_DUE];
    int first, count;
    const struct crystal *crystal;
};

void script_init(struct script *script, const struct crystal *crystal);

/* Read one line (it is taken apart in place): items separated by ';', all relative to the same instant base_ns.
 *
 *   id N                                          number of this batch, in what is reported of it
 *   box N                                         the items after it are for this box; box 0 before
 *   press INPUT +US|@US [hold_ms=N] [bounce=SEED] [bounce_ms=N]
 *   edge INPUT 0|1 +US|@US                        1 closes the contact
 *   wire 0|1 [+US|@US]                            0: something else than a box holds the sync wire down
 *   reset [+US|@US] [power|external|watchdog]
 *
 * +US counts from base, @US from cycle 0, in real microseconds with fractions. Returns NULL, or a text that says what
 * is wrong; then nothing of the line is scheduled. */
const char *script_line(char *line, struct script *const scripts[], int boxes, uint64_t base_ns);

/* The next thing due, or NULL. */
const struct due *script_next(const struct script *script);
void script_pop(struct script *script);

#endif
