"""The contract of the iris port, for every driver in the catalog."""

from itertools import islice

import pytest

from hal import Ask, FakeClock, Frame, IrisScanner, Position, Stage, Stop
from hal.catalog import CATALOG, load

pytestmark = pytest.mark.parametrize("driver", CATALOG["iris"])


@pytest.fixture
def scanner(driver: str, clock: FakeClock, stage: Stage):
    with load("iris", driver)(clock, stage) as scanner:
        yield scanner


def test_a_frame_is_grey_and_of_one_eye(scanner: IrisScanner) -> None:
    frame = next(scanner.look(Ask((Position.EYE_LEFT,)), Stop()))
    assert isinstance(frame, Frame)
    assert frame.pixels.ndim == 2
    assert frame.positions == (Position.EYE_LEFT,)
    assert frame.ppi is None


def test_frames_come_ten_or_more_a_second(scanner: IrisScanner, clock: FakeClock) -> None:
    list(islice(scanner.look(Ask((Position.EYE_LEFT,)), Stop()), 10))
    assert clock.monotonic() <= 1.0 + 1e-6


def test_two_eyes_take_turns_where_both_are_there(scanner: IrisScanner, driver: str) -> None:
    frames = islice(scanner.look(Ask((Position.EYE_RIGHT, Position.EYE_LEFT)), Stop()), 4)
    seen = [frame.positions[0] for frame in frames if isinstance(frame, Frame)]
    both = [Position.EYE_RIGHT, Position.EYE_LEFT] * 2
    assert seen == (both if driver == "simulated" else [Position.EYE_LEFT] * 4)  # the folder has a left eye only
