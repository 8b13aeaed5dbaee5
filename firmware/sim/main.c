/* Runs the firmware in simulated hardware at the pace of real time, behind a pseudo-terminal, and plays buttons.
 *
 * What was done to the chip and what its lamps showed is reported on standard output, one JSON object a line, each
 * with the exact cycle and the host's CLOCK_MONOTONIC at which that cycle was due: the truth to measure against. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "chip.h"
#include "pty.h"
#include "script.h"

#define SLICE_CYCLES (CHIP_HZ / 1000)  /* looks at the host's bytes this often while it catches up */
#define LEAD_CYCLES (CHIP_HZ / 500)    /* a line read now is played from 2 ms later */
#define REST_NS 50000                  /* the chip lags behind real time by at most this, if the host lets it */
#define LONGEST_REST_NS 20000000
#define SAVE_NS 1000000000ull
#define RING 4096                      /* a power of two */

struct ring {
    uint8_t bytes[RING];
    uint64_t cycle[RING]; /* from the host: may start then. To the host: complete then */
    unsigned written, read;
};

static struct ring from_host, to_host;
static uint64_t start_ns, line_free_cycle, usb_frame_cycles, bytes_lost;
static double cycles_per_ns;
static volatile sig_atomic_t stop;

static uint64_t monotonic_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

static uint64_t cycle_at(uint64_t ns)
{
    return (uint64_t)((double)(ns - start_ns) * cycles_per_ns);
}

static uint64_t ns_at(uint64_t cycle)
{
    return start_ns + (uint64_t)((double)cycle / cycles_per_ns);
}

static void report(const char *type, const char *format, ...)
{
    uint64_t cycle = chip_cycle();
    va_list ap;

    printf("{\"type\":\"%s\",\"cycle\":%" PRIu64 ",\"ns\":%" PRIu64, type, cycle, ns_at(cycle));
    va_start(ap, format);
    vprintf(format, ap);
    va_end(ap);
    puts("}");
}

static void on_lamps(uint8_t mask)
{
    report("lamps", ",\"mask\":%d", mask);
}

static void on_timer(void)
{
    report("timer", "");
}

static void on_reset(int cause)
{
    line_free_cycle = 0;
    report("reset", ",\"cause\":%d", cause);
}

/* A byte is there only when its stop bit is; USB then keeps it until the next frame. */
static uint64_t usb_delay(uint64_t cycle)
{
    return usb_frame_cycles ? (cycle / usb_frame_cycles + 1) * usb_frame_cycles : cycle;
}

static void on_sent(uint8_t byte)
{
    if (to_host.written - to_host.read == RING) {
        bytes_lost++;
        return;
    }
    to_host.bytes[to_host.written % RING] = byte;
    to_host.cycle[to_host.written % RING] = usb_delay(chip_cycle() + chip_cycles_per_byte());
    to_host.written++;
}

static uint64_t deliver_bytes(uint64_t cycle)
{
    while (from_host.written != from_host.read) {
        uint64_t at = from_host.cycle[from_host.read % RING];

        if (at < line_free_cycle)
            at = line_free_cycle;
        if (at > cycle)
            return at;
        if (!chip_receive(from_host.bytes[from_host.read % RING]))
            return cycle + chip_cycles_per_byte();
        from_host.read++;
        line_free_cycle = cycle + chip_cycles_per_byte();
    }
    return 0;
}

static uint64_t on_due(uint64_t cycle)
{
    const struct due *due;
    uint64_t next;

    while ((due = script_next()) && due->cycle <= cycle) {
        if (due->kind == DUE_EDGE) {
            chip_contact(due->input, due->down);
            report("edge", ",\"input\":%d,\"down\":%s,\"batch\":%ld", due->input, due->down ? "true" : "false",
                   due->batch);
        } else if (due->kind == DUE_RESET) {
            chip_reset(due->down);
        } else {
            report("done", ",\"batch\":%ld", due->batch);
        }
        script_pop();
    }
    next = deliver_bytes(cycle);
    if (due && (!next || due->cycle < next))
        next = due->cycle;
    return next;
}

static void take_from_host(int master)
{
    uint8_t bytes[512];
    unsigned room = RING - (from_host.written - from_host.read);
    int n = pty_read(master, bytes, room < sizeof bytes ? (int)room : (int)sizeof bytes);
    uint64_t cycle = usb_delay(cycle_at(monotonic_ns()));

    for (int i = 0; i < n; i++) {
        from_host.bytes[from_host.written % RING] = bytes[i];
        from_host.cycle[from_host.written % RING] = cycle;
        from_host.written++;
    }
}

static void give_to_host(int master)
{
    uint8_t bytes[RING];
    int n = 0;

    while (to_host.written != to_host.read && to_host.cycle[to_host.read % RING] <= chip_cycle())
        bytes[n++] = to_host.bytes[to_host.read++ % RING];
    bytes_lost += (uint64_t)pty_write(master, bytes, n);
}

