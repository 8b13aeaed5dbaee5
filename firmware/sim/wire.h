/* All the boxes of one process, and the sync wire that may join them. */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "box.h"

/* These boxes are run by wire_run; joined: they share a sync wire. */
void wire_init(struct box *boxes, int count, bool joined);

/* To be handed to box_init. */
void wire_on_change(struct box *box);

/* Run all boxes up to this host time. False if a firmware has crashed. */
bool wire_run(uint64_t ns);

#endif
