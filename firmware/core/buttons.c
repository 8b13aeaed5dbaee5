/* When is a contact a press: balance of down and up time, stamped at the first edge. */
#include "buttons.h"

static void emit(struct buttons *buttons, uint8_t input, uint8_t kind, uint32_t decided)
{
    const struct button *button = &buttons->button[input];
    uint32_t delay = decided - button->mark;
    uint32_t now = (uint32_t)buttons->now;
    uint16_t high = ticks_high(buttons->now);
    struct event event = {
        .tick_low = button->mark,
        .tick_high = button->mark > now ? high - 1 : high,
        .confirm_ticks = delay > UINT16_MAX ? UINT16_MAX : (uint16_t)delay,
        .kind = kind & 0xF,
        .input = input & 0xF,
        .flags = button->flags,
        .same_mask = button->same_mask,
        .edges = button->edges,
    };

    buttons->emit(buttons->context, &event);
}

static void set_mark(struct button *button, uint32_t at, uint8_t flags, uint8_t same_mask)
{
    button->mark = at;
    button->balance = 0;
    button->up_run = 0;
    button->edges = 0;
    button->flags = flags | (same_mask ? EVENT_SAME_TICK : 0);
    button->same_mask = same_mask;
}

static uint16_t less(uint16_t balance, uint32_t ticks)
{
    return balance > ticks ? (uint16_t)(balance - ticks) : 0;
}

/* Bring one button up to now; its contact has not changed since it was last brought up to date. */
static void reckon(struct buttons *buttons, uint8_t input, uint32_t now)
{
    struct button *button = &buttons->button[input];
    uint8_t bit = (uint8_t)(1u << input);
    bool down = buttons->down & bit;
    uint32_t before = button->reckoned;
    uint32_t passed = now - before;

    if ((int32_t)passed <= 0)
        return;
    button->reckoned = now;
    if (button->state == BUTTON_UNDECIDED && down) {
        uint16_t lacking = PRESS_TICKS - button->balance;

        if (passed < lacking) {
            button->balance += (uint16_t)passed;
            return;
        }
        button->state = BUTTON_HELD;
        button->balance = 0;
        buttons->held |= bit;
        emit(buttons, input, EVENT_PRESS, before + lacking);
    } else if (button->state == BUTTON_UNDECIDED) {
        if (passed >= (uint32_t)(DROP_TICKS - button->up_run)) {
            button->state = BUTTON_REST;
            count_up(&buttons->spikes);
            return;
        }
        button->up_run += (uint16_t)passed;
        button->balance = less(button->balance, passed);
    } else if (button->state == BUTTON_HELD && !down) {
        uint16_t lacking = RELEASE_TICKS - button->balance;

        if (passed < lacking) {
            button->balance += (uint16_t)passed;
            return;
        }
        button->state = BUTTON_REST;
        button->balance = 0;
        buttons->held &= (uint8_t)~bit;
        emit(buttons, input, EVENT_RELEASE, before + lacking);
    } else if (button->state == BUTTON_HELD) {
        button->balance = less(button->balance, passed);
    }
}

static void went_down(struct buttons *buttons, struct button *button, uint32_t at, uint8_t flags, uint8_t same)
{
    bool given_up = button->state == BUTTON_UNDECIDED && at - button->mark > WINDOW_TICKS;

    if (given_up)
        count_up(&buttons->spikes);
    if (button->state == BUTTON_REST || given_up) {
        button->state = BUTTON_UNDECIDED;
        button->reckoned = at;
        set_mark(button, at, flags, same);
    }
    button->up_run = 0;
}

static void went_up(struct button *button, uint32_t at, uint8_t flags, uint8_t same)
{
    if (button->state == BUTTON_HELD && button->balance == 0)
        set_mark(button, at, flags, same);
    button->up_run = 0;
}

void buttons_init(struct buttons *buttons, uint8_t down, ticks_t now,
                  void (*emit_event)(void *context, const struct event *event), void *context)
{
    buttons->now = now;
    buttons->down = down;
    buttons->held = 0;
    buttons->spikes = 0;
    buttons->emit = emit_event;
    buttons->context = context;
    for (uint8_t i = 0; i < BUTTONS; i++) {
        struct button *button = &buttons->button[i];

        set_mark(button, (uint32_t)now, EVENT_HELD_AT_BOOT, 0);
        button->reckoned = (uint32_t)now;
        button->state = down >> i & 1 ? BUTTON_UNDECIDED : BUTTON_REST;
    }
}

/* Edges were lost before at: how long a contact was down or up is not known. What was undecided begins anew. */
static void begin_anew(struct buttons *buttons, uint32_t at)
{
    for (uint8_t i = 0; i < BUTTONS; i++) {
        struct button *button = &buttons->button[i];

        button->reckoned = at;
        if (button->state == BUTTON_HELD)
            continue;
        button->state = BUTTON_REST;
        buttons->down &= (uint8_t)~(1u << i);
    }
}

void buttons_snapshot(struct buttons *buttons, ticks_t at, uint8_t down, uint8_t flags)
{
    uint32_t low = (uint32_t)at;
    uint8_t changed;

    buttons->now = at;
    if (flags & EVENT_LATE)
        begin_anew(buttons, low);
    changed = buttons->down ^ down;

    for (uint8_t i = 0; i < BUTTONS; i++) {
        struct button *button = &buttons->button[i];
        uint8_t bit = (uint8_t)(1u << i);
        uint8_t same = changed & (uint8_t)~bit;

        if (!(changed & bit))
            continue;
        reckon(buttons, i, low);
        if (down & bit)
            went_down(buttons, button, low, flags, same);
        else
            went_up(button, low, flags, same);
        if (button->edges != UINT8_MAX)
            button->edges++;
    }
    /* Only now: until its own turn each button was reckoned with the contacts as they were. */
    buttons->down = down;
}

void buttons_advance(struct buttons *buttons, ticks_t now)
{
    /* A snapshot may have been younger. */
    if ((int32_t)((uint32_t)now - (uint32_t)buttons->now) > 0)
        buttons->now = now;
    for (uint8_t i = 0; i < BUTTONS; i++)
        reckon(buttons, i, (uint32_t)now);
}

uint32_t buttons_undecided_ticks(const struct buttons *buttons, uint32_t now)
{
    int32_t oldest = 0;

    for (uint8_t i = 0; i < BUTTONS; i++) {
        const struct button *button = &buttons->button[i];

        if (button->state == BUTTON_UNDECIDED && (int32_t)(now - button->mark) > oldest)
            oldest = (int32_t)(now - button->mark);
    }
    return (uint32_t)oldest;
}

uint32_t buttons_due(const struct buttons *buttons, uint32_t now, uint32_t limit)
{
    for (uint8_t i = 0; i < BUTTONS; i++) {
        const struct button *button = &buttons->button[i];
        bool down = buttons->down >> i & 1;
        uint32_t lacking;
        int32_t due;

        if (button->state == BUTTON_UNDECIDED)
            lacking = down ? PRESS_TICKS - button->balance : DROP_TICKS - button->up_run;
        else if (button->state == BUTTON_HELD && !down)
            lacking = RELEASE_TICKS - button->balance;
        else
            continue;
        due = (int32_t)(button->reckoned + lacking - now);
        if (due <= 0)
            return 0;
        if ((uint32_t)due < limit)
            limit = (uint32_t)due;
    }
    return limit;
}