static void take_line(char *line)
{
    uint64_t now = cycle_at(monotonic_ns());
    uint64_t base = (now > chip_cycle() ? now : chip_cycle()) + LEAD_CYCLES;
    const char *problem;

    if (!strncmp(line, "quit", 4)) {
        stop = 1;
        return;
    }
    problem = script_line(line, base, cycles_per_ns * 1000);
    if (problem)
        report("error", ",\"text\":\"%s\"", problem);
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
        report("error", ",\"text\":\"line too long\"");
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

static void load_eeprom(const char *path)
{
    FILE *file = path ? fopen(path, "rb") : NULL;
    uint8_t bytes[CHIP_EEPROM_BYTES];

    if (!file)
        return;
    if (fread(bytes, 1, sizeof bytes, file) == sizeof bytes)
        memcpy(chip_eeprom(), bytes, sizeof bytes);
    fclose(file);
}

static void save_eeprom(const char *path)
{
    static uint8_t saved[CHIP_EEPROM_BYTES];
    char temporary[4096];
    FILE *file;

    if (!path || !memcmp(saved, chip_eeprom(), sizeof saved))
        return;
    snprintf(temporary, sizeof temporary, "%s.new", path);
    file = fopen(temporary, "wb");
    if (!file || fwrite(chip_eeprom(), 1, sizeof saved, file) != sizeof saved || fclose(file) ||
        rename(temporary, path)) {
        report("error", ",\"text\":\"eeprom could not be saved\"");
        return;
    }
    memcpy(saved, chip_eeprom(), sizeof saved);
}

static void on_signal(int number)
{
    (void)number;
    stop = 1;
}

/* Wait until the chip has something to do, or the host has. */
static void rest(int master, bool commands)
{
    struct pollfd fds[2] = {{.fd = master, .events = POLLIN}, {.fd = commands ? 0 : -1, .events = POLLIN}};
    uint64_t until = ns_at(chip_quiet_until());
    uint64_t now = monotonic_ns();
    uint64_t wait;
    struct timespec timeout;
    const struct due *due = script_next();

    if (due && ns_at(due->cycle) < until)
        until = ns_at(due->cycle);
    if (to_host.written != to_host.read && ns_at(to_host.cycle[to_host.read % RING]) < until)
        until = ns_at(to_host.cycle[to_host.read % RING]);
    if (from_host.written != from_host.read) {
        fds[0].events = from_host.written - from_host.read < RING ? POLLIN : 0;
        until = now;
    }
    wait = until > now + REST_NS ? until - now : REST_NS;
    if (wait > LONGEST_REST_NS)
        wait = LONGEST_REST_NS;
    timeout = (struct timespec){.tv_nsec = (long)wait};
    ppoll(fds, 2, &timeout, NULL);
}

static int run(int master, bool until_eof, const char *eeprom)
{
    bool commands = true;
    uint64_t saved_ns = start_ns;

    fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_NONBLOCK);
    while (!stop) {
        uint64_t now = monotonic_ns();
        uint64_t target = cycle_at(now);

        if (commands && !take_commands(0)) {
            commands = false;
            if (until_eof)
                break;
        }
        take_from_host(master);
        if (target > chip_cycle() + SLICE_CYCLES)
            target = chip_cycle() + SLICE_CYCLES;
        if (!chip_run(target)) {
            report("error", ",\"text\":\"the firmware has crashed\"");
            return 3;
        }
        give_to_host(master);
        if (now - saved_ns > SAVE_NS) {
            save_eeprom(eeprom);
            saved_ns = now;
        }
        if (cycle_at(monotonic_ns()) <= chip_cycle() + SLICE_CYCLES)
            rest(master, commands);
    }
    return 0;
}

static const char usage[] =
    "usage: firstpress-sim [--link PATH] [--script FILE] [--eeprom FILE] [--ppm N] [--usb-frame-us N]\n"
    "                      [--seed N] [--until-eof] ELF\n"
    "Commands on standard input, and in FILE: see script.h; quit.\n";

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"link", required_argument, NULL, 'l'},         {"script", required_argument, NULL, 's'},
        {"eeprom", required_argument, NULL, 'e'},       {"ppm", required_argument, NULL, 'p'},
        {"usb-frame-us", required_argument, NULL, 'u'}, {"seed", required_argument, NULL, 'r'},
        {"until-eof", no_argument, NULL, 'x'},          {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    static const struct chip_hooks hooks = {on_lamps, on_timer, on_sent, on_reset, on_due};
    struct sigaction action = {.sa_handler = on_signal};
    const char *link = NULL, *script = NULL, *eeprom = NULL;
    uint64_t seed = monotonic_ns() ^ (uint64_t)getpid() << 40;
    bool until_eof = false;
    double ppm = 0;
    char name[128];
    int master, option, status;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'l': link = optarg; break;
        case 's': script = optarg; break;
        case 'e': eeprom = optarg; break;
        case 'p': ppm = atof(optarg); break;
        case 'u': usb_frame_cycles = (uint64_t)atoi(optarg) * (CHIP_HZ / 1000000); break;
        case 'r': seed = strtoull(optarg, NULL, 0); break;
        case 'x': until_eof = true; break;
        case 'h': fputs(usage, stdout); return 0;
        default: fputs(usage, stderr); return 2;
        }
    }
    if (optind != argc - 1) {
        fputs(usage, stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    prctl(PR_SET_TIMERSLACK, 1);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    cycles_per_ns = CHIP_HZ / 1e9 * (1 + ppm / 1e6);
    start_ns = monotonic_ns();
    if (!chip_init(argv[optind], seed, &hooks))
        return 2;
    load_eeprom(eeprom);
    master = pty_open(name, sizeof name);
    if (master < 0) {
        perror("pty");
        return 2;
    }
    if (link) {
        unlink(link);
        if (symlink(name, link)) {
            perror(link);
            return 2;
        }
    }
    start_ns = monotonic_ns();
    report("ready", ",\"port\":\"%s\",\"frequency\":%d,\"ppm\":%g", link ? link : name, CHIP_HZ, ppm);
    if (script)
        take_script(script);
    status = run(master, until_eof, eeprom);
    save_eeprom(eeprom);
    report("end", ",\"bytes_lost\":%" PRIu64, bytes_lost);
    if (link)
        unlink(link);
    return status;
}
