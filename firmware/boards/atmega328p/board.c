/* ATmega328P at 16 MHz (Uno, Nano): buttons on A0..A5, lamps on D2..D7, the host on UART 0.
 *
 * Page numbers refer to the data sheet DS40002061B. */
#include "board.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <avr/wdt.h>
#include <util/atomic.h>

#include "identity.h"

#define BUTTON_PINS 0x3F /* PORTC 0..5 */
#define LAMP_PINS 0xFC   /* PORTD 2..7 */
#define LAMP_SHIFT 2
#define SNAPSHOTS 64     /* ring sizes: powers of two */
#define RECEIVED 128
#define DELIMITERS 8
#define LONGEST_SLEEP_TICKS 0xC000

struct stamp {
    uint16_t low;  /* Timer1 */
    uint16_t high; /* overflows, the low part */
};

/* Apart, so that an interrupt which needs only the low part saves fewer registers and reads the clock sooner. */
static volatile uint16_t overflows;
static volatile uint16_t overflows_high;

static struct {
    struct stamp stamp[SNAPSHOTS];
    uint8_t pins[SNAPSHOTS];
    uint8_t last_pins;
    volatile uint8_t written;
    volatile uint8_t read;
    volatile uint16_t lost;
} snapshots;

static struct {
    uint8_t bytes[RECEIVED];
    struct stamp delimiter[DELIMITERS];
    volatile uint8_t written;
    volatile uint8_t read;
    volatile uint8_t delimiters_written;
    uint8_t delimiters_read;
} receiver;

static struct {
    const uint8_t *volatile next;
    volatile uint8_t left;
    volatile bool busy;
} transmitter;

/* Written before the variables are set to zero, so kept out of their way. */
static uint8_t reset_cause __attribute__((section(".noinit")));

/* Keep the cause, and stop the watchdog: after it has bitten it stays on, at its shortest time (page 55). */
__attribute__((naked, used, section(".init3"))) void keep_reset_cause(void);
void keep_reset_cause(void)
{
    reset_cause = MCUSR;
    MCUSR = 0;
    wdt_disable();
}

/* Timer1 with its overflows, while interrupts are off. An overflow that has not been served yet shows as a flag
 * together with a small count. */
static inline __attribute__((always_inline)) struct stamp stamp_now(void)
{
    struct stamp stamp = {.low = TCNT1, .high = overflows};

    if ((TIFR1 & _BV(TOV1)) && !(stamp.low & 0x8000))
        stamp.high++;
    return stamp;
}

/* The stamp is young, so the missing part of the overflow count is that of now, or the one before. */
static ticks_t whole(struct stamp stamp)
{
    uint16_t low, high;

    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        low = overflows;
        high = overflows_high;
    }
    /* One ahead is possible: an overflow that was seen by its flag and is not yet counted. */
    if (++low == 0)
        high++;
    if (stamp.high > low)
        high--;
    return ticks_of((uint32_t)stamp.high << 16 | stamp.low, high);
}

ISR(TIMER1_OVF_vect)
{
    if (++overflows == 0)
        overflows_high++;
}

/* Only wakes the main loop: its deadline has come. */
EMPTY_INTERRUPT(TIMER1_COMPA_vect)

ISR(PCINT1_vect)
{
    uint8_t pins = PINC;
    struct stamp stamp = stamp_now();
    uint8_t written = snapshots.written;

    if (pins == snapshots.last_pins)
        return;
    snapshots.last_pins = pins; /* of a lost one too: the next edge back must not look like none */
    if ((uint8_t)(written - snapshots.read) == SNAPSHOTS) {
        snapshots.lost++;
        return;
    }
    snapshots.pins[written % SNAPSHOTS] = pins;
    snapshots.stamp[written % SNAPSHOTS] = stamp;
    snapshots.written = written + 1;
}

ISR(USART_RX_vect)
{
    uint8_t byte = UDR0;
    uint8_t written = receiver.written;

    if ((uint8_t)(written - receiver.read) == RECEIVED)
        return;
    receiver.bytes[written % RECEIVED] = byte;
    receiver.written = written + 1;
    if (byte == 0) {
        receiver.delimiter[receiver.delimiters_written % DELIMITERS] = stamp_now();
        receiver.delimiters_written++;
    }
}

ISR(USART_UDRE_vect)
{
    UCSR0A = _BV(U2X0) | _BV(TXC0); /* not yet at rest, whatever the byte before has set */
    UDR0 = *transmitter.next++;
    if (--transmitter.left == 0)
        UCSR0B &= (uint8_t)~_BV(UDRIE0);
}

