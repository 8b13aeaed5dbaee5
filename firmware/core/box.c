/* A buzzer box: link to the host, and the main loop's one round. */
#include "box.h"

#include "board.h"
#include "buttons.h"
#include "event.h"
#include "frame.h"
#include "lamps.h"
#include "messages.h"
#include "reports.h"
#include "sync.h"

#include <stddef.h>
#include <string.h>

#define LINK_TICKS (2 * TICK_HZ)
#define HELLO_TICKS TICK_HZ
#define RESEND_TICKS (TICK_HZ / 20)
#define IDLE_TICKS (TICK_HZ / 40)
#define BEAT_MIN_TICKS (TICK_HZ / 1000 * 64)
/* From reading the clock to the first byte of a PONG: longer than it takes to build one. */
#define PONG_LEAD_TICKS 700
/* With them a PONG is 62 bytes: an FTDI converter sends that many at once and keeps fewer. */
#define PONG_ZEROS 12
#define LAMPS_AHEAD_TICKS (900 * TICK_HZ)

static struct {
    struct buttons buttons;
    struct queue queue;
    struct lamps lamps;
    struct frame_receiver receiver;
    struct sync sync;
    uint8_t wire[FRAME_MAX_WIRE];
    ticks_t now; /* start of this round */
    ticks_t ping_rx;
    uint32_t ping_token;
    uint32_t ping_due; /* these are low parts of box time */
    uint32_t hello_due;
    uint32_t beat_due;
    uint32_t resend_due;
    uint32_t heard;
    uint16_t unknown;
    uint16_t snapshots_lost; /* as the board counts */
    uint16_t edges_lost;     /* as we report it */
    uint16_t random;
    uint8_t faults;          /* what the self-test found */
    uint8_t ping_flags;
    uint8_t host_minor;      /* as its last IDENTIFY says */
    bool ping_waits;
    bool answered;           /* the last frame was the answer to a ping */
    bool hello_waits;
    bool link_open;
    bool restarting;
} box;

static bool reached(uint32_t when, uint32_t now)
{
    return (int32_t)(now - when) >= 0;
}

static uint32_t sooner(uint32_t limit, uint32_t when, uint32_t now)
{
    int32_t wait = (int32_t)(when - now);

    if (wait <= 0)
        return 0;
    return (uint32_t)wait < limit ? (uint32_t)wait : limit;
}

/* Marsaglia's 16-bit xorshift: irregular enough to meet every phase of a USB frame. */
static uint16_t next_random(void)
{
    box.random ^= box.random << 7;
    box.random ^= box.random >> 9;
    box.random ^= box.random << 8;
    return box.random;
}

static void plan_beat(uint32_t now)
{
    /* 64 to 127 ms in steps of 16 ticks: 16 bits of chance do not reach in single ones. */
    box.beat_due = now + BEAT_MIN_TICKS + (uint32_t)(next_random() & 0x1FFF) * 16;
}

static void keep_event(void *context, const struct event *event)
{
    (void)context;
    queue_push(&box.queue, event);
}

static void take_snapshots(void)
{
    struct snapshot snapshot;
    uint16_t lost;

    while (board_snapshot(&snapshot))
        buttons_snapshot(&box.buttons, snapshot.at, snapshot.down, 0);
    lost = board_snapshots_lost();
    if (lost == box.snapshots_lost)
        return;
    /* The contacts may stand otherwise than the last snapshot says, and nobody will tell us: look for ourselves. */
    for (; box.snapshots_lost != lost; box.snapshots_lost++)
        count_up(&box.edges_lost);
    if (!board_snapshot(&snapshot)) {
        snapshot.at = board_now();
        snapshot.down = board_contacts();
    }
    buttons_snapshot(&box.buttons, snapshot.at, snapshot.down, EVENT_LATE);
}

/* at: low part of box time. zeros: so many delimiters before the frame, which mean nothing. */
static void send_after_zeros(uint32_t at, uint8_t zeros)
{
    uint8_t n;

    memset(box.wire, 0, zeros);
    n = frame_encode(message_body, message_length(), box.wire + zeros);
    board_transmit(box.wire, zeros + n, at);
}

static void send(uint32_t at)
{
    send_after_zeros(at, 0);
}

static void send_hello(uint32_t now)
{
    report_hello(box.faults, box.queue.acked_seq);
    send(now);
    box.hello_waits = false;
    box.hello_due = now + HELLO_TICKS;
}

