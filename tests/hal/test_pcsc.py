"""The PC/SC reader on real pcscd with two virtual readers, and beside children that misbehave."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from hal import CaptureRetry, CardState, CardStatus, DeviceFault, DeviceUnavailable, Source, Stage, SystemClock
from hal import UnavailableReason as Reason
from hal.card.pcsc import PcscCardReader
from tests.twins.pcsc import PcscTwin
from tests.twins.shape import NoTwin

ATRS = bytes.fromhex("3b80800101"), bytes.fromhex("3b951381018073ff01000b")
SELECT = bytes.fromhex("00a4040000")
ROUNDS = 5  # the bench does a hundred


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[PcscTwin]:
    with ExitStack() as entered:
        try:
            made = entered.enter_context(PcscTwin("card", "pcsc", tmp_path))
        except NoTwin as lacking:
            pytest.skip(str(lacking))
        yield made


@pytest.fixture
def reader(twin: PcscTwin) -> Iterator[PcscCardReader]:
    with PcscCardReader(SystemClock(), Stage()) as reader:
        yield reader


def wait_for(reader: PcscCardReader, wanted: CardStatus) -> None:
    until = SystemClock().monotonic() + 10
    while reader.status() != wanted:
        assert SystemClock().monotonic() < until


def test_cards_come_and_go_in_both_readers(twin: PcscTwin, reader: PcscCardReader) -> None:
    for number in range(ROUNDS):
        slot = number % 2
        twin.pcscd.insert(ATRS[slot], lambda _, slot=slot: bytes((slot,)) + b"\x90\x00", slot)
        wait_for(reader, CardStatus(CardState.PRESENT, ATRS[slot]))
        assert reader.transmit(SELECT) == bytes((slot,)) + b"\x90\x00"
        twin.pcscd.remove(slot)
        wait_for(reader, CardStatus(CardState.NO_CARD))


def test_a_card_that_was_changed_between_two_commands_is_asked_for_again(
    twin: PcscTwin, reader: PcscCardReader
) -> None:
    twin.pcscd.insert(ATRS[0], lambda _: b"first\x90\x00")
    wait_for(reader, CardStatus(CardState.PRESENT, ATRS[0]))
    assert reader.transmit(SELECT) == b"first\x90\x00"
    twin.pcscd.remove()
    with PcscCardReader(SystemClock(), Stage()) as other:  # so that this one has not seen it leave
        wait_for(other, CardStatus(CardState.NO_CARD))
        twin.pcscd.insert(ATRS[1], lambda _: b"second\x90\x00")
        wait_for(other, CardStatus(CardState.PRESENT, ATRS[1]))
    with pytest.raises(CaptureRetry):
        reader.transmit(SELECT)
    assert reader.transmit(SELECT) == b"second\x90\x00"


def test_long_answers_come_whole(twin: PcscTwin, reader: PcscCardReader) -> None:
    pieces = iter([b"a" * 256 + b"\x61\x00", b"b" * 256 + b"\x61\x03", b"end\x90\x00"])
    twin.pcscd.insert(ATRS[0], lambda _: next(pieces))
    wait_for(reader, CardStatus(CardState.PRESENT, ATRS[0]))
    assert reader.transmit(SELECT) == b"a" * 256 + b"b" * 256 + b"end\x90\x00"


def test_a_card_held_by_another_program_is_busy(twin: PcscTwin, reader: PcscCardReader) -> None:
    twin.pcscd.insert(ATRS[0], lambda _: b"\x90\x00")
    wait_for(reader, CardStatus(CardState.PRESENT, ATRS[0]))
    reader.transmit(SELECT)
    with PcscCardReader(SystemClock(), Stage()) as other, pytest.raises(DeviceFault, match="another program"):
        other.transmit(SELECT)


def test_a_virtual_reader_is_never_called_real(reader: PcscCardReader) -> None:
    assert reader.identity.model.startswith("Virtual PCD")
    assert reader.source is Source.SIMULATED


HEAD = """
import json, socket, struct, sys, time
line = socket.socket(fileno=int(sys.argv[-1]))
def say(fields, body=b""):
    text = json.dumps(fields).encode()
    line.sendall(struct.pack(">II", len(text), len(body)) + text + body)
def status():
    line.recv(100); say({"is": "status", "reader": "R", "state": "present"}, b"\\x3b")
"""
CHILDREN = {
    "hangs": ("status(); time.sleep(60)", Reason.LOST),
    "dies": ("status()", Reason.LOST),
    "answers garbage": ("status(); line.recv(100); line.sendall(bytes(8) + b'garbage' * 9)", None),
    "answers an endless message": ("status(); line.recv(100); line.sendall(b'\\xff' * 8)", None),
    "answers impossible words": ("status(); line.recv(100); say({'is': 'refused', 'why': 'magic'})", None),
}


@pytest.mark.parametrize("fault", CHILDREN)
def test_a_reader_that_misbehaves_is_one_known_error_in_two_seconds(fault: str) -> None:
    body, reason = CHILDREN[fault]

    class Misbehaving(PcscCardReader):
        COMMAND = (sys.executable, "-I", "-c", HEAD + body)

    with Misbehaving(SystemClock(), Stage()) as reader:
        began = SystemClock().monotonic()
        with pytest.raises((DeviceUnavailable, DeviceFault)) as error:
            reader.transmit(SELECT)
        assert SystemClock().monotonic() - began < 3.0
    assert getattr(error.value, "reason", None) is reason


def test_a_missing_library_is_said_with_what_to_install() -> None:
    class Bare(PcscCardReader):
        COMMAND = (sys.executable, "-I", "-c", HEAD + "line.recv(100); say({'is':'refused','why':'library-missing'})")

    with pytest.raises(DeviceUnavailable, match="python3-pyscard") as refusal:
        Bare(SystemClock(), Stage()).open()
    assert refusal.value.reason is Reason.LIBRARY_MISSING
