/* A hall full of phones in one thread: connects clients to a Socket.IO namespace and tells what came to them, and when.
 *
 * load_client [-n COUNT] [-s NAMESPACE] [-a AUTH] [-H "Name: value"]... [-o AT_ONCE] [-c CLOCK_MS] [-N HOST_NAME] [-r] ADDRESS PORT
 *
 * Standard output, a line of JSON each: "ready" when all are in or have failed, "complete" when all have a revision,
 * "report" when asked. Standard input: "report" and a new line; its end is the end. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "arrivals.h"
#include "client.h"

#define EVENTS 512
#define TURN_MS 20
#define PATIENCE_NS 60000000000 /* for one client to come in */

static struct client *all;
static struct settings wanted = {.name = "127.0.0.1", .space = "/audience", .auth = "{}", .headers = "", .clients = 1, .at_once = 100};
static int started, in, failed;
static int64_t began_ns, slowest_ns;
static bool ready;

static void usage(void)
{
	fprintf(stderr, "load_client [-n COUNT] [-s NAMESPACE] [-a AUTH] [-H HEADER]... [-o AT_ONCE] [-c CLOCK_MS] "
			"[-N HOST_NAME] [-r] ADDRESS PORT\n");
	exit(2);
}

static void options(int count, char **words)
{
	static char headers[4096];
	int option;

	while ((option = getopt(count, words, "n:s:a:H:o:c:N:r")) != -1) {
		size_t used = strlen(headers);

		switch (option) {
		case 'n': wanted.clients = atoi(optarg); break;
		case 's': wanted.space = optarg; break;
		case 'a': wanted.auth = optarg; break;
		case 'o': wanted.at_once = atoi(optarg); break;
		case 'c': wanted.clock_every_ns = (int64_t)atoi(optarg) * 1000000; break;
		case 'N': wanted.name = optarg; break;
		case 'r': wanted.raw = true; break;
		case 'H':
			if (used + strlen(optarg) + 3 > sizeof(headers))
				usage();
			snprintf(headers + used, sizeof(headers) - used, "%s\r\n", optarg);
			break;
		default: usage();
		}
	}
	if (optind + 2 != count || wanted.clients < 1 || wanted.at_once < 1)
		usage();
	wanted.headers = headers;
	wanted.address = words[optind];
	wanted.port = atoi(words[optind + 1]);
}

static void room_for_files(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* After the socket has been dealt with: what has become of the client. */
static void settle(struct client *client, enum client_state before, int poll)
{
	struct epoll_event reading = {.events = EPOLLIN, .data.ptr = client};

	if (client->state == before)
		return;
	if (client->state == UPGRADING)
		epoll_ctl(poll, EPOLL_CTL_MOD, client->fd, &reading);
	if (client->state == IN) {
		in++;
		if (client->joined_ns - client->began_ns > slowest_ns)
			slowest_ns = client->joined_ns - client->began_ns;
	}
	if (client->state == GONE && !client->was_in)
		failed++;
}

static void start_some(int poll)
{
	while (started < wanted.clients && started - in - failed < wanted.at_once) {
		if (!client_start(&all[started++], &wanted, poll))
			failed++;
	}
	if (!ready && in + failed >= wanted.clients) {
		ready = true;
		printf("{\"event\":\"ready\",\"clients\":%d,\"failed\":%d,\"connect_ms\":%.1f,\"slowest_ms\":%.1f}\n", in, failed,
		       (double)(now_ns() - began_ns) / 1e6, (double)slowest_ns / 1e6);
		fflush(stdout);
	}
}

static void look_at_clocks(int poll)
{
	int64_t at_ns = now_ns();

	for (int i = 0; i < started; i++) {
		enum client_state before = all[i].state;

		if (before == IN)
			client_clock(&all[i], &wanted, at_ns);
		else if (before != GONE && at_ns - all[i].began_ns > PATIENCE_NS)
			client_gone(&all[i], "did not come in within a minute");
		settle(&all[i], before, poll);
	}
}

/* What the driver asks. false: nothing more is wanted. */
static bool asked(void)
{
	static char line[64];
	static size_t used;
	ssize_t count = read(STDIN_FILENO, line + used, sizeof(line) - used);
	char *end;

	if (count < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (count <= 0)
		return false;
	used += (size_t)count;
	while ((end = memchr(line, '\n', used)) != NULL) {
		if (strncmp(line, "report\n", 7) != 0)
			return false;
		arrivals_report(all, wanted.clients);
		used -= (size_t)(end + 1 - line);
		memmove(line, end + 1, used);
	}
	return used < sizeof(line);
}

int main(int count, char **words)
{
	struct epoll_event events[EVENTS], input = {.events = EPOLLIN, .data.ptr = NULL};
	int poll = epoll_create1(EPOLL_CLOEXEC);
	int64_t looked_ns;

	options(count, words);
	room_for_files();
	arrivals_init(wanted.clients, wanted.raw);
	all = calloc((size_t)wanted.clients, sizeof(*all));
	if (all == NULL || poll < 0 || epoll_ctl(poll, EPOLL_CTL_ADD, STDIN_FILENO, &input) < 0) {
		perror("load_client");
		return 1;
	}
	for (int i = 0; i < wanted.clients; i++) {
		all[i].index = i;
		all[i].fd = -1;
		all[i].serial = -1;
	}
	began_ns = looked_ns = now_ns();
	for (;;) {
		int found = epoll_wait(poll, events, EVENTS, TURN_MS);

		for (int i = 0; i < found; i++) {
			struct client *client = events[i].data.ptr;

			if (client == NULL) {
				if (!asked())
					return 0;
			} else if (client->state != GONE) {
				enum client_state before = client->state;

				client_event(client, &wanted, events[i].events);
				settle(client, before, poll);
			}
		}
		if (now_ns() - looked_ns >= (int64_t)TURN_MS * 1000000) {
			looked_ns = now_ns();
			look_at_clocks(poll);
		}
		start_some(poll);
	}
}
