/* What came, to whom and when: one row a revision, one column a client. */
#ifndef ARRIVALS_H
#define ARRIVALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client.h"

void arrivals_init(int clients, bool raw);

/* The first snapshot of a client: from here on it must get each revision, once and in order. */
void arrivals_joined(void);

/* A snapshot or a patch of a client that is in. bytes: of the message; stamp_ns: the server's time in it, 0 without one. */
void arrivals_seen(const struct client *client, long revision, int64_t at_ns, int64_t stamp_ns, size_t bytes, bool patch);

/* A patch that the client has already, or that comes after a later one. */
void arrivals_repeated(bool out_of_order);

/* A patch that does not follow on what the client has. */
void arrivals_gap(void);

/* A connection that was in and is closed. */
void arrivals_closed(void);

/* An answer to a client that asked for the time, after so long. */
void arrivals_clock(int64_t trip_ns);

/* One line of JSON about all that came since the last report; see arrivals.c. Those rows are forgotten. */
void arrivals_report(const struct client *clients, int count);

#endif
