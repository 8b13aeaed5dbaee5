/* A pseudo-terminal whose slave looks like the box's serial port. */
#define _GNU_SOURCE
#include "pty.h"

#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

int pty_open(char *name, int size)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    struct termios mode;
    int slave;

    if (master < 0 || grantpt(master) || unlockpt(master) || ptsname_r(master, name, (size_t)size))
        return -1;
    /* Never closed: without an open slave the master reads EIO, and the mode is lost. */
    slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0 || tcgetattr(slave, &mode))
        return -1;
    cfmakeraw(&mode);
    cfsetspeed(&mode, B500000);
    return tcsetattr(slave, TCSANOW, &mode) ? -1 : master;
}

int pty_read(int master, uint8_t *bytes, int size)
{
    ssize_t n = read(master, bytes, (size_t)size);

    return n > 0 ? (int)n : 0;
}

int pty_write(int master, const uint8_t *bytes, int n)
{
    while (n > 0) {
        ssize_t written = write(master, bytes, (size_t)n);

        if (written <= 0)
            return n;
        bytes += written;
        n -= (int)written;
    }
    return 0;
}
