/* The simulated ATmega328P.
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
#define ADDR_PINC 0x26
#define ADDR_MCUSR 0x54
#define ADDR_TCCR1B 0x81
#define ADDR_UCSR0A 0xC0
#define ADDR_UBRR0L 0xC4

#define BUTTON_PINS 0x3F
#define WDRF (1 << 3)

static avr_t *avr;
static avr_uart_t *uart;
static const struct chip_hooks *hooks;
static uint8_t pins = BUTTON_PINS;
static uint8_t lamps;
static uint8_t *eeprom;
static bool uart_full, was_reset;
static int wanted_reset;
static uint64_t noise_state;
static void (*core_reset)(avr_t *avr);

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

static void on_core_reset(avr_t *chip)
{
    if (core_reset)
        core_reset(chip);
    was_reset = true;
}

/* What the pins read when they are inputs; also what a write to PORTC puts there. */
static void hold_pins(void)
{
    avr_ioport_external_t external = {.name = 'C', .mask = BUTTON_PINS, .value = pins};

    avr_ioctl(avr, AVR_IOCTL_IOPORT_SET_EXTERNAL('C'), &external);
}

static void set_lamps(uint8_t mask)
{
    if (mask != lamps) {
        lamps = mask;
        hooks->lamps(mask);
    }
}

static void on_portd(avr_irq_t *irq, uint32_t value, void *param)
{
    (void)irq;
    (void)param;
    set_lamps(value >> 2 & 0x3F);
}

static void on_timer(avr_irq_t *irq, uint32_t value, void *param)
{
    (void)irq;
    (void)param;
    if (value & 7)
        hooks->timer();
}

static void on_baud(avr_irq_t *irq, uint32_t value, void *param)
{
    (void)irq;
    (void)param;
    uart->cycles_per_byte = (value + 1) * (avr->data[ADDR_UCSR0A] & 2 ? 8 : 16) * 10;
}

static void on_sent(avr_irq_t *irq, uint32_t value, void *param)
{
    (void)irq;
    (void)param;
    hooks->sent((uint8_t)value);
}

static void on_xoff(avr_irq_t *irq, uint32_t value, void *param)
{
    (void)irq;
    (void)param;
    uart_full = value != 0;
}

static void on_adc(avr_irq_t *irq, uint32_t value, void *param)
{
    (void)irq;
    (void)value;
    (void)param;
    noise_state = noise_state * 6364136223846793005ull + 1442695040888963407ull;
    avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_ADC_GETIRQ, ADC_IRQ_ADC7), (uint32_t)(noise_state >> 40) % 1100);
    avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_ADC_GETIRQ, ADC_IRQ_TEMP), 300 + (uint32_t)(noise_state >> 52) % 32);
}

static avr_cycle_count_t on_due(avr_t *chip, avr_cycle_count_t when, void *param)
{
    (void)when;
    (void)param;
    return hooks->due(chip->cycle);
}

static avr_cycle_count_t on_pause(avr_t *chip, avr_cycle_count_t when, void *param)
{
    (void)chip;
    (void)when;
    (void)param;
    return 0;
}

static void after_reset(int cause)
{
    was_reset = false;
    uart_full = false;
    avr->state = cpu_Running;
    /* From timer to timer in one go: after a reset simavr stops at every cycle, even asleep. */
    avr->run_cycle_limit = CHIP_HZ;
    /* A lamp on the pin of INT0 or INT1 would be looked at in every cycle for an interrupt that is not used. */
    avr_extint_set_strict_lvl_trig(avr, EXTINT_IRQ_OUT_INT0, 0);
    avr_extint_set_strict_lvl_trig(avr, EXTINT_IRQ_OUT_INT1, 0);
    avr->data[ADDR_PINC] = pins;
    avr->data[ADDR_MCUSR] = (uint8_t)cause;
    set_lamps(0);
    hooks->reset(cause);
}

