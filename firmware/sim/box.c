/* What happens to a chip, and what is reported of it. */
#define _GNU_SOURCE
#include "box.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "pty.h"

#define LATE_CYCLES 64 /* several instructions */

static void (*wire_changed)(struct box *box);

uint64_t monotonic_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

uint64_t box_ns(const struct box *box)
{
    return crystal_ns(&box->crystal, chip_cycle(box->chip));
}

void box_report(const struct box *box, const char *type, const char *format, ...)
{
    va_list ap;

    printf("{\"type\":\"%s\",\"box\":%d,\"cycle\":%" PRIu64 ",\"ns\":%" PRIu64, type, box->number,
           chip_cycle(box->chip), box_ns(box));
    va_start(ap, format);
    vprintf(format, ap);
    va_end(ap);
    puts("}");
}

static void on_lamps(void *owner, uint8_t mask)
{
    box_report(owner, "lamps", ",\"mask\":%d", mask);
}

static void on_timer(void *owner)
{
    box_report(owner, "timer", "%s", "");
}

static void on_reset(void *owner, int cause)
{
    struct box *box = owner;

    box->line_free_cycle = 0;
    box_report(box, "reset", ",\"cause\":%d", cause);
}

static void on_pulls(void *owner, bool pulls)
{
    struct box *box = owner;

    box->pulls = pulls;
    box_report(box, "wire", ",\"low\":%s", pulls ? "true" : "false");
    wire_changed(box);
}

/* A byte is there only when its stop bit is. */
static void on_sent(void *owner, uint8_t byte)
{
    struct box *box = owner;
    uint64_t complete = chip_cycle(box->chip) + chip_cycles_per_byte(box->chip);

    link_take(&box->link, byte, crystal_ns(&box->crystal, complete));
}

/* When the next byte from the host may begin on the line, or 0 if there is none. */
static uint64_t byte_due(const struct box *box)
{
    const struct link_bytes *bytes = &box->link.from_host;
    uint64_t cycle;

    if (bytes->written == bytes->read)
        return 0;
    /* Not before that time: the cycle that is under way then is not enough. */
    cycle = crystal_cycle(&box->crystal, (double)bytes->ns[bytes->read % LINK_RING]) + 1;
    return cycle < box->line_free_cycle ? box->line_free_cycle : cycle;
}

void box_was_due(const struct box *box, uint64_t cycle, const char *what)
{
    uint64_t late = chip_cycle(box->chip) - cycle;

    if (chip_cycle(box->chip) > cycle && late > LATE_CYCLES)
        box_report(box, "error", ",\"text\":\"%s came %" PRIu64 " cycles late\"", what, late);
}

static uint64_t deliver_bytes(struct box *box, uint64_t cycle)
{
    struct link_bytes *bytes = &box->link.from_host;
    uint64_t due;

    while ((due = byte_due(box)) && due <= cycle) {
        box_was_due(box, due, "a byte");
        /* Refused, it is tried again when it would have been over. */
        if (chip_receive(box->chip, bytes->byte[bytes->read % LINK_RING]))
            bytes->read++;
        box->line_free_cycle = cycle + chip_cycles_per_byte(box->chip);
    }
    return due;
}

static uint64_t on_due(void *owner, uint64_t cycle)
{
    struct box *box = owner;
    const struct due *due;
    uint64_t next;

    while ((due = script_next(&box->script)) && due->cycle <= cycle) {
        box_was_due(box, due->cycle, "an item of the script");
        if (due->kind == DUE_EDGE) {
            chip_contact(box->chip, due->input, due->down);
            box_report(box, "edge", ",\"input\":%d,\"down\":%s,\"batch\":%ld", due->input,
                       due->down ? "true" : "false", due->batch);
        } else if (due->kind == DUE_WIRE) {
            box->shorts = due->down;
            wire_changed(box);
        } else if (due->kind == DUE_RESET) {
            chip_reset(box->chip, due->down);
        } else {
            box_report(box, "done", ",\"batch\":%ld", due->batch);
        }
        script_pop(&box->script);
    }
    next = deliver_bytes(box, cycle);
    if (due && (!next || due->cycle < next))
        next = due->cycle;
    return next;
}

static void load_eeprom(struct box *box)
{
    FILE *file = box->eeprom_path ? fopen(box->eeprom_path, "rb") : NULL;
    uint8_t bytes[CHIP_EEPROM_BYTES];

    if (!file)
        return;
    if (fread(bytes, 1, sizeof bytes, file) == sizeof bytes)
        memcpy(chip_eeprom(box->chip), bytes, sizeof bytes);
    fclose(file);
}

void box_save(struct box *box)
{
    char temporary[4096];
    FILE *file;

    if (!box->eeprom_path || !memcmp(box->eeprom_saved, chip_eeprom(box->chip), CHIP_EEPROM_BYTES))
        return;
    snprintf(temporary, sizeof temporary, "%s.new", box->eeprom_path);
    file = fopen(temporary, "wb");
    if (!file || fwrite(chip_eeprom(box->chip), 1, CHIP_EEPROM_BYTES, file) != CHIP_EEPROM_BYTES ||
        fclose(file) || rename(temporary, box->eeprom_path)) {
        box_report(box, "error", ",\"text\":\"eeprom could not be saved\"");
        return;
    }
    memcpy(box->eeprom_saved, chip_eeprom(box->chip), CHIP_EEPROM_BYTES);
}

bool box_init(struct box *box, const char *elf, uint64_t seed, void (*on_wire)(struct box *box))
{
    static const struct chip_hooks hooks = {on_lamps, on_timer, on_sent, on_reset, on_pulls, on_due};

    wire_changed = on_wire;
    script_init(&box->script, &box->crystal);
    box->chip = chip_new(elf, seed, &hooks, box);
    if (!box->chip)
        return false;
    load_eeprom(box);
    box->master = pty_open(box->port, sizeof box->port);
    if (box->master < 0) {
        perror("pty");
        return false;
    }
    if (box->symlink) {
        unlink(box->symlink);
        if (symlink(box->port, box->symlink)) {
            perror(box->symlink);
            return false;
        }
    }
    return true;
}

uint64_t box_acts_ns(const struct box *box)
{
    return crystal_ns(&box->crystal, chip_quiet_until(box->chip));
}

bool box_run(struct box *box, uint64_t ns)
{
    return chip_run(box->chip, crystal_cycle(&box->crystal, (double)ns));
}

void box_take_from_host(struct box *box)
{
    uint8_t bytes[512];
    unsigned room = link_room(&box->link);
    int n = pty_read(box->master, bytes, room < sizeof bytes ? (int)room : (int)sizeof bytes);

    link_write(&box->link, bytes, n, monotonic_ns());
}

void box_give_to_host(struct box *box)
{
    uint8_t bytes[LINK_RING];
    int n = link_read(&box->link, bytes, box_ns(box));

    box->link.lost += (uint64_t)pty_write(box->master, bytes, n);
}

uint64_t box_due_ns(const struct box *box)
{
    const struct link_bytes *bytes = &box->link.from_host;
    const struct due *due = script_next(&box->script);
    uint64_t until = box_acts_ns(box);
    uint64_t read = link_read_due(&box->link);

    if (due && crystal_ns(&box->crystal, due->cycle) < until)
        until = crystal_ns(&box->crystal, due->cycle);
    if (bytes->written != bytes->read && bytes->ns[bytes->read % LINK_RING] < until)
        until = bytes->ns[bytes->read % LINK_RING];
    return read < until ? read : until;
}
