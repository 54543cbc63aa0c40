"""The contract of the fingerprint port, for every driver in the catalog."""

import pytest
from patience import promptly

from hal import Ask, CaptureTimeout, FingerprintReader, Frame, Position, Presence, Stop
from tests.twins.shape import CaptureTwin

ASK = Ask((Position.RIGHT_INDEX,))

pytestmark = pytest.mark.ports("fingerprint")


def touch(reader: FingerprintReader, ask: Ask = ASK) -> tuple[list[Presence], list[Frame]]:
    """The presences and the frames of a finger of one touch, in their order."""
    items = list(reader.look(ask, Stop()))
    frames = [item for item in items if isinstance(item, Frame) and not item.at_rest]
    return [item for item in items if isinstance(item, Presence)], frames


def test_a_touch_is_on_frames_taken_off(device: FingerprintReader) -> None:
    items = [item for item in device.look(ASK, Stop()) if not (isinstance(item, Frame) and item.at_rest)]
    on, *between, off = items
    assert (on, off) == (Presence.ON, Presence.OFF)
    assert between.count(Presence.TAKEN) == 1  # before the Frame where a sensor hands it over after the finger has left
    assert len(between) > 1
    assert all(isinstance(item, Frame) for item in between if item is not Presence.TAKEN)


def test_a_print_is_grey_with_the_resolution_that_the_sensor_states(device: FingerprintReader) -> None:
    _, (frame, *_) = touch(device)
    assert frame.pixels.ndim == 2
    assert frame.ppi == device.sensor.ppi


def test_a_print_has_no_more_grey_levels_than_the_sensor_states(device: FingerprintReader) -> None:
    _, (frame, *_) = touch(device)
    assert len(set(frame.pixels.ravel().tolist())) <= device.sensor.grey_levels


def test_the_next_touch_gives_another_picture(device: FingerprintReader) -> None:
    first, second = (touch(device)[1][-1] for _ in range(2))
    assert first.pixels.tobytes() != second.pixels.tobytes()


def test_of_several_fingers_the_first_that_is_not_missing_is_shown(device: FingerprintReader) -> None:
    if device.sensor.slaps:
        pytest.skip("a sensor that takes slaps shows all of them")
    ask = Ask((Position.LEFT_RING, Position.RIGHT_INDEX), missing=(Position.LEFT_RING,))
    _, (frame, *_) = touch(device, ask)
    assert frame.positions == (Position.RIGHT_INDEX,)


def test_a_print_needs_its_time(device: FingerprintReader, twin: CaptureTwin) -> None:
    with pytest.raises(CaptureTimeout):
        promptly(twin, 0.05 + 0.5, lambda: touch(device, Ask(ASK.positions, timeout_s=0.05)))
