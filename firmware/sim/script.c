/* Reads the script and keeps what is due in order. */
#include "script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUTS 6
#define LINE_DUE 4096

/* The line that is being read: what is due, and on which box. */
static struct {
    struct due due;
    int box;
} line_due[LINE_DUE];
static int line_count, line_box;
static double line_base_ns;
static struct script *const *scripts;

static long next_batch = 1;

void script_init(struct script *script, const struct crystal *crystal)
{
    *script = (struct script){.crystal = crystal};
}

static void insert(struct script *script, const struct due *due)
{
    struct due *queue = script->due;
    int at = script->first + script->count;

    if (at == SCRIPT_DUE) {
        memmove(queue, queue + script->first, sizeof *queue * (size_t)script->count);
        script->first = 0;
        at = script->count;
    }
    /* Behind others of the same cycle: those of one moment keep the order in which they were asked for. */
    for (; at > script->first && queue[at - 1].cycle > due->cycle; at--)
        queue[at] = queue[at - 1];
    queue[at] = *due;
    script->count++;
}

const struct due *script_next(const struct script *script)
{
    return script->count ? &script->due[script->first] : NULL;
}

void script_pop(struct script *script)
{
    script->first++;
    script->count--;
}

static bool add(double us, bool absolute, enum due_kind kind, int input, int down)
{
    const struct crystal *crystal = scripts[line_box]->crystal;
    double base_ns = absolute ? (double)crystal->start_ns : line_base_ns;

    if (line_count == LINE_DUE)
        return false;
    line_due[line_count].box = line_box;
    line_due[line_count++].due = (struct due){
        .cycle = crystal_cycle(crystal, base_ns + us * 1000), .kind = kind, .input = input, .down = down};
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
static bool chatter(double at_us, bool absolute, double length_us, int input, int down)
{
    double us = at_us;
    int level = down;

    if (!add(us, absolute, DUE_EDGE, input, level))
        return false;
    for (;;) {
        us += random_between(15, random_between(30, 1500));
        if (us >= at_us + length_us)
            break;
        level = !level;
        if (!add(us, absolute, DUE_EDGE, input, level))
            return false;
    }
    return level == down || add(at_us + length_us, absolute, DUE_EDGE, input, down);
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

static const char *read_press(char **save)
{
    struct item item = {.hold_ms = 120, .bounce_ms = 0};
    int input = read_number(strtok_r(NULL, " \t\r\n", save), INPUTS);
    double press_ms, release_ms;
    char *word;

    if (input < 0)
        return "press: input must be 0..5";
    while ((word = strtok_r(NULL, " \t\r\n", save)))
        if (!read_option(word, &item))
            return "press: option not understood";
    random_state = 0x9E3779B97F4A7C15ull * (item.bounce + 1) + (uint64_t)input;
    for (int i = 0; i < 8; i++)
        random_between(0, 1);
    press_ms = item.bounce_ms > 0 ? item.bounce_ms : random_between(1, 15);
    release_ms = item.bounce_ms > 0 ? item.bounce_ms : random_between(0.5, 8);
    if (!item.bounce)
        press_ms = release_ms = 0;
    if (!chatter(item.us, item.absolute, press_ms * 1000, input, 1) ||
        !chatter(item.us + item.hold_ms * 1000, item.absolute, release_ms * 1000, input, 0))
        return "press: too many edges in one line";
    return NULL;
}

static const char *read_edge(char **save)
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
    if (!add(item.us, item.absolute, DUE_EDGE, input, down))
        return "edge: too many edges in one line";
    return NULL;
}

static const char *read_wire(char **save)
{
    struct item item = {.us = 0};
    int high = read_number(strtok_r(NULL, " \t\r\n", save), 2);
    char *word;

    while ((word = strtok_r(NULL, " \t\r\n", save)))
        if (!read_option(word, &item))
            return "wire: option not understood";
    if (high < 0 || !add(item.us, item.absolute, DUE_WIRE, 0, !high))
        return "wire: needs 0 or 1, or there is too much in one line";
    return NULL;
}

static const char *read_reset(char **save)
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
    if (!add(item.us, item.absolute, DUE_RESET, 0, cause))
        return "reset: too many items in one line";
    return NULL;
}

static const char *read_box(char **save, int boxes)
{
    int box = read_number(strtok_r(NULL, " \t\r\n", save), boxes);

    if (box < 0)
        return "box: there is no such box";
    line_box = box;
    return NULL;
}

/* All of the line is in order: hand it to the boxes, and let each that has a part in it say when that is done. */
static const char *schedule(int boxes, long batch)
{
    for (int box = 0; box < boxes; box++) {
        struct due done = {.kind = DUE_DONE, .batch = batch};
        int count = 0;

        for (int i = 0; i < line_count; i++)
            count += line_due[i].box == box;
        if (scripts[box]->count + count + 1 > SCRIPT_DUE)
            return "too much is waiting already";
        for (int i = 0; i < line_count; i++) {
            if (line_due[i].box != box)
                continue;
            line_due[i].due.batch = batch;
            if (line_due[i].due.cycle > done.cycle)
                done.cycle = line_due[i].due.cycle;
            insert(scripts[box], &line_due[i].due);
        }
        if (count)
            insert(scripts[box], &done);
    }
    next_batch = batch + 1;
    return NULL;
}

const char *script_line(char *line, struct script *const boxes_scripts[], int boxes, uint64_t base_ns)
{
    char *save_item = NULL;
    const char *problem = NULL;
    long batch = next_batch;

    scripts = boxes_scripts;
    line_count = line_box = 0;
    line_base_ns = (double)base_ns;
    for (char *text = strtok_r(line, ";", &save_item); text && !problem; text = strtok_r(NULL, ";", &save_item)) {
        char *save = NULL;
        char *word = strtok_r(text, " \t\r\n", &save);

        if (!word || *word == '#')
            continue;
        if (!strcmp(word, "press"))
            problem = read_press(&save);
        else if (!strcmp(word, "edge"))
            problem = read_edge(&save);
        else if (!strcmp(word, "wire"))
            problem = read_wire(&save);
        else if (!strcmp(word, "reset"))
            problem = read_reset(&save);
        else if (!strcmp(word, "box"))
            problem = read_box(&save, boxes);
        else if (!strcmp(word, "id"))
            batch = read_number(strtok_r(NULL, " \t\r\n", &save), 1 << 30);
        else
            problem = "unknown command";
    }
    return problem || !line_count ? problem : schedule(boxes, batch);
}
