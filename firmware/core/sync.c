/* The sync wire: one edge at a time, from its stamp to its being sent. */
#include "sync.h"

#include "board.h"

void sync_init(struct sync *sync)
{
    *sync = (struct sync){.count = 0};
    board_sync_listen();
}

static void take_edge(struct sync *sync)
{
    if (sync->deaf || !board_sync_fell(&sync->at))
        return;
    sync->deaf = sync->waits = true;
    sync->own = false;
    sync->token = 0;
    sync->count++;
    sync->listen_due = (uint32_t)sync->at + SYNC_DEAF_TICKS;
}

void sync_pulse(struct sync *sync, uint16_t token)
{
    take_edge(sync);
    if (sync->deaf)
        return;
    board_sync_pulse();
    take_edge(sync);
    /* Whoever else pulled at this very moment: the edge is the same one, and the command was obeyed. */
    if (sync->deaf) {
        sync->own = true;
        sync->token = token;
    }
}

void sync_poll(struct sync *sync, bool wanted, uint32_t now)
{
    take_edge(sync);
    sync->waits = sync->waits && wanted;
    if (sync->deaf && !sync->waits && (int32_t)(now - sync->listen_due) >= 0) {
        sync->deaf = false;
        board_sync_listen();
    }
}
