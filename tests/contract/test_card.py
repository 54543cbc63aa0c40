"""The contract of the card port, for every driver in the catalog; `insert` and `remove` are the twin's hand."""

import pytest

from hal import CaptureRetry, CardState, CardStatus, DeviceFault, FakeClock, Stage
from hal.card.simulated import SimulatedCardReader
from hal.catalog import CATALOG, load

ATR = bytes.fromhex("3b8001814c")
SELECT = bytes.fromhex("00a4040000")

pytestmark = pytest.mark.parametrize("driver", CATALOG["card"])


@pytest.fixture
def reader(driver: str, clock: FakeClock, stage: Stage):
    with load("card", driver)(clock, stage) as reader:
        assert isinstance(reader, SimulatedCardReader)
        yield reader


def test_a_card_is_seen_while_it_lies_in_the_reader(reader: SimulatedCardReader) -> None:
    assert reader.status() == CardStatus(CardState.NO_CARD)
    reader.insert(ATR)
    assert reader.status() == CardStatus(CardState.PRESENT, ATR)
    reader.remove()
    assert reader.status() == CardStatus(CardState.NO_CARD)


def test_a_card_without_an_answer_to_reset_is_mute(reader: SimulatedCardReader) -> None:
    reader.insert(b"")
    assert reader.status().state is CardState.MUTE


def test_an_answer_ends_with_two_status_bytes(reader: SimulatedCardReader) -> None:
    reader.insert(ATR, {SELECT: b"hello\x90\x00"})
    assert reader.transmit(SELECT) == b"hello\x90\x00"
    assert reader.transmit(bytes.fromhex("00ff0000")) == b"\x6d\x00"


def test_a_card_that_left_is_asked_for_again(reader: SimulatedCardReader) -> None:
    with pytest.raises(CaptureRetry):
        reader.transmit(SELECT)


def test_a_command_shorter_than_its_header_is_a_fault(reader: SimulatedCardReader) -> None:
    reader.insert(ATR)
    with pytest.raises(DeviceFault):
        reader.transmit(b"\x00")
