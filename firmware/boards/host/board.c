/* A board that is no board: the tests set its clock, its contacts and its line. */
#include "board.h"

#include <string.h>

#define SNAPSHOTS 64
#define RECEIVED 4096
#define SENT 65536

static ticks_t now;
static uint8_t contacts, lamps;
static uint16_t snapshots_lost;
static struct snapshot snapshots[SNAPSHOTS];
static unsigned snapshots_written, snapshots_read;
static uint8_t received[RECEIVED];
static unsigned received_written, received_read;
static ticks_t delimiter_tick;
static uint8_t sent[SENT];
static unsigned sent_count;
static ticks_t busy_until;
static unsigned watchdog_fed;
static uint16_t boot = 1;
static uint8_t faults;
static bool sync_listens, sync_fell;
static ticks_t sync_at;
static unsigned sync_pulses;

/* --- what the tests call */

void host_reset(uint64_t at)
{
    now = at;
    contacts = lamps = 0;
    snapshots_written = snapshots_read = received_written = received_read = sent_count = watchdog_fed = 0;
    snapshots_lost = 0;
    busy_until = 0;
    sync_listens = sync_fell = false;
    sync_pulses = 0;
    boot++;
}

void host_set_now(uint64_t at)
{
    now = at;
}

/* The contacts change at the present time. */
void host_contacts(uint8_t down)
{
    contacts = down;
    if (snapshots_written - snapshots_read == SNAPSHOTS) {
        snapshots_lost++;
        return;
    }
    snapshots[snapshots_written++ % SNAPSHOTS] = (struct snapshot){.at = now, .down = down};
}

void host_receive(const uint8_t *bytes, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        received[received_written++ % RECEIVED] = bytes[i];
    delimiter_tick = now;
}

/* Take what was sent since the last call: the number of bytes. */
unsigned host_sent(uint8_t *bytes)
{
    unsigned n = sent_count;

    memcpy(bytes, sent, n);
    sent_count = 0;
    return n;
}

uint8_t host_lamps(void)
{
    return lamps;
}

/* The sync wire falls at the present time. */
void host_sync_falls(void)
{
    if (!sync_listens)
        return;
    sync_listens = false;
    sync_fell = true;
    sync_at = now;
}

unsigned host_sync_pulses(void)
{
    return sync_pulses;
}

void host_faults(uint8_t mask)
{
    faults = mask;
}

unsigned host_watchdog_fed(void)
{
    return watchdog_fed;
}

/* --- what the core calls */

ticks_t board_now(void)
{
    return now;
}

uint8_t board_contacts(void)
{
    return contacts;
}

bool board_snapshot(struct snapshot *snapshot)
{
    if (snapshots_read == snapshots_written)
        return false;
    *snapshot = snapshots[snapshots_read++ % SNAPSHOTS];
    return true;
}

uint16_t board_snapshots_lost(void)
{
    return snapshots_lost;
}

bool board_receive(uint8_t *byte)
{
    if (received_read == received_written)
        return false;
    *byte = received[received_read++ % RECEIVED];
    return true;
}

bool board_delimiter_tick(ticks_t *tick)
{
    *tick = delimiter_tick;
    return true;
}

bool board_transmitter_idle(void)
{
    return now >= busy_until;
}

void board_transmit(const uint8_t *bytes, uint8_t n, uint32_t at)
{
    ticks_t begin = now;

    if ((int32_t)(at - (uint32_t)now) > 0)
        begin += at - (uint32_t)now;
    memcpy(sent + sent_count, bytes, n);
    sent_count += n;
    busy_until = begin + 40u * n;
}

bool board_sync_fell(ticks_t *at)
{
    bool fell = sync_fell;

    sync_fell = false;
    if (fell)
        *at = sync_at;
    return fell;
}

void board_sync_listen(void)
{
    sync_listens = true;
}

void board_sync_pulse(void)
{
    sync_pulses++;
    host_sync_falls();
}

void board_lamps(uint8_t mask)
{
    lamps = mask;
}

uint32_t board_uid(void)
{
    return 0xA1B2C3D4;
}

uint16_t board_boot(void)
{
    return boot;
}

uint8_t board_reset_cause(void)
{
    return 1;
}

uint8_t board_faults(void)
{
    return faults;
}

void board_feed_watchdog(void)
{
    watchdog_fed++;
}

void board_sleep(uint32_t ticks)
{
    (void)ticks;
}
