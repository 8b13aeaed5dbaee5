/* One client of Socket.IO 5 over Engine.IO 4 over a WebSocket, as a page of ours is one: no polling, no compression. */
#define _GNU_SOURCE /* memmem */
#include "client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "arrivals.h"

#define PART (1 << 18)        /* bytes that are read at one time */
#define LARGEST (1 << 20)     /* of a frame */
#define FIN 0x80
#define TEXT 1
#define CLOSE 8
#define PING 9
#define PONG 10
#define COMPLAINTS 5
/* What ends a page's handshake is not checked: a wrong server would not get further than the next message. */
#define KEY "dGhlIHNhbXBsZSBub25jZQ=="

static uint8_t part[PART];

int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void client_gone(struct client *client, const char *why)
{
	static int complaints;

	if (client->state == GONE)
		return;
	if (client->was_in)
		arrivals_closed();
	if (complaints++ < COMPLAINTS)
		fprintf(stderr, "load_client: client %d: %s\n", client->index, why);
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
	client->state = GONE;
	free(client->kept);
	client->kept = NULL;
	client->kept_bytes = client->kept_room = 0;
}

/* Small things only, on a socket with room: what does not fit means that the server has stopped to read. */
static void put(struct client *client, const void *bytes, size_t count)
{
	if (send(client->fd, bytes, count, MSG_NOSIGNAL) != (ssize_t)count)
		client_gone(client, "the server does not read");
}

/* A frame of a client is masked; a mask of zeros is one. */
static void put_frame(struct client *client, uint8_t opcode, const char *text, size_t count)
{
	uint8_t frame[8 + 4096];
	size_t head = 2;

	if (count > 4096) {
		client_gone(client, "more to send than a page has");
		return;
	}
	frame[0] = FIN | opcode;
	if (count < 126) {
		frame[1] = (uint8_t)(0x80 | count);
	} else {
		frame[1] = 0x80 | 126;
		frame[2] = (uint8_t)(count >> 8);
		frame[3] = (uint8_t)count;
		head = 4;
	}
	memset(frame + head, 0, 4);
	memcpy(frame + head + 4, text, count);
	put(client, frame, head + 4 + count);
}

__attribute__((format(printf, 2, 3))) static void say(struct client *client, const char *form, ...)
{
	char text[4096];
	va_list rest;
	int count;

	va_start(rest, form);
	count = vsnprintf(text, sizeof(text), form, rest);
	va_end(rest);
	put_frame(client, TEXT, text, (size_t)count);
}

bool client_start(struct client *client, const struct settings *settings, int poll)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)settings->port)};
	struct epoll_event wanted = {.events = EPOLLOUT, .data.ptr = client};
	int on = 1;

	client->began_ns = now_ns();
	client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (client->fd < 0 || inet_pton(AF_INET, settings->address, &to.sin_addr) != 1) {
		client_gone(client, "no socket");
		return false;
	}
	setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(client->fd, (struct sockaddr *)&to, sizeof(to)) < 0 && errno != EINPROGRESS) {
		client_gone(client, strerror(errno));
		return false;
	}
	client->state = CONNECTING;
	epoll_ctl(poll, EPOLL_CTL_ADD, client->fd, &wanted);
	return true;
}

static void upgrade(struct client *client, const struct settings *settings)
{
	char text[8192];
	int error = 0;
	socklen_t size = sizeof(error);
	int count;

	getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &error, &size);
	if (error) {
		client_gone(client, strerror(error));
		return;
	}
	count = snprintf(text, sizeof(text),
			 "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
			 "Host: %s:%d\r\nOrigin: http://%s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
			 "Sec-WebSocket-Key: " KEY "\r\nSec-WebSocket-Version: 13\r\n%s\r\n",
			 settings->name, settings->port, settings->name, settings->port, settings->headers);
	if (count < 0 || (size_t)count >= sizeof(text)) {
		client_gone(client, "headers too long");
		return;
	}
	client->state = UPGRADING;
	put(client, text, (size_t)count);
}

