"""The contract of the iris port, for every driver in the catalog."""

from itertools import islice

import pytest
from patience import promptly

from hal import Ask, Frame, IrisScanner, Position, Stop
from tests.twins.shape import CaptureTwin

pytestmark = pytest.mark.ports("iris")


def test_a_frame_is_grey_and_of_one_eye(device: IrisScanner) -> None:
    frame = next(device.look(Ask((Position.EYE_LEFT,)), Stop()))
    assert isinstance(frame, Frame)
    assert frame.pixels.ndim == 2
    assert frame.positions == (Position.EYE_LEFT,)
    assert frame.ppi is None


def test_frames_come_ten_or_more_a_second(device: IrisScanner, twin: CaptureTwin) -> None:
    promptly(twin, 1.0, lambda: list(islice(device.look(Ask((Position.EYE_LEFT,)), Stop()), 10)))


def test_two_eyes_take_turns_where_both_are_there(device: IrisScanner, twin: CaptureTwin) -> None:
    if not twin.EYES_TAKE_TURNS:
        pytest.skip(f"{twin.port}-{twin.driver}: shows the one eye that is before it")
    frames = islice(device.look(Ask((Position.EYE_RIGHT, Position.EYE_LEFT)), Stop()), 5)
    seen = [frame.positions[0] for frame in frames if isinstance(frame, Frame) and not frame.at_rest][:4]
    both = [Position.EYE_RIGHT, Position.EYE_LEFT] * 2
    assert seen == ([Position.EYE_LEFT] * 4 if twin.driver == "recorded" else both)  # the folder has a left eye only
