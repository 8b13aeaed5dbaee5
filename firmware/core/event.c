/* The queue of events that the host has not acknowledged yet. */
#include "event.h"

#include <stddef.h>

#define SLOT(queue, n) (((queue)->first + (n)) & (QUEUE_EVENTS - 1))

void queue_init(struct queue *queue)
{
    *queue = (struct queue){.count = 0};
}

bool queue_push(struct queue *queue, const struct event *event)
{
    uint8_t limit = event->kind == EVENT_RELEASE ? QUEUE_RELEASE_LIMIT : QUEUE_EVENTS;

    if (queue->count >= limit) {
        count_up(&queue->overflows);
        return false;
    }
    queue->events[SLOT(queue, queue->count)] = *event;
    queue->count++;
    return true;
}

bool queue_ack(struct queue *queue, uint32_t seq)
{
    uint32_t news = seq - queue->acked_seq;

    if (news == 0 || news > queue->count)
        return false;
    queue->acked_seq = seq;
    queue->first = SLOT(queue, news);
    queue->count -= (uint8_t)news;
    queue->in_flight = queue->in_flight > news ? (uint8_t)(queue->in_flight - news) : 0;
    return true;
}

const struct event *queue_send(struct queue *queue, uint32_t *seq)
{
    struct event *event;

    if (queue->in_flight >= queue->count || queue->in_flight >= QUEUE_WINDOW)
        return NULL;
    event = &queue->events[SLOT(queue, queue->in_flight)];
    *seq = queue->acked_seq + ++queue->in_flight;
    if (*seq <= queue->sent_seq) {
        event->flags |= EVENT_RESENT;
        count_up(&queue->resends);
    } else {
        queue->sent_seq = *seq;
    }
    return event;
}

void queue_rewind(struct queue *queue)
{
    queue->in_flight = 0;
}
