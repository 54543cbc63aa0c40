"""The contract of the fingerprint port, for every driver in the catalog."""

import pytest

from hal import Ask, CaptureTimeout, FakeClock, FingerprintReader, Frame, Position, Presence, Stage, Stop
from hal.catalog import CATALOG, load

ASK = Ask((Position.RIGHT_INDEX,))

pytestmark = pytest.mark.parametrize("driver", CATALOG["fingerprint"])


@pytest.fixture
def reader(driver: str, clock: FakeClock, stage: Stage):
    with load("fingerprint", driver)(clock, stage) as reader:
        yield reader


def test_a_touch_is_on_frame_taken_off(reader: FingerprintReader) -> None:
    on, frame, taken, off = reader.look(ASK, Stop())
    assert (on, taken, off) == (Presence.ON, Presence.TAKEN, Presence.OFF)
    assert isinstance(frame, Frame)


def test_a_print_is_grey_with_a_known_resolution(reader: FingerprintReader) -> None:
    _, frame, *_ = reader.look(ASK, Stop())
    assert isinstance(frame, Frame)
    assert frame.pixels.ndim == 2
    assert frame.ppi == 500


def test_the_next_touch_gives_another_picture(reader: FingerprintReader) -> None:
    first, second = (list(reader.look(ASK, Stop()))[1] for _ in range(2))
    assert isinstance(first, Frame)
    assert isinstance(second, Frame)
    assert first.pixels.tobytes() != second.pixels.tobytes()


def test_of_several_fingers_the_first_that_is_not_missing_is_shown(reader: FingerprintReader) -> None:
    ask = Ask((Position.LEFT_RING, Position.RIGHT_INDEX), missing=(Position.LEFT_RING,))
    _, frame, *_ = reader.look(ask, Stop())
    assert isinstance(frame, Frame)
    assert frame.positions == (Position.RIGHT_INDEX,)


def test_a_print_needs_its_time(reader: FingerprintReader) -> None:
    with pytest.raises(CaptureTimeout):
        list(reader.look(Ask(ASK.positions, timeout_s=0.9), Stop()))
