/* Reads the script and keeps what is due in order. */
#include "script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUTS 6
#define MAX_DUE 16384
#define LINE_DUE 4096

static struct due queue[MAX_DUE];
static int queue_first, queue_count;

static struct due line_due[LINE_DUE];
static int line_count;

static long next_batch = 1;

static void insert(const struct due *due)
{
    int at = queue_first + queue_count;

    if (at == MAX_DUE) {
        memmove(queue, queue + queue_first, sizeof *queue * (size_t)queue_count);
        queue_first = 0;
        at = queue_count;
    }
    /* Behind others of the same cycle: those of one moment keep the order in which they were asked for. */
    for (; at > queue_first && queue[at - 1].cycle > due->cycle; at--)
        queue[at] = queue[at - 1];
    queue[at] = *due;
    queue_count++;
}

const struct due *script_next(void)
{
    return queue_count ? &queue[queue_first] : NULL;
}

void script_pop(void)
{
    queue_first++;
    queue_count--;
}

static bool add(uint64_t cycle, enum due_kind kind, int input, int down)
{
    if (line_count == LINE_DUE)
        return false;
    line_due[line_count++] = (struct due){.cycle = cycle, .kind = kind, .input = input, .down = down};
    return true;
}

static uint64_t random_state;

static double random_between(double low, double high)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return low + (high - low) * (double)(random_state >> 11) / 9007199254740992.0;
}

/* A contact that ends at down, having chattered for at most length_us; gaps stay below 1.5 ms. */
static bool chatter(double at_us, double length_us, int input, int down, uint64_t base, double rate)
{
    double us = at_us;
    int level = down;

    if (!add(base + (uint64_t)(us * rate), DUE_EDGE, input, level))
        return false;
    for (;;) {
        us += random_between(15, random_between(30, 1500));
        if (us >= at_us + length_us)
            break;
        level = !level;
        if (!add(base + (uint64_t)(us * rate), DUE_EDGE, input, level))
            return false;
    }
    return level == down || add(base + (uint64_t)((at_us + length_us) * rate), DUE_EDGE, input, down);
}

struct item {
    double us;
    bool absolute;
    bool timed;
    double hold_ms;
    double bounce_ms;
    unsigned long bounce;
};

static bool read_option(const char *word, struct item *item)
{
    char *end = NULL;

    if (*word == '+' || *word == '@') {
        item->timed = true;
        item->absolute = *word == '@';
        item->us = strtod(word + 1, &end);
        return end != word + 1 && !*end && item->us >= 0;
    }
    if (!strncmp(word, "hold_ms=", 8)) {
        item->hold_ms = strtod(word + 8, &end);
        return end != word + 8 && !*end && item->hold_ms >= 0;
    }
    if (!strncmp(word, "bounce_ms=", 10)) {
        item->bounce_ms = strtod(word + 10, &end);
        return end != word + 10 && !*end && item->bounce_ms >= 0;
    }
    if (!strncmp(word, "bounce=", 7)) {
        item->bounce = strtoul(word + 7, &end, 0);
        return end != word + 7 && !*end;
    }
    return false;
}

static int read_number(const char *word, int below)
{
    char *end = NULL;
    long value = word ? strtol(word, &end, 10) : -1;

    return word && end != word && !*end && value >= 0 && value < below ? (int)value : -1;
}

static const char *read_press(char **save, uint64_t base, double rate)
{
    struct item item = {.hold_ms = 120, .bounce_ms = 0};
    int input = read_number(strtok_r(NULL, " \t\r\n", save), INPUTS);
    double press_ms, release_ms;
    char *word;
    uint64_t from;

    if (input < 0)
        return "press: input must be 0..5";
    while ((word = strtok_r(NULL, " \t\r\n", save)))
        if (!read_option(word, &item))
            return "press: option not understood";
    from = item.absolute ? 0 : base;
    random_state = 0x9E3779B97F4A7C15ull * (item.bounce + 1) + (uint64_t)input;
    for (int i = 0; i < 8; i++)
        random_between(0, 1);
    press_ms = item.bounce_ms > 0 ? item.bounce_ms : random_between(1, 15);
    release_ms = item.bounce_ms > 0 ? item.bounce_ms : random_between(0.5, 8);
    if (!item.bounce)
        press_ms = release_ms = 0;
    if (!chatter(item.us, press_ms * 1000, input, 1, from, rate) ||
        !chatter(item.us + item.hold_ms * 1000, release_ms * 1000, input, 0, from, rate))
        return "press: too many edges in one line";
    return NULL;
}

static const char *read_edge(char **save, uint64_t base, double rate)
{
    struct item item = {.us = 0};
    int input = read_number(strtok_r(NULL, " \t\r\n", save), INPUTS);
    int down = read_number(strtok_r(NULL, " \t\r\n", save), 2);
    char *word;

    if (input < 0 || down < 0)
        return "edge: needs input 0..5 and 0 or 1";
    while ((word = strtok_r(NULL, " \t\r\n", save)))
        if (!read_option(word, &item))
            return "edge: option not understood";
    if (!add((item.absolute ? 0 : base) + (uint64_t)(item.us * rate), DUE_EDGE, input, down))
        return "edge: too many edges in one line";
    return NULL;
}

static const char *read_reset(char **save, uint64_t base, double rate)
{
    struct item item = {.us = 0};
    int cause = 1 << 1;
    char *word;

    while ((word = strtok_r(NULL, " \t\r\n", save))) {
        if (!strcmp(word, "power"))
            cause = 1 << 0;
        else if (!strcmp(word, "external"))
            cause = 1 << 1;
        else if (!strcmp(word, "watchdog"))
            cause = 1 << 3;
        else if (!read_option(word, &item))
            return "reset: option not understood";
    }
    if (!add((item.absolute ? 0 : base) + (uint64_t)(item.us * rate), DUE_RESET, 0, cause))
        return "reset: too many items in one line";
    return NULL;
}

const char *script_line(char *line, uint64_t base, double cycles_per_us)
{
    char *save_item = NULL;
    const char *problem = NULL;
    long batch = next_batch;
    uint64_t last = base;

    line_count = 0;
    for (char *text = strtok_r(line, ";", &save_item); text && !problem; text = strtok_r(NULL, ";", &save_item)) {
        char *save = NULL;
        char *word = strtok_r(text, " \t\r\n", &save);

        if (!word || *word == '#')
            continue;
        if (!strcmp(word, "press"))
            problem = read_press(&save, base, cycles_per_us);
        else if (!strcmp(word, "edge"))
            problem = read_edge(&save, base, cycles_per_us);
        else if (!strcmp(word, "reset"))
            problem = read_reset(&save, base, cycles_per_us);
        else if (!strcmp(word, "id"))
            batch = read_number(strtok_r(NULL, " \t\r\n", &save), 1 << 30);
        else
            problem = "unknown command";
    }
    if (!problem && queue_count + line_count + 1 > MAX_DUE)
        problem = "too much is waiting already";
    if (problem || !line_count)
        return problem;
    for (int i = 0; i < line_count; i++) {
        line_due[i].batch = batch;
        if (line_due[i].cycle > last)
            last = line_due[i].cycle;
        insert(&line_due[i]);
    }
    insert(&(struct due){.cycle = last, .kind = DUE_DONE, .batch = batch});
    next_batch = batch + 1;
    return NULL;
}
