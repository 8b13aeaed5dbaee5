/* What came, to whom and when: one row a revision, one column a client. */
#include "arrivals.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row {
	long revision;
	int64_t stamp_ns;
	int64_t last_ns;
	int64_t *at_ns; /* by client; 0: has not come */
	int seen;
	size_t bytes;
	int patches;
};

static int columns;
static bool tell_all;
static int joined;
static struct row *rows;
static int row_count, row_room;
static long reported = -1; /* rows up to this revision are told and gone */
static long doubled, reordered, gaps, closed, late;
static long clocks;
static int64_t clock_total_ns, clock_worst_ns;

static void *must(void *memory)
{
	if (memory == NULL) {
		fprintf(stderr, "load_client: no memory\n");
		exit(1);
	}
	return memory;
}

void arrivals_init(int clients, bool raw)
{
	columns = clients;
	tell_all = raw;
}

void arrivals_joined(void)
{
	joined++;
}

/* The row of a revision, made where there is none; most often it is the last one. */
static struct row *row_of(long revision)
{
	struct row *row;
	int place = row_count;

	while (place > 0 && rows[place - 1].revision > revision)
		place--;
	if (place > 0 && rows[place - 1].revision == revision)
		return &rows[place - 1];
	if (row_count == row_room) {
		row_room = row_room ? 2 * row_room : 64;
		rows = must(realloc(rows, (size_t)row_room * sizeof(*rows)));
	}
	memmove(&rows[place + 1], &rows[place], (size_t)(row_count - place) * sizeof(*rows));
	row_count++;
	row = &rows[place];
	memset(row, 0, sizeof(*row));
	row->revision = revision;
	row->at_ns = must(calloc((size_t)columns, sizeof(*row->at_ns)));
	return row;
}

void arrivals_seen(const struct client *client, long revision, int64_t at_ns, int64_t stamp_ns, size_t bytes, bool patch)
{
	struct row *row;

	if (revision == client->revision) {
		doubled++;
		return;
	}
	if (revision <= reported) { /* its row is gone, so it came after the report that missed it */
		late++;
		reordered += revision < client->revision;
		return;
	}
	row = row_of(revision);
	if (row->at_ns[client->index] != 0) {
		doubled++;
		return;
	}
	if (revision < client->revision)
		reordered++;
	row->at_ns[client->index] = at_ns;
	row->last_ns = at_ns;
	row->patches += patch;
	if (row->seen++ == 0) {
		row->stamp_ns = stamp_ns;
		row->bytes = bytes;
	}
	if (row->seen == joined) {
		printf("{\"event\":\"complete\",\"revision\":%ld}\n", revision);
		fflush(stdout);
	}
}

void arrivals_repeated(bool out_of_order)
{
	if (out_of_order)
		reordered++;
	else
		doubled++;
}

void arrivals_gap(void)
{
	gaps++;
}

void arrivals_closed(void)
{
	closed++;
}

void arrivals_clock(int64_t trip_ns)
{
	clocks++;
	clock_total_ns += trip_ns;
	if (trip_ns > clock_worst_ns)
		clock_worst_ns = trip_ns;
}

static int by_time(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return (a > b) - (a < b);
}

/* By nearest rank. */
static int64_t rank(const int64_t *sorted, int count, int percent)
{
	return sorted[(count * percent + 99) / 100 - 1];
}

/* How many clients had joined before this revision and never got it. Who was cut off meanwhile has lost it, too. */
static int missing(const struct row *row, const struct client *clients, int count)
{
	int found = 0;

	for (int i = 0; i < count; i++)
		found += clients[i].was_in && clients[i].first < row->revision && row->at_ns[i] == 0;
	return found;
}

static void tell(const struct row *row, int lost)
{
	int64_t *sorted = must(calloc((size_t)columns, sizeof(*sorted)));
	int found = 0;

	for (int i = 0; i < columns; i++) {
		if (row->at_ns[i] != 0)
			sorted[found++] = row->at_ns[i];
	}
	qsort(sorted, (size_t)found, sizeof(*sorted), by_time);
	printf("{\"revision\":%ld,\"stamp_ns\":%" PRId64 ",\"seen\":%d,\"lost\":%d,\"bytes\":%zu,\"patches\":%d",
	       row->revision, row->stamp_ns, row->seen, lost, row->bytes, row->patches);
	printf(",\"first_ns\":%" PRId64 ",\"p50_ns\":%" PRId64 ",\"p99_ns\":%" PRId64 ",\"last_ns\":%" PRId64,
	       sorted[0], rank(sorted, found, 50), rank(sorted, found, 99), sorted[found - 1]);
	if (tell_all) {
		printf(",\"arrivals_ns\":[");
		for (int i = 0; i < found; i++)
			printf("%s%" PRId64, i ? "," : "", sorted[i]);
		printf("]");
	}
	printf("}");
	free(sorted);
}

/* {"event": "report", "joined", "lost", "doubled", "reordered", "gaps", "closed", "late", "clocks", "clock_mean_us",
 *  "clock_worst_us", "revisions": [{"revision", "stamp_ns", "seen", "lost", "bytes", "patches", "first_ns", "p50_ns",
 *  "p99_ns", "last_ns", "arrivals_ns"?}]}: times on CLOCK_MONOTONIC but stamp_ns, which is the server's own. */
void arrivals_report(const struct client *clients, int count)
{
	long lost = 0;

	printf("{\"event\":\"report\",\"joined\":%d,\"revisions\":[", joined);
	for (int i = 0; i < row_count; i++) {
		int here = missing(&rows[i], clients, count);

		lost += here;
		if (i > 0)
			printf(",");
		tell(&rows[i], here);
		reported = rows[i].revision;
		free(rows[i].at_ns);
	}
	printf("],\"lost\":%ld,\"doubled\":%ld,\"reordered\":%ld,\"gaps\":%ld,\"closed\":%ld,\"late\":%ld", lost, doubled,
	       reordered, gaps, closed, late);
	printf(",\"clocks\":%ld,\"clock_mean_us\":%.1f,\"clock_worst_us\":%.1f}\n", clocks,
	       clocks ? (double)clock_total_ns / 1e3 / (double)clocks : 0.0, (double)clock_worst_ns / 1e3);
	fflush(stdout);
	row_count = 0;
	doubled = reordered = gaps = closed = late = clocks = 0;
	clock_total_ns = clock_worst_ns = 0;
}
