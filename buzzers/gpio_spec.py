"""Reads what `--boxes gpio:...` asks for: chip, pins of buttons and lamps. docs/wiring.md is written for people."""

from dataclasses import dataclass

from buzzers.driver import BoxesError

# Free on every Pi with 40 pins: not I2C, SPI, UART nor the identification of add-on boards. (button, lamp) a seat.
DEFAULT_PINS = (
    ("17", "5"),
    ("27", "6"),
    ("22", "13"),
    ("23", "19"),
    ("24", "26"),
    ("25", "12"),
    ("4", "16"),
    ("18", "20"),
)
SHAPE = "gpio:chip=LABEL_OR_PATH,buttons=17+27+22,lamps=5+6+13"


@dataclass(frozen=True, slots=True)
class GpioSpec:
    """Pins as gpiozero names them (17, GPIO17, BOARD11), one button a seat; lamps: as many, or none."""

    buttons: tuple[str, ...]
    lamps: tuple[str, ...]
    chip: str | None = None  # label, or path of the device; None: the header of whichever Pi this is


def parse_gpio(text: str, seats: int) -> GpioSpec:
    """Reads what follows `gpio:`; seat 1 has the first button. Raises BoxesError."""
    given: dict[str, str] = {}
    for part in text.split(",") if text else []:
        name, equals, value = part.partition("=")
        if name not in ("chip", "buttons", "lamps") or not equals or not value or name in given:
            raise BoxesError(f"cannot read {part!r}: write {SHAPE}, each part once")
        given[name] = value
    buttons = _pins(given["buttons"]) if "buttons" in given else ()
    lamps = _pins(given["lamps"]) if "lamps" in given else ()
    if lamps and not buttons:
        raise BoxesError(f"lamps= needs buttons= beside it: write {SHAPE}")
    if not buttons:
        if seats > len(DEFAULT_PINS):
            raise BoxesError(
                f"gpio: alone knows pins for {len(DEFAULT_PINS)} seats, there are {seats}: write {SHAPE}"
            )
        buttons = tuple(button for button, _ in DEFAULT_PINS[:seats])
        lamps = tuple(lamp for _, lamp in DEFAULT_PINS[:seats])
    if len(buttons) > seats:
        raise BoxesError(f"gpio: {len(buttons)} buttons for {seats} seats: name one button a seat")
    if lamps and len(lamps) != len(buttons):
        raise BoxesError(
            f"gpio: {len(buttons)} buttons but {len(lamps)} lamps: name one lamp a button, or none"
        )
    pins = buttons + lamps
    if len(set(pins)) != len(pins):
        raise BoxesError(f"gpio: a pin is given twice in {text!r}")
    return GpioSpec(buttons, lamps, given.get("chip"))


def _pins(text: str) -> tuple[str, ...]:
    pins = tuple(text.split("+"))
    if not all(pins):
        raise BoxesError(f"pins are written 17+27+22, got {text!r}")
    return pins
