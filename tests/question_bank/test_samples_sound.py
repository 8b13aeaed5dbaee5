"""The recordings of the sample bank: whole Ogg Opus files that hold speech as long as their words, and no silence."""

from __future__ import annotations

import csv
import functools
import re
import shutil
import struct
from dataclasses import dataclass
from pathlib import Path

import pytest

from question_bank import media_files, samples
from question_bank.bank import Bank
from question_bank.samples import make_speech

RECORDINGS = make_speech.recordings()
HERTZ = 48_000
TOOLS = all(map(shutil.which, ("opusdec", "opusenc", "espeak-ng")))


def _table() -> list[int]:
    table = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1 ^ 0x04C11DB7 if value & 0x80000000 else value << 1) & 0xFFFFFFFF
        table.append(value)
    return table


TABLE = _table()


def checksum(data: bytes) -> int:
    """The CRC of an Ogg page (RFC 3533: polynomial 0x04c11db7, no reflection)."""
    value = 0
    for byte in data:
        value = (value << 8 & 0xFFFFFFFF) ^ TABLE[value >> 24 ^ byte]
    return value


@dataclass
class Heard:
    """What an Ogg Opus file holds: channels, seconds by its clock and by its packets, and each packet's size."""

    channels: int
    seconds: float
    packed_s: float
    sizes: list[int]


def samples_in(packet: bytes) -> int:
    """Samples at 48 kHz of an Opus packet (RFC 6716, section 3.1)."""
    config, code = packet[0] >> 3, packet[0] & 3
    if config < 12:
        each = (480, 960, 1920, 2880)[config % 4]
    elif config < 16:
        each = (480, 960)[config % 2]
    else:
        each = (120, 240, 480, 960)[config % 4]
    return each * (1 if code == 0 else 2 if code < 3 else packet[1] & 63)


@functools.cache
def hear(data: bytes) -> Heard:
    """Read every page of the file; fails where one is damaged or missing."""
    packets: list[bytes] = []
    place, number, granule, open_packet = 0, 0, 0, b""
    while place < len(data):
        head = data[place : place + 27]
        assert head[:4] == b"OggS", place
        granule, _serial, page, crc, count = struct.unpack("<qIIIB", head[6:27])
        assert page == number
        lengths = data[place + 27 : place + 27 + count]
        end = place + 27 + count + sum(lengths)
        whole = data[place:end]
        assert len(whole) == 27 + count + sum(lengths)
        assert checksum(whole[:22] + bytes(4) + whole[26:]) == crc
        at = 27 + count
        for length in lengths:
            open_packet += whole[at : at + length]
            at += length
            if length < 255:
                packets.append(open_packet)
                open_packet = b""
        place, number = end, number + 1
    assert head[5] & 4, "the last page says that it is the last"
    opus, tags, *audio = packets
    assert opus[:8] == b"OpusHead" and tags[:8] == b"OpusTags"
    skip = struct.unpack("<H", opus[10:12])[0]
    packed = sum(map(samples_in, audio))
    return Heard(opus[9], (granule - skip) / HERTZ, packed / HERTZ, [len(packet) for packet in audio])


def file_of(recording: make_speech.Recording) -> Path:
    return samples.FOLDER / recording.file


def test_there_are_ten_of_them_two_or_more_in_english() -> None:
    assert len(RECORDINGS) >= 10
    assert len({recording.file for recording in RECORDINGS}) == len(RECORDINGS)
    assert sum(recording.language == "英文" for recording in RECORDINGS) >= 2
    shipped = {path.name for path in (samples.FOLDER / "sound").glob("listening-*.ogg")}
    assert shipped == {file_of(recording).name for recording in RECORDINGS}


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda recording: recording.id)
def test_a_recording_is_whole_small_and_as_long_as_its_words(recording: make_speech.Recording) -> None:
    data = file_of(recording).read_bytes()
    assert len(data) < 80_000
    assert media_files.ending_of(data[:4096]) == "ogg"
    heard = hear(data)
    assert heard.channels == 1
    assert 0 <= heard.packed_s - heard.seconds < 0.2
    spoken = heard.seconds - 2 * make_speech.QUIET_S
    if recording.language == "英文":
        assert 25 <= len(recording.words.split()) <= 70
        assert 1.5 < len(recording.words.split()) / spoken < 3.5
    else:
        assert 60 <= len(recording.words) <= 160
        assert 2.5 < len(re.findall("[一-鿿]", recording.words)) / spoken < 4.5


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda recording: recording.id)
def test_a_recording_is_not_silent(recording: make_speech.Recording) -> None:
    # Opus spends a few bytes on a packet of silence and some forty on one of speech at this rate.
    sizes = hear(file_of(recording).read_bytes()).sizes
    assert sum(size > 20 for size in sizes) > 0.6 * len(sizes)


def test_a_damaged_recording_would_be_found() -> None:
    data = bytearray(file_of(RECORDINGS[0]).read_bytes())
    data[len(data) // 2] ^= 1
    with pytest.raises(AssertionError):
        hear(bytes(data))
    with pytest.raises(AssertionError):
        hear(bytes(data[: len(data) // 3]))


def test_an_import_keeps_each_recording_under_a_name_that_nobody_guesses(tmp_path: Path) -> None:
    with Bank(tmp_path / "bank.db") as bank:
        assert samples.load(bank).errors == ()
        listening = [q for q in bank.all() if q.form == "listening"]
    assert {q.id for q in listening} == {recording.id for recording in RECORDINGS}
    by_id = {recording.id: recording for recording in RECORDINGS}
    for question in listening:
        kept = tmp_path / media_files.FOLDER / question.media
        assert kept.read_bytes() == file_of(by_id[question.id]).read_bytes()
        assert question.transcript == by_id[question.id].words
        assert question.answer not in question.alt and question.transcript not in question.prompt


@pytest.mark.skipif(not TOOLS, reason="espeak-ng and opus-tools are not installed")
def test_speaking_anew_gives_a_recording_without_faults(tmp_path: Path) -> None:
    sheet = tmp_path / "one.csv"
    with sheet.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["题号", "语言", "录音文字", "媒体文件"])
        writer.writerow(
            ["q-1", "中文", "您好，请记下工单编号：三零八幺。谢谢您的来电，再见。", "sound/one.ogg"]
        )
    (only,) = make_speech.recordings(tmp_path)
    found = make_speech.measure(make_speech.speak(only, tmp_path))
    assert make_speech.faults(found) == []
    assert hear((tmp_path / "sound" / "one.ogg").read_bytes()).seconds == pytest.approx(
        found.seconds, abs=0.05
    )


@pytest.mark.skipif(not TOOLS, reason="espeak-ng and opus-tools are not installed")
@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda recording: recording.id)
def test_a_recording_decodes_neither_silent_nor_clipped(recording: make_speech.Recording) -> None:
    assert make_speech.faults(make_speech.measure(file_of(recording))) == []


def test_faults_are_named() -> None:
    sound = make_speech.Measure(seconds=20, peak=0.7, loudness=0.08, clipped=0, size=50_000)
    assert make_speech.faults(sound) == []
    silent = make_speech.Measure(seconds=70, peak=0.0, loudness=0.0, clipped=0, size=90_000)
    assert make_speech.faults(silent) == ["loudness", "peak", "length", "size"]
    assert make_speech.faults(make_speech.Measure(20, 1.0, 0.08, 3, 50_000)) == ["peak"]