bool chip_init(const char *elf, uint64_t seed, const struct chip_hooks *chip_hooks)
{
    elf_firmware_t firmware = {.flashbase = 0};
    avr_eeprom_desc_t descriptor = {.ee = NULL};
    uint32_t no_flags = 0;

    avr_global_logger_set(quiet);
    hooks = chip_hooks;
    noise_state = seed;
    if (elf_read_firmware(elf, &firmware)) {
        fprintf(stderr, "cannot read %s\n", elf);
        return false;
    }
    avr = avr_make_mcu_by_name("atmega328p");
    if (!avr || avr_init(avr)) {
        fprintf(stderr, "this simavr knows no atmega328p\n");
        return false;
    }
    avr_load_firmware(avr, &firmware);
    avr->frequency = CHIP_HZ;
    avr->sleep = no_sleep;
    avr->vcc = avr->avcc = avr->aref = 5000;
    core_reset = avr->reset;
    avr->reset = on_core_reset;
    for (avr_io_t *io = avr->io_port; io; io = io->next)
        if (!strcmp(io->kind, "uart"))
            uart = (avr_uart_t *)io;
    avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &no_flags);
    avr_ioctl(avr, AVR_IOCTL_EEPROM_GET, &descriptor);
    eeprom = descriptor.ee;
    if (!uart || !eeprom) {
        fprintf(stderr, "this simavr has no uart or no eeprom\n");
        return false;
    }
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('D'), IOPORT_IRQ_REG_PORT), on_portd, NULL);
    avr_irq_register_notify(avr_iomem_getirq(avr, ADDR_TCCR1B, NULL, AVR_IOMEM_IRQ_ALL), on_timer, NULL);
    avr_irq_register_notify(avr_iomem_getirq(avr, ADDR_UBRR0L, NULL, AVR_IOMEM_IRQ_ALL), on_baud, NULL);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT), on_sent, NULL);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUT_XOFF), on_xoff, NULL);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_ADC_GETIRQ, ADC_IRQ_OUT_TRIGGER), on_adc, NULL);
    hold_pins();
    wanted_reset = 1;
    return true;
}

uint64_t chip_cycle(void)
{
    return avr->cycle;
}

bool chip_run(uint64_t until)
{
    while (avr->cycle < until) {
        uint64_t next;

        if (wanted_reset) {
            avr_reset(avr);
            after_reset(wanted_reset);
            wanted_reset = 0;
        }
        next = hooks->due(avr->cycle);
        if (next)
            avr_cycle_timer_register(avr, next - avr->cycle, on_due, NULL);
        /* A sleeping chip jumps to its next timer: this one keeps it from running ahead. */
        avr_cycle_timer_register(avr, until - avr->cycle, on_pause, NULL);
        while (avr->cycle < until && !was_reset && !wanted_reset) {
            int state = avr_run(avr);

            if (state == cpu_Done || state == cpu_Crashed)
                return false;
        }
        if (was_reset)
            after_reset(WDRF);
        avr_cycle_timer_cancel(avr, on_pause, NULL);
    }
    return true;
}

uint64_t chip_quiet_until(void)
{
    if (avr->state != cpu_Sleeping || wanted_reset || !avr->cycle_timers.timer)
        return avr->cycle;
    return avr->cycle_timers.timer->when;
}

void chip_contact(int input, bool down)
{
    pins = (uint8_t)(down ? pins & ~(1 << input) : pins | 1 << input);
    hold_pins();
    avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('C'), input), !down);
    avr->data[ADDR_PINC] = pins; /* simavr passes on only what it takes for a change */
}

bool chip_receive(uint8_t byte)
{
    if (uart_full)
        return false;
    avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_INPUT), byte);
    return true;
}

uint64_t chip_cycles_per_byte(void)
{
    return uart->cycles_per_byte;
}

void chip_reset(int cause)
{
    wanted_reset = cause;
}

uint8_t *chip_eeprom(void)
{
    return eeprom;
}
