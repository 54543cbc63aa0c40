"""Whether a card keeps what a box acknowledged, judged on a file system and a log that are made here."""

import hashlib
import subprocess
from pathlib import Path
from random import Random

import pytest
from workshop.partitions import Partition

from tests.image.emulator import card_data, write_log
from tests.image.emulator.lines import Line
from tests.image.emulator.promises import Recording

SECTOR = 512
PIECE = 1024  # bytes that the made-up machine writes at once
SIZE = 4 << 20
CONTENTS = (b"first" * 400, b"second" * 400)
HASHES = [hashlib.sha256(content).hexdigest() for content in CONTENTS]


def entry(offset: int, data: bytes) -> bytes:
    flags = 0 if data else write_log.FLUSH
    head = write_log.ENTRY.pack(offset // SECTOR, len(data) // SECTOR, flags, 0)
    return head.ljust(SECTOR, b"\0") + data


def changes(before: bytes, after: bytes) -> bytes:
    """Every piece that differs, as writes."""
    places = (at for at in range(0, SIZE, PIECE) if before[at : at + PIECE] != after[at : at + PIECE])
    return b"".join(entry(at, after[at : at + PIECE]) for at in places)


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    """A machine that saves two blobs, flushing after each, says so, and later gives up a third it had named."""
    part, log = tmp_path / "part", tmp_path / "log"
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-b", "1024", str(part), f"{SIZE >> 10}k"], check=True)
    card = tmp_path / "card"
    card.write_bytes(part.read_bytes())
    told, lines = bytes(SECTOR), []
    for number, content in enumerate(CONTENTS):
        before = part.read_bytes()
        (tmp_path / "blob").write_bytes(content)
        put = f"write {tmp_path / 'blob'} {HASHES[number]}.age"
        subprocess.run(["debugfs", "-w", "-R", put, str(part)], check=True, capture_output=True)
        told += changes(before, part.read_bytes()) + entry(0, b"")
        lines.append(Line(f"kiosk[7]: saved blob {HASHES[number]}", len(told)))
    lines += [Line(f"saved blob {'0' * 64}", len(told)), Line(f"dropped blob {'0' * 64}", len(told))]
    head = write_log.SUPER.pack(write_log.MAGIC, 1, 0, SECTOR)
    log.write_bytes(head.ljust(SECTOR, b"\0") + told[SECTOR:])
    return Recording.of(card, Partition("persistent", 0, SIZE, "", ""), log, lines, tmp_path)


def test_a_promise_is_owed_from_its_flush_on_and_kept(recording: Recording, tmp_path: Path) -> None:
    assert [promise.what for promise in recording.saved] == HASHES
    for promise in recording.saved:
        assert recording.entries[promise.entries - 1].flush
        assert recording.lost(promise.entries, Random(1), tmp_path) == set()


def test_a_blob_that_was_not_promised_when_the_power_went_is_not_missed(recording: Recording, tmp_path: Path) -> None:
    first, _ = recording.saved
    assert recording.lost(first.entries, None, tmp_path) == set()
    assert card_data.blobs(tmp_path / "after").whole == {HASHES[0]}


def test_a_machine_that_promises_before_it_flushes_is_caught(recording: Recording, tmp_path: Path) -> None:
    deaf = recording.without_flushes()
    caught = 0
    for seed in range(20):
        try:
            caught += bool(deaf.lost(len(deaf.entries), Random(seed), tmp_path))
        except card_data.BeyondRepair:
            caught += 1
    assert caught > 10


def test_a_blob_whose_bytes_changed_is_lost(recording: Recording, tmp_path: Path) -> None:
    content = recording.log.read_bytes()
    recording.log.write_bytes(content.replace(b"secondsecond", b"secondseconD", 1))
    assert recording.lost(len(recording.entries), None, tmp_path) == {HASHES[1]}
