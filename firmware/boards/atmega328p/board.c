/* ATmega328P at 16 MHz (Uno, Nano): buttons on A0..A5, lamps on D2..D7, the sync wire on D8, the host on UART 0.
 *
 * Page numbers refer to the data sheet DS40002061B. */
#include "board.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <avr/wdt.h>
#include <util/atomic.h>
#include <util/delay.h>

#include "identity.h"
#include "interrupts.h"
#include "self_test.h"

#define BUTTON_PINS 0x3F /* PORTC 0..5 */
#define LAMP_PINS 0xFC   /* PORTD 2..7 */
#define LAMP_SHIFT 2
#define WIRE_PIN _BV(PB0) /* ICP1 */
#define PULSE_US 30
#define LONGEST_SLEEP_TICKS 0xC000

volatile struct stamp snapshots[SNAPSHOTS];
volatile uint8_t snapshots_read;
volatile uint16_t snapshots_lost;
volatile uint8_t received[RECEIVED];
volatile uint8_t received_written, received_read;
volatile struct stamp delimiters[DELIMITERS];
volatile uint8_t delimiters_written;
static uint8_t delimiters_read;
const uint8_t *volatile transmit_next;
volatile uint8_t transmit_left, transmit_busy;
volatile uint8_t overflows_high[3];
volatile struct stamp sync_stamp;
volatile uint8_t sync_fell;

/* Written before the variables are set to zero, so kept out of their way. */
static uint8_t reset_cause __attribute__((section(".noinit")));
static uint8_t faults;

/* Keep the cause, and stop the watchdog: after it has bitten it stays on, at its shortest time (page 55). */
__attribute__((naked, used, section(".init3"))) void keep_reset_cause(void);
void keep_reset_cause(void)
{
    reset_cause = MCUSR;
    MCUSR = 0;
    wdt_disable();
}

/* Box time of a stamp that is younger than 255 overflows, 8.3 s. pending: it was made while an overflow had not been
 * counted yet, which concerns it only if the clock was past the overflow by then. */
static ticks_t whole(const volatile struct stamp *stamp, bool pending)
{
    union {
        uint8_t byte[4];
        uint32_t all;
    } overflows;
    uint8_t seen = stamp->overflows;

    if (pending && !(stamp->high & 0x80))
        seen++;
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        overflows.byte[0] = GPIOR0;
        overflows.byte[1] = overflows_high[0];
        overflows.byte[2] = overflows_high[1];
        overflows.byte[3] = overflows_high[2];
    }
    /* One ahead is possible: the one that was pending may be so still. */
    overflows.all++;
    overflows.all -= (uint8_t)(overflows.byte[0] - seen);
    return ticks_of(overflows.all << 16 | (uint16_t)(stamp->high << 8) | stamp->low,
                    (uint16_t)(overflows.all >> 16));
}

ticks_t board_now(void)
{
    struct stamp stamp;

    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        stamp.low = TCNT1L;
        stamp.high = TCNT1H;
        stamp.overflows = GPIOR0;
        stamp.rest = TIFR1;
    }
    return whole(&stamp, stamp.rest & _BV(TOV1));
}

uint8_t board_contacts(void)
{
    return ~PINC & BUTTON_PINS;
}

bool board_snapshot(struct snapshot *snapshot)
{
    const volatile struct stamp *stamp;
    uint8_t read = snapshots_read;

    if (read == GPIOR1)
        return false;
    stamp = &snapshots[read / sizeof *stamp];
    snapshot->at = whole(stamp, stamp->rest & OVERFLOW_SEEN);
    snapshot->down = ~stamp->rest & BUTTON_PINS;
    snapshots_read = (uint8_t)(read + sizeof *stamp);
    return true;
}

uint16_t board_snapshots_lost(void)
{
    uint16_t lost;

    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        lost = snapshots_lost;
    }
    return lost;
}

bool board_receive(uint8_t *byte)
{
    uint8_t read = received_read;

    if (read == received_written)
        return false;
    *byte = received[read % RECEIVED];
    received_read = read + 1;
    if (*byte == 0)
        delimiters_read++;
    return true;
}

bool board_delimiter_tick(ticks_t *tick)
{
    struct stamp stamp = delimiters[(uint8_t)(delimiters_read - 1) % DELIMITERS];

    *tick = whole(&stamp, stamp.rest & _BV(TOV1));
    /* Looked at last: the copy was whole if its place was not taken by then. */
    return (uint8_t)(delimiters_written - delimiters_read) < DELIMITERS;
}

bool board_transmitter_idle(void)
{
    return !transmit_busy;
}

void board_transmit(const uint8_t *bytes, uint8_t n, uint32_t at)
{
    transmit_next = bytes;
    transmit_left = n;
    transmit_busy = 1;
    while ((int32_t)((uint32_t)board_now() - at) < 0)
        ;
    UCSR0B |= _BV(UDRIE0);
}

bool board_sync_fell(ticks_t *at)
{
    if (!sync_fell)
        return false;
    sync_fell = 0;
    *at = whole(&sync_stamp, sync_stamp.rest & _BV(TOV1));
    return true;
}

void board_sync_listen(void)
{
    bool stale = TIFR1 & _BV(ICF1);

    TIMSK1 |= _BV(ICIE1);
    if (!stale)
        return;
    /* It fell meanwhile, nobody knows when. Only its interrupt clears the flag (see board_sleep): it has just run. */
    sync_fell = 0;
    TIMSK1 |= _BV(ICIE1);
}

void board_sync_pulse(void)
{
    /* Never driven high: another box may be pulling it down. */
    PORTB &= (uint8_t)~WIRE_PIN;
    DDRB |= WIRE_PIN;
    _delay_us(PULSE_US);
    DDRB &= (uint8_t)~WIRE_PIN;
    PORTB |= WIRE_PIN;
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

uint8_t board_faults(void)
{
    return faults;
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
    if (snapshots_read == GPIOR1 && received_read == received_written && !sync_fell) {
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
    PORTB = WIRE_PIN;
    DDRD = LAMP_PINS | _BV(PD1);
    PORTD = _BV(PD0);                    /* so that an open RX line rests */
    GPIOR0 = GPIOR1 = 0;
    if (!identity_init())
        faults |= FAULT_IDENTITY;
    if (!(PINB & WIRE_PIN))
        faults |= FAULT_SYNC_WIRE;
    if (!flash_is_whole())
        faults |= FAULT_FLASH;
    /* Some milliseconds later: low then, high now was another box's pulse. */
    if (PINB & WIRE_PIN)
        faults &= (uint8_t)~FAULT_SYNC_WIRE;
    TCCR1A = 0;
    TCCR1B = _BV(ICNC1) | _BV(CS11);     /* 16 MHz / 8: 0.5 µs; capture falling edges that last four cycles */
    TIMSK1 = _BV(TOIE1) | _BV(OCIE1A);
    UCSR0A = _BV(U2X0) | _BV(TXC0);
    UCSR0C = _BV(UCSZ01) | _BV(UCSZ00);
    UBRR0 = 3;                           /* 500,000 baud exactly (page 199) */
    UCSR0B = _BV(RXEN0) | _BV(TXEN0) | _BV(RXCIE0) | _BV(TXCIE0);
    GPIOR2 = PINC;
    PCMSK1 = BUTTON_PINS;
    PCICR = _BV(PCIE1);
    set_sleep_mode(SLEEP_MODE_IDLE);
    wdt_enable(WDTO_250MS);
    sei();
}
