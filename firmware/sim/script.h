/* What is to happen to the simulated chip and when: edges of the contacts and resets, sorted by cycle. */
#ifndef SCRIPT_H
#define SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

enum due_kind { DUE_EDGE, DUE_RESET, DUE_DONE };

struct due {
    uint64_t cycle;
    enum due_kind kind;
    int input;  /* edge: 0..5 */
    int down;   /* edge: 1 closes the contact. Reset: bit of MCUSR */
    long batch; /* number of the line it came from */
};

/* Read one line (it is taken apart in place): items separated by ';', all relative to the same base cycle.
 *
 *   id N                                          number of this batch, in what is reported of it
 *   press INPUT +US|@US [hold_ms=N] [bounce=SEED] [bounce_ms=N]
 *   edge INPUT 0|1 +US|@US                        1 closes the contact
 *   reset [+US|@US] [power|external|watchdog]
 *
 * +US counts from base, @US from cycle 0, in real microseconds with fractions. cycles_per_us may differ from 16
 * for a skewed crystal. Returns NULL, or a text that says what is wrong; then nothing of the line is scheduled. */
const char *script_line(char *line, uint64_t base, double cycles_per_us);

/* The next thing due, or NULL. */
const struct due *script_next(void);
void script_pop(void);

#endif
