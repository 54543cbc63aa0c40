"""The contract of the card port, for every driver in the catalog."""

import pytest
from patience import promptly

from hal import CaptureRetry, CardReader, CardState, CardStatus, DeviceFault
from tests.twins.shape import CardTwin

ATR = bytes.fromhex("3b80800101")
SELECT = bytes.fromhex("00a4040000")
SEEN_S = 2.0

pytestmark = pytest.mark.ports("card")


def state_of(reader: CardReader, twin: CardTwin, wanted: CardState) -> CardStatus:
    """The status as soon as it is the wanted one, for which a reader may take its time."""

    def watched() -> CardStatus:
        until = twin.clock.monotonic() + SEEN_S
        while (status := reader.status()).state is not wanted:
            assert twin.clock.monotonic() < until, f"still {status.state}"
        return status

    return promptly(twin, SEEN_S, watched)


def test_a_card_is_seen_while_it_lies_in_the_reader(device: CardReader, twin: CardTwin) -> None:
    assert device.status() == CardStatus(CardState.NO_CARD)
    twin.insert(ATR)
    assert state_of(device, twin, CardState.PRESENT) == CardStatus(CardState.PRESENT, ATR)
    twin.remove()
    assert state_of(device, twin, CardState.NO_CARD) == CardStatus(CardState.NO_CARD)


def test_a_card_without_an_answer_to_reset_is_mute(device: CardReader, twin: CardTwin) -> None:
    if not twin.CAN_BE_MUTE:
        pytest.skip(f"{twin.port}-{twin.driver}: this reader's cards always answer to reset")
    twin.insert(b"")
    assert state_of(device, twin, CardState.MUTE).state is CardState.MUTE


def test_an_answer_ends_with_two_status_bytes(device: CardReader, twin: CardTwin) -> None:
    twin.insert(ATR, {SELECT: b"hello\x90\x00"})
    state_of(device, twin, CardState.PRESENT)
    assert device.transmit(SELECT) == b"hello\x90\x00"
    assert device.transmit(bytes.fromhex("00ff0000")) == b"\x6d\x00"


def test_another_card_answers_for_itself(device: CardReader, twin: CardTwin) -> None:
    for answer in (b"one\x90\x00", b"two\x90\x00"):
        twin.insert(ATR, {SELECT: answer})
        state_of(device, twin, CardState.PRESENT)
        assert device.transmit(SELECT) == answer
        twin.remove()
        state_of(device, twin, CardState.NO_CARD)


def test_a_card_that_left_is_asked_for_again(device: CardReader, twin: CardTwin) -> None:
    with pytest.raises(CaptureRetry):
        device.transmit(SELECT)
    twin.insert(ATR, {SELECT: b"hello\x90\x00"})
    state_of(device, twin, CardState.PRESENT)
    device.transmit(SELECT)
    twin.remove()
    with pytest.raises(CaptureRetry):
        promptly(twin, SEEN_S, lambda: [device.transmit(SELECT) for _ in range(100)])


def test_a_command_shorter_than_its_header_is_a_fault(device: CardReader, twin: CardTwin) -> None:
    twin.insert(ATR)
    state_of(device, twin, CardState.PRESENT)
    with pytest.raises(DeviceFault):
        device.transmit(b"\x00")


def test_a_card_laid_in_meanwhile_hears_nothing_that_was_meant_for_the_one_before(
    device: CardReader, twin: CardTwin
) -> None:
    verify = bytes.fromhex("0020008008313233343536ffff")
    for _ in range(2):
        twin.insert(ATR, {SELECT: b"hello\x90\x00", verify: b"\x90\x00"})
        state_of(device, twin, CardState.PRESENT)
        with pytest.raises(CaptureRetry):
            device.transmit(verify)
        device.transmit(SELECT)
        assert device.transmit(verify) == b"\x90\x00"
        twin.remove()
        state_of(device, twin, CardState.NO_CARD)
