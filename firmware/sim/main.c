/* Runs the firmware in simulated hardware at the pace of real time, behind pseudo-terminals, and plays buttons.
 *
 * What was done to a chip and what it did is reported on standard output, one JSON object a line, each with the box, the
 * exact cycle and the host's CLOCK_MONOTONIC at which that cycle was due: the truth to measure against. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "box.h"
#include "options.h"
#include "wire.h"

#define SLICE_NS 1000000  /* looks at the host's bytes this often while it catches up */
#define LEAD_NS 2000000   /* a line read now is played from then on */
#define REST_NS 50000     /* the chips lag behind real time by at most this, if the host lets them */
#define LONGEST_REST_NS 20000000
#define WAKE_NS 150000    /* a timer wakes us so late; a converter hands its bytes over in time */
#define SAVE_NS 1000000000ull

static struct box boxes[BOXES_MAX];
static struct script *scripts[BOXES_MAX];
static struct options options;
static volatile sig_atomic_t stop;

static uint64_t least_ns(void)
{
    uint64_t least = UINT64_MAX;

    for (int i = 0; i < options.boxes; i++)
        if (box_ns(&boxes[i]) < least)
            least = box_ns(&boxes[i]);
    return least;
}

static void take_line(char *line)
{
    uint64_t base = monotonic_ns();
    const char *problem;

    if (!strncmp(line, "quit", 4)) {
        stop = 1;
        return;
    }
    for (int i = 0; i < options.boxes; i++)
        if (box_ns(&boxes[i]) > base)
            base = box_ns(&boxes[i]);
    problem = script_line(line, scripts, options.boxes, base + LEAD_NS);
    if (problem)
        box_report(&boxes[0], "error", ",\"text\":\"%s\"", problem);
}

/* Returns false at the end of the input. */
static bool take_commands(int fd)
{
    static char text[65536];
    static size_t length;
    ssize_t n = read(fd, text + length, sizeof text - 1 - length);
    char *line = text;
    char *end;

    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    length += (size_t)n;
    text[length] = 0;
    while ((end = strchr(line, '\n'))) {
        *end = 0;
        take_line(line);
        line = end + 1;
    }
    length -= (size_t)(line - text);
    memmove(text, line, length);
    if (length == sizeof text - 1) {
        box_report(&boxes[0], "error", ",\"text\":\"line too long\"");
        length = 0;
    }
    return n > 0;
}

static void take_script(const char *path)
{
    FILE *file = fopen(path, "r");
    char line[4096];

    if (!file) {
        perror(path);
        exit(2);
    }
    while (fgets(line, sizeof line, file))
        take_line(line);
    fclose(file);
}

static void on_signal(int number)
{
    (void)number;
    stop = 1;
}

/* Wait until a chip has something to do, or the host has. */
static void rest(bool commands)
{
    struct pollfd fds[BOXES_MAX + 1];
    uint64_t until = UINT64_MAX;
    uint64_t delivery = UINT64_MAX;
    uint64_t now = monotonic_ns();
    uint64_t wait;
    struct timespec timeout;

    for (int i = 0; i < options.boxes; i++) {
        uint64_t due = box_due_ns(&boxes[i]);
        uint64_t read = link_read_due(&boxes[i].link);

        if (due < until)
            until = due;
        if (read < delivery)
            delivery = read;
        fds[i] = (struct pollfd){.fd = boxes[i].master, .events = link_room(&boxes[i].link) ? POLLIN : 0};
    }
    fds[options.boxes] = (struct pollfd){.fd = commands ? 0 : -1, .events = POLLIN};
    if (until == delivery && until > now && until < now + WAKE_NS) {
        while (monotonic_ns() < until && !poll(fds, (nfds_t)options.boxes + 1, 0))
            ;
        return;
    }
    if (until == delivery && until > now)
        until -= WAKE_NS;
    wait = until > now + REST_NS ? until - now : REST_NS;
    if (wait > LONGEST_REST_NS)
        wait = LONGEST_REST_NS;
    timeout = (struct timespec){.tv_nsec = (long)wait};
    ppoll(fds, (nfds_t)options.boxes + 1, &timeout, NULL);
}

