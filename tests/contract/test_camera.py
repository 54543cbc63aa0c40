"""The contract of the camera port, for every driver in the catalog."""

from itertools import islice

import numpy as np
import pytest

from hal import Ask, Camera, FakeClock, Frame, Position, Stage, Stop
from hal.catalog import CATALOG, load

pytestmark = pytest.mark.parametrize("driver", CATALOG["camera"])


@pytest.fixture
def camera(driver: str, clock: FakeClock, stage: Stage):
    with load("camera", driver)(clock, stage) as camera:
        yield camera


@pytest.mark.parametrize("position", [Position.PORTRAIT, Position.HANDS])
def test_a_frame_is_rgb(camera: Camera, position: Position) -> None:
    frame = next(camera.look(Ask((position,)), Stop()))
    assert isinstance(frame, Frame)
    assert frame.pixels.ndim == 3
    assert frame.pixels.shape[2] == 3
    assert frame.positions == (position,)


def test_frames_come_ten_or_more_a_second(camera: Camera, clock: FakeClock) -> None:
    list(islice(camera.look(Ask((Position.PORTRAIT,)), Stop()), 10))
    assert clock.monotonic() <= 1.0 + 1e-6


def test_a_card_held_up_hides_the_person_until_it_is_taken_away(camera: Camera, stage: Stage) -> None:
    card = np.full((48, 64, 3), 200, np.uint8)
    look = camera.look(Ask((Position.PORTRAIT,)), Stop())
    next(look)
    stage.held = card
    shown = [frame.pixels for frame in islice(look, 2) if isinstance(frame, Frame)]
    assert np.array_equal(shown[-1], card)
    stage.held = None
    shown = [frame.pixels for frame in islice(look, 2) if isinstance(frame, Frame)]
    assert not np.array_equal(shown[-1], card)
