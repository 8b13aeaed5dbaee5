/* A pseudo-terminal whose slave looks like the box's serial port. */
#ifndef PTY_H
#define PTY_H

#include <stdint.h>

/* Open it raw and without blocking, and keep the slave open, so that it survives when nobody else has it open.
 * Returns the master's descriptor, the slave's name in name; -1 with errno on failure. */
int pty_open(char *name, int size);

/* Read what the host has sent: the number of bytes, 0 if there are none. */
int pty_read(int master, uint8_t *bytes, int size);

/* Hand bytes to the host; what finds no room, because nobody reads, is lost as on a wire. Returns the number lost. */
int pty_write(int master, const uint8_t *bytes, int n);

#endif