static int run(void)
{
    bool commands = true;
    uint64_t saved_ns = monotonic_ns();

    fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_NONBLOCK);
    while (!stop) {
        uint64_t now = monotonic_ns();
        uint64_t target = least_ns() + SLICE_NS;

        if (commands && !take_commands(0)) {
            commands = false;
            if (options.until_eof)
                break;
        }
        for (int i = 0; i < options.boxes; i++)
            box_take_from_host(&boxes[i]);
        if (!wire_run(now < target ? now : target)) {
            box_report(&boxes[0], "error", ",\"text\":\"the firmware has crashed\"");
            return 3;
        }
        for (int i = 0; i < options.boxes; i++)
            box_give_to_host(&boxes[i]);
        if (now - saved_ns > SAVE_NS) {
            for (int i = 0; i < options.boxes; i++)
                box_save(&boxes[i]);
            saved_ns = now;
        }
        if (monotonic_ns() <= least_ns() + SLICE_NS)
            rest(commands);
    }
    return 0;
}

/* It stands for hardware, which nobody keeps waiting. True if the system lets it. */
static bool go_realtime(void)
{
    struct sched_param priority = {.sched_priority = 50};

    return !sched_setscheduler(0, SCHED_FIFO, &priority) && !mlockall(MCL_CURRENT | MCL_FUTURE);
}

/* Seeds of one process differ from box to box, each in a way that can be had again. */
static bool start_box(int number, uint64_t *chance, uint64_t start_ns)
{
    struct box *box = &boxes[number];
    const struct box_options *wanted = &options.box[number];
    uint64_t seed = options.seed + (uint64_t)number * 0x9E3779B97F4A7C15ull;

    box->number = number;
    box->symlink = wanted->symlink;
    box->eeprom_path = wanted->eeprom;
    crystal_init(&box->crystal, start_ns, CHIP_HZ, wanted->ppm, options.wander_ppm, options.wander_period_s);
    *chance = *chance * 6364136223846793005ull + 1442695040888963407ull;
    if (!link_init(&box->link, wanted->transport, options.frame_ns, (*chance >> 33) % options.frame_ns, start_ns)) {
        fprintf(stderr, "no such transport: %s\n", wanted->transport);
        return false;
    }
    if (!box_init(box, options.elf, seed, wire_on_change))
        return false;
    if (options.worn_eeprom)
        chip_wear_out_eeprom(box->chip);
    scripts[number] = &box->script;
    return true;
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = on_signal};
    bool realtime = false;
    uint64_t chance, start_ns;
    int status;

    options.seed = monotonic_ns() ^ (uint64_t)getpid() << 40;
    if (!options_read(&options, argc, argv, &status))
        return status;
    setvbuf(stdout, NULL, _IOLBF, 0);
    prctl(PR_SET_TIMERSLACK, 1);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    chance = options.seed;
    wire_init(boxes, options.boxes, options.wire);
    for (int i = 0; i < options.boxes; i++)
        if (!start_box(i, &chance, monotonic_ns()))
            return 2;
    if (options.realtime)
        realtime = go_realtime();
    /* One instant for all, now that everything is loaded. */
    start_ns = monotonic_ns();
    for (int i = 0; i < options.boxes; i++) {
        boxes[i].crystal.start_ns = start_ns;
        box_report(&boxes[i], "ready",
                   ",\"port\":\"%s\",\"frequency\":%d,\"ppm\":%g,\"transport\":\"%s\",\"realtime\":%s",
                   boxes[i].symlink ? boxes[i].symlink : boxes[i].port, CHIP_HZ, options.box[i].ppm,
                   options.box[i].transport, realtime ? "true" : "false");
    }
    if (options.script)
        take_script(options.script);
    status = run();
    for (int i = 0; i < options.boxes; i++) {
        box_save(&boxes[i]);
        box_report(&boxes[i], "end", ",\"bytes_lost\":%" PRIu64, boxes[i].link.lost);
        if (boxes[i].symlink)
            unlink(boxes[i].symlink);
    }
    return status;
}
