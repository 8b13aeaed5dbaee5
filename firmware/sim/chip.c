/* A simulated ATmega328P.
 *
 * simavr 1.6 counts eleven bits to a byte and makes reset clear every pin, whatever holds it: both are put right. */
#include "chip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <simavr/avr_adc.h>
#include <simavr/avr_eeprom.h>
#include <simavr/avr_extint.h>
#include <simavr/avr_ioport.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>
#include <simavr/sim_io.h>

/* Data addresses of registers (data sheet, chapter 36). */
#define ADDR_PINB 0x23
#define ADDR_DDRB 0x24
#define ADDR_PINC 0x26
#define ADDR_EECR 0x3F
#define ADDR_MCUSR 0x54
#define ADDR_TCCR1B 0x81
#define ADDR_UCSR0A 0xC0
#define ADDR_UBRR0L 0xC4

#define BUTTON_PINS 0x3F
#define WIRE_PIN 0x01
#define WDRF (1 << 3)

struct chip {
    avr_t *avr;
    avr_uart_t *uart;
    const struct chip_hooks *hooks;
    void *owner;
    uint8_t pins;
    uint8_t lamps;
    uint8_t *eeprom;
    bool uart_full, was_reset, pulls, wire_high, interrupted;
    int wanted_reset;
    uint64_t noise_state;
    void (*core_reset)(avr_t *avr);
};

static void quiet(avr_t *chip, const int level, const char *format, va_list ap)
{
    (void)chip;
    if (level <= LOG_ERROR && level != LOG_OUTPUT)
        vfprintf(stderr, format, ap);
}

static void no_sleep(avr_t *chip, avr_cycle_count_t cycles)
{
    (void)chip;
    (void)cycles;
}

static void on_core_reset(avr_t *avr)
{
    struct chip *chip = avr->custom.data;

    if (chip->core_reset)
        chip->core_reset(avr);
    chip->was_reset = true;
}

static avr_irq_t *pin_irq(const struct chip *chip, char port, int irq)
{
    return avr_io_getirq(chip->avr, AVR_IOCTL_IOPORT_GETIRQ(port), irq);
}

/* What these pins read when they are inputs; also what a write to the port puts there. */
static void hold_pins(struct chip *chip, char port, uint8_t mask, uint8_t value)
{
    avr_ioport_external_t external = {.name = (unsigned char)port, .mask = mask, .value = value};

    avr_ioctl(chip->avr, AVR_IOCTL_IOPORT_SET_EXTERNAL(port), &external);
}

static void set_lamps(struct chip *chip, uint8_t mask)
{
    if (mask != chip->lamps) {
        chip->lamps = mask;
        chip->hooks->lamps(chip->owner, mask);
    }
}

static void set_pulls(struct chip *chip, bool pulls)
{
    if (pulls == chip->pulls)
        return;
    chip->pulls = pulls;
    /* Others have to be looked at before this one goes on. */
    chip->interrupted = true;
    chip->avr->run_cycle_count = 0;
    chip->hooks->pulls(chip->owner, pulls);
}

static void on_portd(avr_irq_t *irq, uint32_t value, void *param)
{
    (void)irq;
    set_lamps(param, value >> 2 & 0x3F);
}

/* The firmware makes the pin an output only to pull. */
static void on_ddrb(avr_irq_t *irq, uint32_t value, void *param)
{
    (void)irq;
    set_pulls(param, value & WIRE_PIN);
}

static void on_timer(avr_irq_t *irq, uint32_t value, void *param)
{
    struct chip *chip = param;

    (void)irq;
    if (value & 7)
        chip->hooks->timer(chip->owner);
}

static void on_baud(avr_irq_t *irq, uint32_t value, void *param)
{
    struct chip *chip = param;

    (void)irq;
    chip->uart->cycles_per_byte = (value + 1) * (chip->avr->data[ADDR_UCSR0A] & 2 ? 8 : 16) * 10;
}

static void on_sent(avr_irq_t *irq, uint32_t value, void *param)
{
    struct chip *chip = param;

    (void)irq;
    chip->hooks->sent(chip->owner, (uint8_t)value);
}

static void on_xoff(avr_irq_t *irq, uint32_t value, void *param)
{
    struct chip *chip = param;

    (void)irq;
    chip->uart_full = value != 0;
}

