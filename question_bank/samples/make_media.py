"""Draws and sounds the media of the sample questions anew: `python -m question_bank.samples.make_media`.

Everything is original: a drawing of lines and boxes, and tones made of sine waves. The tones are those of the Chinese
telephone network: 450 Hz, busy 0.35 s on and off, ringback 1 s on and 4 s off.
"""

from __future__ import annotations

import math
import wave
from pathlib import Path

from PIL import Image, ImageDraw

HERE = Path(__file__).resolve().parent
STAR = HERE / "media" / "network.png"
TONES: dict[Path, tuple[tuple[float, float], ...]] = {
    HERE / "sound" / "tone-1.wav": ((0.35, 0.35),) * 8,
    HERE / "sound" / "tone-2.wav": ((1.0, 4.0), (1.0, 0.5)),
}
"""File → (seconds on, seconds off) one after the other."""
HERTZ, RATE, LOUD, RAMP_S = 450, 8000, 0.5, 0.005
WIDTH, HEIGHT, FINE = 1200, 800, 2  # drawn larger and scaled down, for smooth edges
PAPER, INK, LINE, MIDDLE = "#f4f1ea", "#0c1220", "#5b6a8f", "#ffb000"


def star() -> Image.Image:
    """Six computers, each on a line of its own to a device in the middle."""
    image = Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE), PAPER)
    draw = ImageDraw.Draw(image)
    centre = (WIDTH * FINE // 2, HEIGHT * FINE // 2)
    places = [
        (round(centre[0] + 460 * FINE * math.cos(angle)), round(centre[1] + 280 * FINE * math.sin(angle)))
        for angle in (math.radians(30 + 60 * number) for number in range(6))
    ]
    for place in places:
        draw.line([centre, place], LINE, 10 * FINE)
    for place in places:
        _computer(draw, *place)
    x, y = centre
    box = (x - 130 * FINE, y - 48 * FINE, x + 130 * FINE, y + 48 * FINE)
    draw.rounded_rectangle(box, 14 * FINE, INK)
    for number in range(6):
        port = x + (2 * number - 5) * 18 * FINE
        draw.rectangle((port - 11 * FINE, y - 11 * FINE, port + 11 * FINE, y + 11 * FINE), MIDDLE)
    return image.resize((WIDTH, HEIGHT), Image.Resampling.BOX).quantize(32)


def _computer(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    screen = (x - 84 * FINE, y - 64 * FINE, x + 84 * FINE, y + 44 * FINE)
    draw.rounded_rectangle(screen, 10 * FINE, PAPER, INK, 9 * FINE)
    draw.rectangle((x - 14 * FINE, y + 44 * FINE, x + 14 * FINE, y + 66 * FINE), INK)
    draw.rectangle((x - 54 * FINE, y + 62 * FINE, x + 54 * FINE, y + 72 * FINE), INK)


def tone(cadence: tuple[tuple[float, float], ...]) -> bytes:
    """16-bit samples; each burst swells and fades within a few milliseconds, so that it does not click."""
    found = bytearray()
    for on_s, off_s in cadence:
        count = round(on_s * RATE)
        for index in range(count):
            near = min(index, count - index) / (RAMP_S * RATE)
            value = LOUD * min(1.0, near) * math.sin(2 * math.pi * HERTZ * index / RATE)
            found += round(value * 32767).to_bytes(2, "little", signed=True)
        found += bytes(2 * round(off_s * RATE))
    return bytes(found)


def main() -> None:
    """Write every file."""
    STAR.parent.mkdir(exist_ok=True)
    star().save(STAR, optimize=True)
    for path, cadence in TONES.items():
        path.parent.mkdir(exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(tone(cadence))


if __name__ == "__main__":
    main()
