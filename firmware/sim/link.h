/* What lies between a box's UART and the host: a wire, or an adapter that makes bytes wait. */
#ifndef LINK_H
#define LINK_H

#include <stdbool.h>
#include <stdint.h>

#define LINK_RING 4096 /* a power of two */

enum link_kind {
    LINK_DIRECT, /* no delay but the line's */
    LINK_USB,    /* full speed: both directions wait for the next frame */
    LINK_CH340,  /* the same, at most 32 bytes a frame and direction */
    LINK_FTDI,   /* to the host: whole packets of 62, the rest when the latency timer has run out */
};

struct link_bytes {
    uint8_t byte[LINK_RING];
    uint64_t ns[LINK_RING]; /* not before this host time */
    unsigned written, read;
};

struct link {
    enum link_kind kind;
    uint64_t frame_ns;
    uint64_t phase_ns;   /* frames begin at phase + n * frame of the host's clock */
    uint64_t latency_ns;
    struct link_bytes from_host; /* ns: may go onto the line then */
    struct link_bytes to_host;   /* ns: came complete off the line then */
    uint64_t slot_ns;    /* from the host: the frame that is being filled */
    int slot_bytes;
    uint64_t frame_done_ns; /* to the host: the last frame that was dealt with */
    uint64_t sent_ns;       /* the last that carried something, or the timer's last end */
    uint64_t lost;
};

/* Name: direct, usb, ch340, ftdi:MS. frame_ns: 1 ms on USB. False if it is none of these. */
bool link_init(struct link *link, const char *name, uint64_t frame_ns, uint64_t phase_ns, uint64_t now_ns);

/* How many bytes the host may still write. */
unsigned link_room(const struct link *link);

/* The host wrote these now. */
void link_write(struct link *link, const uint8_t *bytes, int n, uint64_t now_ns);

/* A byte from the box came complete off the line at this time; times rise. */
void link_take(struct link *link, uint8_t byte, uint64_t ns);

/* The bytes that have reached the host by now, at most LINK_RING; returns their number. */
int link_read(struct link *link, uint8_t *bytes, uint64_t now_ns);

/* When link_read may next have something, or UINT64_MAX. */
uint64_t link_read_due(const struct link *link);

#endif