/* The number behind the first `key`, -1 without one. A text in JSON holds no bare quote, so a key is never part of one. */
static int64_t number_of(const uint8_t *text, size_t count, const char *key)
{
	const uint8_t *found = memmem(text, count, key, strlen(key));
	int64_t value = 0;

	if (found == NULL)
		return -1;
	found += strlen(key);
	while (found < text + count && *found == ' ')
		found++;
	if (found == text + count || *found < '0' || *found > '9')
		return -1;
	for (; found < text + count && *found >= '0' && *found <= '9'; found++)
		value = 10 * value + (*found - '0');
	return value;
}

static bool begins(const uint8_t *text, size_t count, const char *beginning)
{
	return count >= strlen(beginning) && memcmp(text, beginning, strlen(beginning)) == 0;
}

static void whole_view(struct client *client, const uint8_t *text, size_t count, int64_t at_ns)
{
	long revision = (long)number_of(text, count, "\"revision\":");
	long serial = (long)number_of(text, count, "\"serial\":");
	bool news = serial > client->serial;

	if (revision < 0) {
		client_gone(client, "a snapshot without a revision");
		return;
	}
	client->asked_again = false;
	client->serial = serial;
	if (client->state == JOINING) {
		client->state = IN;
		client->was_in = true;
		client->first = client->revision = revision;
		client->joined_ns = at_ns;
		arrivals_joined();
		return;
	}
	if (revision == client->revision && news)
		return; /* something beside the contest has changed */
	arrivals_seen(client, revision, at_ns, number_of(text, count, "\"contest_ns\":"), count, false);
	if (revision > client->revision)
		client->revision = revision;
}

/* What is set in a patch stands there as [["revision"],12]. */
static void patch(struct client *client, const struct settings *settings, const uint8_t *text, size_t count, int64_t at_ns)
{
	long from = (long)number_of(text, count, "\"from\":");
	long to = (long)number_of(text, count, "\"to\":");
	long revision = (long)number_of(text, count, "[\"revision\"],");

	if (client->asked_again)
		return; /* a snapshot is on its way, which has it all */
	if (to <= client->serial) {
		arrivals_repeated(to < client->serial);
		return;
	}
	if (from != client->serial) {
		arrivals_gap();
		client->asked_again = true;
		say(client, "42%s,[\"again\"]", settings->space);
		return;
	}
	client->serial = to;
	if (revision < 0)
		return; /* something beside the contest has changed */
	arrivals_seen(client, revision, at_ns, number_of(text, count, "\"contest_ns\":"), count, true);
	if (revision > client->revision)
		client->revision = revision;
}

static void event(struct client *client, const struct settings *settings, const uint8_t *text, size_t count, int64_t at_ns)
{
	if (begins(text, count, "[\"snapshot\""))
		whole_view(client, text, count, at_ns);
	else if (begins(text, count, "[\"patch\"") && client->state == IN)
		patch(client, settings, text, count, at_ns);
}

/* A message of Engine.IO, and within it one of Socket.IO. */
static void message(struct client *client, const struct settings *settings, const uint8_t *text, size_t count, int64_t at_ns)
{
	char own[80];
	size_t head = (size_t)snprintf(own, sizeof(own), "%s,", settings->space);

	if (count > 0 && text[0] == '0') {
		say(client, "40%s,%s", settings->space, settings->auth);
	} else if (count > 0 && text[0] == '2') {
		put_frame(client, TEXT, "3", 1);
	} else if (count < 2 || text[0] != '4' || !begins(text + 2, count - 2, own)) {
		client_gone(client, "not a message that a page would understand");
	} else if (text[1] == '4' || text[1] == '1') {
		client_gone(client, text[1] == '4' ? "the namespace refused it" : "the server has ended it");
	} else if (text[1] == '2') {
		event(client, settings, text + 2 + head, count - 2 - head, at_ns);
	} else if (text[1] == '3' && client->clock_due_ns > 0) { /* the answer to `client_clock` */
		arrivals_clock(at_ns - (client->clock_due_ns - settings->clock_every_ns));
	}
}

