"""The contract of the camera port, for every driver in the catalog."""

from itertools import islice

import numpy as np
import pytest
from patience import promptly

from hal import Ask, Camera, Frame, Position, Stop
from tests.twins.shape import CaptureTwin

pytestmark = pytest.mark.ports("camera")


@pytest.mark.parametrize("position", [Position.PORTRAIT, Position.HANDS])
def test_a_frame_is_rgb(device: Camera, position: Position) -> None:
    frame = next(device.look(Ask((position,)), Stop()))
    assert isinstance(frame, Frame)
    assert frame.pixels.ndim == 3
    assert frame.pixels.shape[2] == 3
    assert frame.positions == (position,)


def test_frames_come_ten_or_more_a_second(device: Camera, twin: CaptureTwin) -> None:
    promptly(twin, 1.0, lambda: list(islice(device.look(Ask((Position.PORTRAIT,)), Stop()), 10)))


def test_a_card_held_up_hides_the_person_until_it_is_taken_away(device: Camera, twin: CaptureTwin) -> None:
    if not twin.CAN_HOLD:
        pytest.skip(f"{twin.port}-{twin.driver}: nobody can hold a card up")
    card = np.full((48, 64, 3), 200, np.uint8)
    look = device.look(Ask((Position.PORTRAIT,)), Stop())
    next(look)
    twin.hold(card)
    shown = [frame.pixels for frame in islice(look, 2) if isinstance(frame, Frame)]
    assert np.array_equal(shown[-1], card)
    twin.hold(None)
    shown = [frame.pixels for frame in islice(look, 2) if isinstance(frame, Frame)]
    assert not np.array_equal(shown[-1], card)
