/* A buzzer box: what it says, hears and shows. */
#ifndef BOX_H
#define BOX_H

#include <stdint.h>

/* Take up work after a reset. */
void box_init(void);

/* Do all there is to do now; returns the number of ticks after which there may be more without an interrupt. */
uint32_t box_poll(void);

#endif
