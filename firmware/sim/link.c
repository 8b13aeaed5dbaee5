/* The adapters: when their bytes pass. Frames are the host's, so they run on its clock and not on the box's. */
#include "link.h"

#include <stdlib.h>
#include <string.h>

#define CH340_BYTES 32
#define FTDI_BYTES 62

bool link_init(struct link *link, const char *name, uint64_t frame_ns, uint64_t phase_ns, uint64_t now_ns)
{
    char *end = NULL;

    *link = (struct link){.frame_ns = frame_ns, .phase_ns = phase_ns, .frame_done_ns = now_ns, .sent_ns = now_ns};
    if (!strcmp(name, "direct")) {
        link->kind = LINK_DIRECT;
    } else if (!strcmp(name, "usb")) {
        link->kind = LINK_USB;
    } else if (!strcmp(name, "ch340")) {
        link->kind = LINK_CH340;
    } else if (!strncmp(name, "ftdi:", 5)) {
        long ms = strtol(name + 5, &end, 10);

        link->kind = LINK_FTDI;
        link->latency_ns = (uint64_t)ms * 1000000;
        return end != name + 5 && !*end && ms >= 1 && ms <= 255;
    } else {
        return false;
    }
    return true;
}

/* The first frame that begins after this time. */
static uint64_t next_frame(const struct link *link, uint64_t ns)
{
    return ns + link->frame_ns - (ns - link->phase_ns) % link->frame_ns;
}

unsigned link_room(const struct link *link)
{
    return LINK_RING - (link->from_host.written - link->from_host.read);
}

static void put(struct link_bytes *bytes, uint8_t byte, uint64_t ns)
{
    bytes->byte[bytes->written % LINK_RING] = byte;
    bytes->ns[bytes->written % LINK_RING] = ns;
    bytes->written++;
}

void link_write(struct link *link, const uint8_t *bytes, int n, uint64_t now_ns)
{
    for (int i = 0; i < n; i++) {
        uint64_t ns = now_ns;

        if (link->kind != LINK_DIRECT) {
            ns = next_frame(link, now_ns);
            if (ns > link->slot_ns) {
                link->slot_ns = ns;
                link->slot_bytes = 0;
            } else if (link->kind == LINK_CH340 && link->slot_bytes == CH340_BYTES) {
                link->slot_ns += link->frame_ns;
                link->slot_bytes = 0;
            }
            link->slot_bytes++;
            ns = link->slot_ns;
        }
        put(&link->from_host, bytes[i], ns);
    }
}

void link_take(struct link *link, uint8_t byte, uint64_t ns)
{
    if (link->to_host.written - link->to_host.read == LINK_RING)
        link->lost++;
    else
        put(&link->to_host, byte, ns);
}

/* How many of the bytes that are there pass with this frame. */
static unsigned passing(struct link *link, unsigned there, uint64_t frame_ns)
{
    switch (link->kind) {
    case LINK_CH340:
        return there < CH340_BYTES ? there : CH340_BYTES;
    case LINK_FTDI:
        if (frame_ns - link->sent_ns < link->latency_ns)
            there -= there % FTDI_BYTES;
        else
            link->sent_ns = frame_ns; /* it starts anew even if there was nothing to send */
        if (there)
            link->sent_ns = frame_ns;
        return there;
    default:
        return there;
    }
}

static unsigned complete(const struct link_bytes *bytes, uint64_t ns)
{
    unsigned n = 0;

    while (bytes->read + n != bytes->written && bytes->ns[(bytes->read + n) % LINK_RING] <= ns)
        n++;
    return n;
}

static int pop(struct link_bytes *from, uint8_t *bytes, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        bytes[i] = from->byte[from->read++ % LINK_RING];
    return (int)n;
}

int link_read(struct link *link, uint8_t *bytes, uint64_t now_ns)
{
    int n = 0;

    if (link->kind == LINK_DIRECT)
        return pop(&link->to_host, bytes, complete(&link->to_host, now_ns));
    for (;;) {
        uint64_t frame_ns = next_frame(link, link->frame_done_ns);

        if (frame_ns > now_ns)
            return n;
        n += pop(&link->to_host, bytes + n, passing(link, complete(&link->to_host, frame_ns), frame_ns));
        link->frame_done_ns = frame_ns;
    }
}

uint64_t link_read_due(const struct link *link)
{
    if (link->to_host.written == link->to_host.read)
        return UINT64_MAX;
    if (link->kind == LINK_DIRECT)
        return link->to_host.ns[link->to_host.read % LINK_RING];
    return next_frame(link, link->frame_done_ns);
}