static void on_adc(avr_irq_t *irq, uint32_t value, void *param)
{
    struct chip *chip = param;
    uint64_t noise = chip->noise_state = chip->noise_state * 6364136223846793005ull + 1442695040888963407ull;

    (void)irq;
    (void)value;
    avr_raise_irq(avr_io_getirq(chip->avr, AVR_IOCTL_ADC_GETIRQ, ADC_IRQ_ADC7), (uint32_t)(noise >> 40) % 1100);
    avr_raise_irq(avr_io_getirq(chip->avr, AVR_IOCTL_ADC_GETIRQ, ADC_IRQ_TEMP), 300 + (uint32_t)(noise >> 52) % 32);
}

static void on_eeprom(avr_irq_t *irq, uint32_t value, void *param)
{
    struct chip *chip = param;

    (void)irq;
    (void)value;
    memset(chip->eeprom, 0xFF, CHIP_EEPROM_BYTES);
}

static avr_cycle_count_t on_due(avr_t *avr, avr_cycle_count_t when, void *param)
{
    struct chip *chip = param;

    (void)when;
    return chip->hooks->due(chip->owner, avr->cycle);
}

/* Stays until it is cancelled: a chip that falls asleep just as it ends would jump past it. */
static avr_cycle_count_t on_pause(avr_t *avr, avr_cycle_count_t when, void *param)
{
    (void)when;
    (void)param;
    return avr->cycle + 1;
}

static void after_reset(struct chip *chip, int cause)
{
    avr_t *avr = chip->avr;

    chip->was_reset = false;
    chip->uart_full = false;
    avr->state = cpu_Running;
    /* From timer to timer in one go: after a reset simavr stops at every cycle, even asleep. */
    avr->run_cycle_limit = CHIP_HZ;
    /* A lamp on the pin of INT0 or INT1 would be looked at in every cycle for an interrupt that is not used. */
    avr_extint_set_strict_lvl_trig(avr, EXTINT_IRQ_OUT_INT0, 0);
    avr_extint_set_strict_lvl_trig(avr, EXTINT_IRQ_OUT_INT1, 0);
    avr->data[ADDR_PINC] = chip->pins;
    avr->data[ADDR_PINB] = chip->wire_high ? WIRE_PIN : 0;
    avr->data[ADDR_MCUSR] = (uint8_t)cause;
    set_lamps(chip, 0);
    set_pulls(chip, false);
    chip->hooks->reset(chip->owner, cause);
}

static void listen(struct chip *chip)
{
    avr_t *avr = chip->avr;

    avr_irq_register_notify(pin_irq(chip, 'D', IOPORT_IRQ_REG_PORT), on_portd, chip);
    avr_irq_register_notify(pin_irq(chip, 'B', IOPORT_IRQ_DIRECTION_ALL), on_ddrb, chip);
    avr_irq_register_notify(avr_iomem_getirq(avr, ADDR_TCCR1B, NULL, AVR_IOMEM_IRQ_ALL), on_timer, chip);
    avr_irq_register_notify(avr_iomem_getirq(avr, ADDR_UBRR0L, NULL, AVR_IOMEM_IRQ_ALL), on_baud, chip);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT), on_sent, chip);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUT_XOFF), on_xoff, chip);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_ADC_GETIRQ, ADC_IRQ_OUT_TRIGGER), on_adc, chip);
}

struct chip *chip_new(const char *elf, uint64_t seed, const struct chip_hooks *hooks, void *owner)
{
    elf_firmware_t firmware = {.flashbase = 0};
    avr_eeprom_desc_t descriptor = {.ee = NULL};
    uint32_t no_flags = 0;
    struct chip *chip = calloc(1, sizeof *chip);
    avr_t *avr;