/* The frames in what came; how many bytes of it are dealt with. */
static size_t frames(struct client *client, const struct settings *settings, const uint8_t *bytes, size_t count, int64_t at_ns)
{
	size_t done = 0;

	while (client->state != GONE && count - done >= 2) {
		const uint8_t *frame = bytes + done;
		size_t head = 2, length = frame[1] & 0x7f, left = count - done;

		if (length == 126) {
			head = 4;
			length = left < head ? 0 : (size_t)frame[2] << 8 | frame[3];
		} else if (length == 127) {
			head = 10;
			length = 0;
			for (size_t i = 2; i < head && i < left; i++)
				length = length << 8 | frame[i];
		}
		if (left < head || (length <= LARGEST && left < head + length))
			break;
		if (length > LARGEST || (frame[1] & 0x80) || !(frame[0] & FIN) || (frame[0] & 0x70)) {
			client_gone(client, "a frame that none of ours is");
			break;
		}
		if ((frame[0] & 0x0f) == TEXT)
			message(client, settings, frame + head, length, at_ns);
		else if ((frame[0] & 0x0f) == PING)
			put_frame(client, PONG, (const char *)frame + head, length);
		else if ((frame[0] & 0x0f) == CLOSE)
			client_gone(client, "closed by the server");
		done += head + length;
	}
	return done;
}

static void keep(struct client *client, const uint8_t *bytes, size_t count)
{
	if (client->kept_bytes + count > client->kept_room) {
		client->kept_room = 2 * (client->kept_bytes + count);
		client->kept = realloc(client->kept, client->kept_room);
		if (client->kept == NULL) {
			fprintf(stderr, "load_client: no memory\n");
			exit(1);
		}
	}
	memcpy(client->kept + client->kept_bytes, bytes, count);
	client->kept_bytes += count;
}

/* How many bytes of what has come are dealt with; the rest waits for more. */
static size_t digest(struct client *client, const struct settings *settings, const uint8_t *bytes, size_t count, int64_t at_ns)
{
	size_t done = 0;

	if (client->state == UPGRADING) {
		const uint8_t *end = memmem(bytes, count, "\r\n\r\n", 4);

		if (end == NULL)
			return 0;
		if (!begins(bytes, count, "HTTP/1.1 101")) {
			client_gone(client, "refused the WebSocket");
			return 0;
		}
		client->state = JOINING;
		done = (size_t)(end - bytes) + 4;
	}
	return done + frames(client, settings, bytes + done, count - done, at_ns);
}

static void take(struct client *client, const struct settings *settings, const uint8_t *bytes, size_t count, int64_t at_ns)
{
	size_t done;

	if (client->kept_bytes > 0) {
		keep(client, bytes, count);
		done = digest(client, settings, client->kept, client->kept_bytes, at_ns);
		if (client->state == GONE)
			return;
		client->kept_bytes -= done;
		memmove(client->kept, client->kept + done, client->kept_bytes);
		return;
	}
	done = digest(client, settings, bytes, count, at_ns);
	if (client->state != GONE && done < count)
		keep(client, bytes + done, count - done);
}

void client_event(struct client *client, const struct settings *settings, uint32_t events)
{
	ssize_t count;

	if (client->state == CONNECTING && (events & (EPOLLOUT | EPOLLERR | EPOLLHUP))) {
		upgrade(client, settings);
		return;
	}
	count = recv(client->fd, part, sizeof(part), 0);
	if (count > 0)
		take(client, settings, part, (size_t)count, now_ns());
	else if (count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
		client_gone(client, count == 0 ? "the server has closed the line" : strerror(errno));
}

void client_clock(struct client *client, const struct settings *settings, int64_t at_ns)
{
	if (client->state != IN || settings->clock_every_ns == 0)
		return;
	if (client->clock_due_ns == 0) /* not all in one instant: no hall does that */
		client->clock_due_ns = at_ns + (int64_t)client->index * settings->clock_every_ns / settings->clients;
	if (at_ns < client->clock_due_ns)
		return;
	client->clock_due_ns = at_ns + settings->clock_every_ns;
	say(client, "42%s,1[\"clock\"]", settings->space);
}
