/* Bodies of what a box says of itself, each ready to be framed. */
#ifndef REPORTS_H
#define REPORTS_H

#include <stdint.h>

#include "event.h"
#include "sync.h"

void report_hello(uint8_t faults, uint32_t acked_seq);
void report_event(const struct event *event, uint32_t seq);
void report_sync(const struct sync *sync);

#endif
