/* Start and main loop. */
#include "board.h"
#include "box.h"
#include "identity.h"

int main(void)
{
    board_init();
    box_init();
    for (;;)
        board_sleep(box_poll());
}
