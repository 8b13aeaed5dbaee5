/* Runs boxes that share a wire in lockstep: what one does to it reaches all at the same instant.
 *
 * The box that would act first runs, no further than to where another would act; a sleeping chip acts only at its next
 * timer. When one pulls the wire the others, which are asleep, are brought to that instant and see it there. So nothing
 * reaches a chip in its past, but for the rest of the one instruction that it has begun. */
#include "wire.h"

#include <stddef.h>

static struct box *all;
static int count;
static bool joined;

void wire_init(struct box *boxes, int number, bool share)
{
    all = boxes;
    count = number;
    joined = share;
}

/* How the wire stands at this box, but for the box itself. */
static bool is_high(const struct box *box)
{
    for (int i = 0; i < count; i++) {
        bool self = &all[i] == box;

        if ((joined || self) && (all[i].shorts || (!self && all[i].pulls)))
            return false;
    }
    return true;
}

void wire_on_change(struct box *box)
{
    uint64_t now = box_ns(box);

    chip_wire(box->chip, is_high(box));
    for (int i = 0; joined && i < count; i++) {
        if (&all[i] == box)
            continue;
        if (box_ns(&all[i]) < now)
            box_run(&all[i], now);
        box_was_due(&all[i], crystal_cycle(&all[i].crystal, (double)now), "the sync wire");
        chip_wire(all[i].chip, is_high(&all[i]));
    }
}

/* One turn of the lockstep. *ran: false if no box has anything to do before ns. */
static bool run_first(uint64_t ns, bool *ran)
{
    struct box *first = NULL;
    uint64_t first_ns = ns;
    uint64_t second_ns = ns;

    for (int i = 0; i < count; i++) {
        uint64_t acts_ns = box_acts_ns(&all[i]);

        if (acts_ns < first_ns) {
            second_ns = first_ns;
            first_ns = acts_ns;
            first = &all[i];
        } else if (acts_ns < second_ns) {
            second_ns = acts_ns;
        }
    }
    *ran = first != NULL;
    if (!first)
        return true;
    /* Two cycles more: far enough for one instruction, even where both would act at once. */
    return box_run(first, second_ns + 2 * CHIP_CYCLE_NS);
}

bool wire_run(uint64_t ns)
{
    bool ran = joined && count > 1;

    for (int i = 0; ran && i < count; i++)
        chip_plan(all[i].chip);
    while (ran)
        if (!run_first(ns, &ran))
            return false;
    for (int i = 0; i < count; i++)
        if (!box_run(&all[i], ns))
            return false;
    return true;
}
