"""Speaks the listening questions of the sample sheets anew: `python -m question_bank.samples.make_speech`.

Needs Debian's `espeak-ng` and `opus-tools`. The voice is a machine's and sounds like one: good enough to rehearse with,
not for a show, where a person should read the same words. Prints what each recording measures, and stops with status 1
when one is silent, clipped, too long or too large.
"""

from __future__ import annotations

import array
import csv
import math
import subprocess
import sys
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
# The voice "cmn" of espeak-ng 1.51 finds the pinyin of a character and then reads it as English letters ("nin two");
# this one reads pinyin as pinyin.
VOICES = {"中文": "cmn-latn-pinyin", "英文": "en-gb"}
WORDS_A_MINUTE = {"中文": 165, "英文": 130}
PAUSE_10MS = {"中文": 3, "英文": 4}
KBIT_S = 16
PEAK = 0.7
"""The loudest sample of every recording, 1.0 being full scale: about -3 dB."""
LARGEST_BYTES = 80_000
QUIET_S = 0.4
"""Silence before and after the words, so that a player that starts late swallows none of them."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What is spoken, in which language (as the sheet has it), and into which file of the folder."""

    id: str
    words: str
    language: str
    file: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A recording decoded again: seconds, peak and root mean square (1.0 is full scale), clipped samples, bytes."""

    seconds: float
    peak: float
    loudness: float
    clipped: int
    size: int


def recordings(folder: Path = HERE) -> list[Recording]:
    """The listening questions of every sheet in the folder that come with the words to be spoken."""
    found = []
    for sheet in sorted(folder.glob("*.csv")):
        with sheet.open(encoding="utf-8-sig", newline="") as stream:
            found += [
                Recording(row["题号"], row["录音文字"], row["语言"] or "中文", row["媒体文件"])
                for row in csv.DictReader(stream)
                if row.get("录音文字")
            ]
    return found


def speak(recording: Recording, folder: Path = HERE) -> Path:
    """Write its Ogg Opus file: one channel, of even loudness. Raises OSError, CalledProcessError without the tools."""
    target = folder / recording.file
    target.parent.mkdir(exist_ok=True)
    language = recording.language
    with tempfile.TemporaryDirectory() as scratch:
        raw, even = Path(scratch) / "raw.wav", Path(scratch) / "even.wav"
        speech = ["espeak-ng", "-v", VOICES[language], "-s", str(WORDS_A_MINUTE[language])]
        speech += ["-g", str(PAUSE_10MS[language]), "-w", str(raw), "--stdin"]
        subprocess.run(speech, input=recording.words.encode(), check=True)
        rate, samples = read_wave(raw)
        gain = PEAK * 32767 / max(1, max(map(abs, samples)))
        quiet = array.array("h", bytes(2 * round(QUIET_S * rate)))
        louder = array.array("h", (round(sample * gain) for sample in samples))
        _write_wave(even, rate, quiet + louder + quiet)
        # A serial of its own and no comments: the same words give the same bytes.
        serial = str(int.from_bytes(recording.id.encode()[-4:]))
        encode = ["opusenc", "--quiet", "--bitrate", str(KBIT_S), "--speech", "--serial", serial]
        subprocess.run([*encode, "--discard-comments", str(even), str(target)], check=True)
    return target


def measure(path: Path) -> Measure:
    """Decode a recording and measure what a listener gets. Raises OSError, CalledProcessError."""
    with tempfile.TemporaryDirectory() as scratch:
        heard = Path(scratch) / "heard.wav"
        subprocess.run(["opusdec", "--quiet", "--rate", "16000", str(path), str(heard)], check=True)
        rate, samples = read_wave(heard)
    return Measure(
        seconds=len(samples) / rate,
        peak=max(map(abs, samples)) / 32768,
        loudness=math.sqrt(sum(s * s for s in samples) / len(samples)) / 32768,
        clipped=sum(abs(s) >= 32767 for s in samples),
        size=path.stat().st_size,
    )


def faults(found: Measure) -> list[str]:
    """What speaks against a recording; [] when it may be shipped."""
    wrong = []
    if not 0.03 <= found.loudness <= 0.3:
        wrong.append("loudness")
    if found.clipped or found.peak < 0.3:
        wrong.append("peak")
    if not 5 <= found.seconds <= 60:
        wrong.append("length")
    if found.size >= LARGEST_BYTES:
        wrong.append("size")
    return wrong


def read_wave(path: Path) -> tuple[int, array.array[int]]:
    """(samples a second, 16-bit samples) of a file with one channel."""
    with wave.open(str(path)) as file:
        # espeak-ng promises more frames in the header than it writes; what is there counts.
        return file.getframerate(), array.array("h", file.readframes(file.getnframes()))


def _write_wave(path: Path, rate: int, samples: array.array[int]) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())


def main(folder: Path = HERE) -> int:
    """Write and measure every recording of the folder's sheets; 1 when one has a fault."""
    bad = 0
    for recording in recordings(folder):
        found = measure(speak(recording, folder))
        wrong = faults(found)
        bad += bool(wrong)
        decibel, loud = (20 * math.log10(x) for x in (found.peak, found.loudness))
        print(
            f"{recording.id}  {found.seconds:5.1f} s  {len(recording.words):3d} characters  peak {decibel:5.1f} dB  "
            f"mean {loud:5.1f} dB  clipped {found.clipped}  {found.size / 1000:.0f} kB  {' '.join(wrong)}"
        )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:2])))