/* Every press before that is queued. */
static ticks_t safe_tick(void)
{
    return box.now - buttons_undecided_ticks(&box.buttons, (uint32_t)box.now);
}

/* Token 0: a beat that nobody asked for. */
static void send_pong(uint32_t token, ticks_t rx)
{
    ticks_t tx = board_now() + PONG_LEAD_TICKS;

    message_begin(MSG_PONG);
    put32(token);
    put16(board_boot());
    put48(token ? rx : tx);
    put48(tx);
    put48(safe_tick());
    put32(queue_last_seq(&box.queue));
    put8(box.buttons.held);
    put8(box.lamps.shown);
    put8(box.queue.count);
    put16(box.queue.overflows);
    put16(box.edges_lost);
    put16(box.receiver.errors);
    put16(box.queue.resends);
    put16(box.unknown);
    put16(box.buttons.spikes);
    send_after_zeros((uint32_t)tx, box.host_minor ? PONG_ZEROS : 0);
}

static void send_stamp(uint16_t token, ticks_t rx)
{
    ticks_t tx = board_now() + PONG_LEAD_TICKS;

    message_begin(MSG_STAMP);
    put16(token);
    put16(board_boot());
    put48(tx);
    put24(token ? (uint32_t)(tx - rx) : 0);
    put24((uint32_t)(tx - safe_tick()));
    put16((uint16_t)queue_last_seq(&box.queue));
    send((uint32_t)tx);
}

static void send_beat(uint32_t now)
{
    if (box.host_minor)
        send_stamp(0, 0);
    else
        send_pong(0, 0);
    plan_beat(now);
}

static void answer_ping(uint32_t now)
{
    box.ping_waits = false;
    if (box.ping_flags & PING_SHORT)
        send_stamp((uint16_t)box.ping_token, box.ping_rx);
    else
        send_pong(box.ping_token, box.ping_rx);
    plan_beat(now);
}

static void send_event(const struct event *event, uint32_t seq, uint32_t now)
{
    report_event(event, seq);
    send(now);
    box.resend_due = now + RESEND_TICKS;
}

static void send_sync(uint32_t now)
{
    report_sync(&box.sync);
    send(now);
    box.sync.waits = false;
}

static void on_ping(const uint8_t *payload, uint8_t flags)
{
    ticks_t rx;

    /* Without the time at which it came a ping is worth nothing: better no answer than a wrong one. */
    if (!get32(payload) || !board_delimiter_tick(&rx))
        return;
    box.ping_rx = rx;
    box.ping_token = get32(payload);
    box.ping_due = (uint32_t)rx + get16(payload + 4);
    box.ping_flags = flags;
    box.ping_waits = true;
}

static void on_lamps_at(ticks_t at, uint8_t mask, uint32_t now)
{
    if (at < box.now)
        lamps_schedule(&box.lamps, now, mask);
    else if (at - box.now < LAMPS_AHEAD_TICKS)
        lamps_schedule(&box.lamps, (uint32_t)at, mask);
}

/* The payload of a body whose type needs at least that many bytes, or NULL. */
static const uint8_t *payload_of(const uint8_t *body, uint8_t needed)
{
    return body[0] >= needed + 2 ? body + 2 : NULL;
}

static void handle(const uint8_t *body, uint32_t now)
{
    static const uint8_t needed[] = {0, 2, 6, 6, 1, 9, 2, 6, 4};
    const uint8_t *payload = NULL;

    box.heard = now;
    if (body[1] && body[1] < sizeof needed)
        payload = payload_of(body, needed[body[1]]);
    if (!payload) {
        count_up(&box.unknown);
        return;
    }
    switch (body[1]) {
    case MSG_IDENTIFY:
        box.hello_waits = true;
        if (payload[0] != PROTOCOL_MAJOR)
            break;
        box.host_minor = payload[1];
        box.link_open = true;
        queue_rewind(&box.queue);
        plan_beat(now);
        break;
    case MSG_PING:
        on_ping(payload, payload_of(body, 7) ? payload[6] : 0); /* a 1.0 host sends no flags */
        break;
    case MSG_ACK:
        if (get16(payload) == board_boot() && queue_ack(&box.queue, get32(payload + 2)))
            box.resend_due = now + RESEND_TICKS;
        break;
    case MSG_LAMPS:
        lamps_set(&box.lamps, payload[0]);
        break;
    case MSG_LAMPS_AT:
        if (get16(payload) == board_boot())
            on_lamps_at(get48(payload + 2), payload[8], now);
        break;
    case MSG_LAMP_TEST:
        lamps_test(&box.lamps, get16(payload), now);
        break;
    case MSG_RESTART:
        if (get16(payload) == board_boot() && get32(payload + 2) == RESTART_KEY)
            box.restarting = true;
        break;
    case MSG_SYNC_PULSE:
        if (get16(payload) == board_boot())
            sync_pulse(&box.sync, get16(payload + 2));
        break;
    }
}