    avr_global_logger_set(quiet);
    if (elf_read_firmware(elf, &firmware)) {
        fprintf(stderr, "cannot read %s\n", elf);
        return NULL;
    }
    avr = avr_make_mcu_by_name("atmega328p");
    if (!chip || !avr || avr_init(avr)) {
        fprintf(stderr, "this simavr knows no atmega328p\n");
        return NULL;
    }
    *chip = (struct chip){.avr = avr, .hooks = hooks, .owner = owner, .pins = BUTTON_PINS, .wire_high = true, .noise_state = seed};
    avr_load_firmware(avr, &firmware);
    avr->frequency = CHIP_HZ;
    avr->sleep = no_sleep;
    avr->vcc = avr->avcc = avr->aref = 5000;
    avr->custom.data = chip;
    chip->core_reset = avr->reset;
    avr->reset = on_core_reset;
    for (avr_io_t *io = avr->io_port; io; io = io->next)
        if (!strcmp(io->kind, "uart"))
            chip->uart = (avr_uart_t *)io;
    avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &no_flags);
    avr_ioctl(avr, AVR_IOCTL_EEPROM_GET, &descriptor);
    chip->eeprom = descriptor.ee;
    if (!chip->uart || !chip->eeprom) {
        fprintf(stderr, "this simavr has no uart or no eeprom\n");
        return NULL;
    }
    listen(chip);
    hold_pins(chip, 'C', BUTTON_PINS, chip->pins);
    hold_pins(chip, 'B', WIRE_PIN, WIRE_PIN);
    chip->wanted_reset = 1;
    return chip;
}

uint64_t chip_cycle(const struct chip *chip)
{
    return chip->avr->cycle;
}

void chip_plan(struct chip *chip)
{
    uint64_t next = chip->hooks->due(chip->owner, chip->avr->cycle);

    if (next)
        avr_cycle_timer_register(chip->avr, next - chip->avr->cycle, on_due, chip);
}

bool chip_run(struct chip *chip, uint64_t until)
{
    avr_t *avr = chip->avr;

    chip->interrupted = false;
    while (avr->cycle < until && !chip->interrupted) {
        if (chip->wanted_reset) {
            int cause = chip->wanted_reset;

            chip->wanted_reset = 0;
            avr_reset(avr);
            after_reset(chip, cause);
        }
        chip_plan(chip);
        /* A sleeping chip jumps to its next timer: this one keeps it from running ahead. */
        avr_cycle_timer_register(avr, until - avr->cycle, on_pause, chip);
        while (avr->cycle < until && !chip->was_reset && !chip->wanted_reset && !chip->interrupted) {
            int state = avr_run(avr);

            if (state == cpu_Done || state == cpu_Crashed)
                return false;
        }
        if (chip->was_reset)
            after_reset(chip, WDRF);
        avr_cycle_timer_cancel(avr, on_pause, chip);
    }
    return true;
}

uint64_t chip_quiet_until(const struct chip *chip)
{
    const avr_t *avr = chip->avr;

    if (avr->state != cpu_Sleeping || chip->wanted_reset || !avr->cycle_timers.timer)
        return avr->cycle;
    /* It may have slept a cycle or two past a timer that it has not looked at yet. */
    return avr->cycle_timers.timer->when > avr->cycle ? avr->cycle_timers.timer->when : avr->cycle;
}

void chip_contact(struct chip *chip, int input, bool down)
{
    chip->pins = (uint8_t)(down ? chip->pins & ~(1 << input) : chip->pins | 1 << input);
    hold_pins(chip, 'C', BUTTON_PINS, chip->pins);
    avr_raise_irq(pin_irq(chip, 'C', input), !down);
    chip->avr->data[ADDR_PINC] = chip->pins; /* simavr passes on only what it takes for a change */
}

void chip_wire(struct chip *chip, bool high)
{
    chip->wire_high = high;
    hold_pins(chip, 'B', WIRE_PIN, high ? WIRE_PIN : 0);
    /* While it pulls itself the pin is low anyway; when it lets go simavr puts there what was just set. */
    if (!chip->pulls && !(chip->avr->data[ADDR_DDRB] & WIRE_PIN))
        avr_raise_irq(pin_irq(chip, 'B', 0), high);
}

bool chip_receive(struct chip *chip, uint8_t byte)
{
    if (chip->uart_full)
        return false;
    avr_raise_irq(avr_io_getirq(chip->avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_INPUT), byte);
    return true;
}

uint64_t chip_cycles_per_byte(const struct chip *chip)
{
    return chip->uart->cycles_per_byte;
}

void chip_reset(struct chip *chip, int cause)
{
    chip->wanted_reset = cause;
}

uint8_t *chip_eeprom(struct chip *chip)
{
    return chip->eeprom;
}

void chip_wear_out_eeprom(struct chip *chip)
{
    avr_irq_register_notify(avr_iomem_getirq(chip->avr, ADDR_EECR, NULL, AVR_IOMEM_IRQ_ALL), on_eeprom, chip);
}
