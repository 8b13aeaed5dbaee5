/* One client of Socket.IO 5 over Engine.IO 4 over a WebSocket, as a page of ours is one: no polling, no compression. */
#ifndef CLIENT_H
#define CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct settings {
	const char *address; /* of the server, an IPv4 literal */
	int port;
	const char *name;    /* what its own user would call it, for Host and Origin */
	const char *space;   /* the Socket.IO namespace, e.g. "/audience" */
	const char *auth;    /* JSON that goes along with joining it */
	const char *headers; /* more lines for the handshake, each ended with CR LF */
	int clients;
	int at_once;         /* handshakes under way at one time */
	int64_t clock_every_ns; /* 0: never; else each client asks for the time so often, as our pages do */
	bool raw;            /* tell every single arrival */
};

enum client_state { WAITING, CONNECTING, UPGRADING, JOINING, IN, GONE };

struct client {
	int fd;
	int index;
	enum client_state state;
	bool was_in;       /* it has had its first snapshot, whatever became of it later */
	bool asked_again;  /* for a snapshot, after a gap */
	int64_t began_ns;
	int64_t joined_ns;
	int64_t clock_due_ns;
	long first;        /* the revision of its first snapshot */
	long revision;     /* the last one that it has */
	long serial;       /* of the last view or patch that it has; -1: it is sent no patches */
	uint8_t *kept;     /* the beginning of a frame whose end has not come */
	size_t kept_bytes;
	size_t kept_room;
};

/* CLOCK_MONOTONIC, the timebase of the server's contest time. */
int64_t now_ns(void);

/* Begin to connect. false: it could not even be tried, and the client is GONE. */
bool client_start(struct client *client, const struct settings *settings, int poll);

/* The socket may be written or read: go on. May end in GONE; never blocks. */
void client_event(struct client *client, const struct settings *settings, uint32_t events);

/* Ask for the time, once it is due. */
void client_clock(struct client *client, const struct settings *settings, int64_t at_ns);

/* Give it up; why goes to standard error, the first few times. */
void client_gone(struct client *client, const char *why);

#endif