static void take_bytes(uint32_t now)
{
    uint8_t byte;

    while (board_receive(&byte))
        if (frame_receive(&box.receiver, byte))
            handle(box.receiver.bytes, now);
}

static bool others_wait(void)
{
    return box.sync.waits || (box.queue.in_flight < box.queue.count && box.queue.in_flight < QUEUE_WINDOW);
}

/* At most one frame a round, the most urgent first; the next round comes when the transmitter is idle. A host that
 * pings without a pause gets its answers in turn with what else there is to say. */
static void transmit(uint32_t now)
{
    const struct event *event;
    uint32_t seq;

    if (box.queue.in_flight && reached(box.resend_due, now))
        queue_rewind(&box.queue);
    if (!board_transmitter_idle())
        return;
    if (box.hello_waits || (!box.link_open && reached(box.hello_due, now))) {
        send_hello(now);
    } else if (!box.link_open) {
        return;
    } else if (box.ping_waits && reached(box.ping_due - PONG_LEAD_TICKS, now) && !(box.answered && others_wait())) {
        answer_ping(now);
        box.answered = true;
    } else if ((event = queue_send(&box.queue, &seq))) {
        send_event(event, seq, now);
        box.answered = false;
    } else if (box.sync.waits) {
        send_sync(now);
        box.answered = false;
    } else if (reached(box.beat_due, now)) {
        send_beat(now);
    }
}

static uint32_t next_due(uint32_t now, uint32_t limit)
{
    limit = buttons_due(&box.buttons, now, limit);
    if (box.sync.deaf && !box.sync.waits)
        limit = sooner(limit, box.sync.listen_due, now);
    if (!board_transmitter_idle())
        return limit;
    if (!box.link_open)
        return sooner(limit, box.hello_due, now);
    limit = sooner(limit, box.beat_due, now);
    if (box.ping_waits)
        limit = sooner(limit, box.ping_due - PONG_LEAD_TICKS, now);
    if (box.queue.in_flight)
        limit = sooner(limit, box.resend_due, now);
    if (others_wait())
        limit = 0;
    return limit;
}

void box_init(void)
{
    uint32_t now;

    box.now = board_now();
    now = (uint32_t)box.now;
    queue_init(&box.queue);
    frame_receiver_init(&box.receiver);
    lamps_init(&box.lamps, now);
    sync_init(&box.sync);
    buttons_init(&box.buttons, board_contacts(), box.now, keep_event, NULL);
    box.faults = board_faults() | (box.buttons.down ? FAULT_CONTACT : 0);
    box.random = (uint16_t)(board_uid() ^ board_boot()) | 1;
    box.hello_waits = true;
    box.link_open = box.ping_waits = box.answered = box.restarting = false;
    box.unknown = box.edges_lost = 0;
    box.snapshots_lost = board_snapshots_lost();
}

uint32_t box_poll(void)
{
    uint32_t now, limit;

    /* Read before the snapshots are taken: whatever came before this moment is among them. */
    box.now = board_now();
    now = (uint32_t)box.now;
    if (!box.restarting)
        board_feed_watchdog();
    take_snapshots();
    buttons_advance(&box.buttons, box.now);
    take_bytes(now);
    if (box.link_open && reached(box.heard + LINK_TICKS, now)) {
        box.link_open = false;
        box.hello_due = now; /* what it was last set to may be half a round of 32 bits ago */
    }
    sync_poll(&box.sync, box.link_open, now);
    lamps_blink(&box.lamps, !box.link_open, now);
    limit = lamps_poll(&box.lamps, now, IDLE_TICKS);
    transmit(now);
    return next_due(now, limit);
}