ISR(USART_TX_vect)
{
    transmitter.busy = false;
}

ticks_t board_now(void)
{
    struct stamp stamp;

    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        stamp = stamp_now();
    }
    return whole(stamp);
}

uint8_t board_contacts(void)
{
    return ~PINC & BUTTON_PINS;
}

bool board_snapshot(struct snapshot *snapshot)
{
    uint8_t read = snapshots.read;

    if (read == snapshots.written)
        return false;
    snapshot->at = whole(snapshots.stamp[read % SNAPSHOTS]);
    snapshot->down = ~snapshots.pins[read % SNAPSHOTS] & BUTTON_PINS;
    snapshots.read = read + 1;
    return true;
}

uint16_t board_snapshots_lost(void)
{
    uint16_t lost;

    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        lost = snapshots.lost;
    }
    return lost;
}

bool board_receive(uint8_t *byte)
{
    uint8_t read = receiver.read;

    if (read == receiver.written)
        return false;
    *byte = receiver.bytes[read % RECEIVED];
    receiver.read = read + 1;
    if (*byte == 0)
        receiver.delimiters_read++;
    return true;
}

bool board_delimiter_tick(ticks_t *tick)
{
    struct stamp stamp;
    uint8_t behind;

    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        stamp = receiver.delimiter[(uint8_t)(receiver.delimiters_read - 1) % DELIMITERS];
        behind = receiver.delimiters_written - receiver.delimiters_read;
    }
    *tick = whole(stamp);
    return behind < DELIMITERS;
}

bool board_transmitter_idle(void)
{
    return !transmitter.busy;
}

void board_transmit(const uint8_t *bytes, uint8_t n, uint32_t at)
{
    transmitter.next = bytes;
    transmitter.left = n;
    transmitter.busy = true;
    while ((int32_t)((uint32_t)board_now() - at) < 0)
        ;
    UCSR0B |= _BV(UDRIE0);
}

void board_lamps(uint8_t mask)
{
    PORTD = (PORTD & (uint8_t)~LAMP_PINS) | (uint8_t)(mask << LAMP_SHIFT);
}

uint32_t board_uid(void)
{
    return identity_uid();
}

uint16_t board_boot(void)
{
    return identity_boot();
}

uint8_t board_reset_cause(void)
{
    return reset_cause;
}

void board_feed_watchdog(void)
{
    wdt_reset();
}

void board_sleep(uint32_t ticks)
{
    /* Too near for the alarm: setting it takes longer. */
    if (ticks < 40)
        return;
    /* The alarm sees 16 bits; what is further off takes two rounds. */
    if (ticks > LONGEST_SLEEP_TICKS)
        ticks = LONGEST_SLEEP_TICKS;
    cli();
    /* An alarm left over from before only wakes us once more. Its flag is not cleared here: simavr 1.6 takes any
     * write to TIFR1 as clearing every flag, and a lost overflow sets the clock back by 32.768 ms for good. */
    OCR1A = TCNT1 + (uint16_t)ticks;
    if (snapshots.read == snapshots.written && receiver.read == receiver.written) {
        sleep_enable();
        sei();
        sleep_cpu(); /* the instruction after sei is executed before any interrupt (page 13) */
        sleep_disable();
    }
    sei();
}

void board_init(void)
{
    PORTC = BUTTON_PINS;                 /* inputs with pull-ups */
    DDRD = LAMP_PINS | _BV(PD1);
    PORTD = _BV(PD0);                    /* so that an open RX line rests */
    identity_init();
    TCCR1A = 0;
    TCCR1B = _BV(CS11);                  /* 16 MHz / 8: 0.5 µs */
    TIMSK1 = _BV(TOIE1) | _BV(OCIE1A);
    UCSR0A = _BV(U2X0) | _BV(TXC0);
    UCSR0C = _BV(UCSZ01) | _BV(UCSZ00);
    UBRR0 = 3;                           /* 500,000 baud exactly (page 199) */
    UCSR0B = _BV(RXEN0) | _BV(TXEN0) | _BV(RXCIE0) | _BV(TXCIE0);
    snapshots.last_pins = PINC;
    PCMSK1 = BUTTON_PINS;
    PCICR = _BV(PCIE1);
    set_sleep_mode(SLEEP_MODE_IDLE);
    wdt_enable(WDTO_250MS);
    sei();
}
