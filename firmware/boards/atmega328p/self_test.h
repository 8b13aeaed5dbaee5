/* Looks at the program itself before it is trusted. */
#ifndef SELF_TEST_H
#define SELF_TEST_H

#include <stdbool.h>

/* The flash holds what was built. Takes some 20 ms. */
bool flash_is_whole(void);

#endif
