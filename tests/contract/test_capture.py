"""What holds for every fingerprint reader, iris scanner and camera alike: time, stop, nobody there, pulled out."""

import pytest

from hal import (
    Ask,
    CaptureCancelled,
    CaptureDevice,
    CaptureTimeout,
    DeviceUnavailable,
    FakeClock,
    Frame,
    NotSupported,
    Position,
    Source,
    Stage,
    Stop,
    UnavailableReason,
)
from hal.catalog import CATALOG, load

WANTED = {"fingerprint": Position.RIGHT_INDEX, "iris": Position.EYE_LEFT, "camera": Position.PORTRAIT}
SOURCES = {"simulated": Source.SIMULATED, "recorded": Source.RECORDED}

pytestmark = pytest.mark.parametrize(
    ("port", "driver"), [(port, driver) for port in WANTED for driver in CATALOG[port]]
)


@pytest.fixture
def ask(port: str) -> Ask:
    return Ask((WANTED[port],))


@pytest.fixture
def device(port: str, driver: str, clock: FakeClock, stage: Stage):
    with load(port, driver)(clock, stage) as device:
        yield device


@pytest.fixture
def lonely(port: str, driver: str, clock: FakeClock, empty_stage: Stage):
    with load(port, driver)(clock, empty_stage) as device:
        yield device


def first_frame(device: CaptureDevice, ask: Ask) -> Frame:
    return next(item for item in device.look(ask, Stop()) if isinstance(item, Frame))


def test_a_frame_says_what_it_shows_and_where_it_comes_from(device: CaptureDevice, driver: str, ask: Ask) -> None:
    frame = first_frame(device, ask)
    assert frame.positions == ask.positions
    assert frame.source is SOURCES[driver]
    assert frame.device == device.identity
    assert frame.pixels.dtype == "uint8"


def test_a_look_that_is_left_may_be_followed_by_another(device: CaptureDevice, ask: Ask) -> None:
    for _ in range(3):
        first_frame(device, ask)


def test_a_look_ends_within_the_time_of_its_ask(lonely: CaptureDevice, clock: FakeClock, port: str) -> None:
    with pytest.raises(CaptureTimeout):
        list(lonely.look(Ask((WANTED[port],), timeout_s=3.0), Stop()))
    assert clock.monotonic() == pytest.approx(3.0)


@pytest.mark.parametrize("after_s", [0.0, 0.85, 2.0])
def test_a_look_leaves_within_half_a_second_of_the_stop(
    device: CaptureDevice, clock: FakeClock, ask: Ask, stop: Stop, after_s: float
) -> None:
    def hurry() -> None:
        clock.wait(after_s, Stop())
        stop.set()

    clock.spawn("officer", hurry)
    looks = iter(lambda: list(device.look(ask, stop)), None)
    with pytest.raises(CaptureCancelled):
        for _ in looks:
            pass
    assert clock.monotonic() <= after_s + 0.5


def test_after_a_cancel_the_next_look_works(device: CaptureDevice, ask: Ask, stop: Stop) -> None:
    stop.set()
    with pytest.raises(CaptureCancelled):
        list(device.look(ask, stop))
    assert first_frame(device, ask).positions == ask.positions


def test_an_ask_of_nothing_that_it_shows_is_refused(device: CaptureDevice, port: str) -> None:
    other = Position.PORTRAIT if port == "fingerprint" else Position.LEFT_THUMB
    with pytest.raises(NotSupported):
        device.look(Ask((other,)), Stop())
    with pytest.raises(NotSupported):
        device.look(Ask((WANTED[port],), missing=(WANTED[port],)), Stop())


def test_a_device_that_vanishes_in_mid_capture_works_again_when_it_is_back(
    device: CaptureDevice, stage: Stage, port: str, ask: Ask
) -> None:
    stage.faults[port].vanish()
    seen = []
    with pytest.raises(DeviceUnavailable) as loss:
        seen.extend(iter(device.look(ask, Stop())))
    assert loss.value.reason is UnavailableReason.LOST
    with pytest.raises(DeviceUnavailable):
        device.look(ask, Stop())
    stage.faults[port].replug()
    device.open()
    assert first_frame(device, ask).positions == ask.positions


def test_something_was_seen_before_a_device_vanished_in_mid_capture(
    device: CaptureDevice, stage: Stage, port: str, ask: Ask
) -> None:
    stage.faults[port].vanish()
    look = device.look(ask, Stop())
    assert next(look)
    with pytest.raises(DeviceUnavailable):
        next(look)


def test_a_look_is_over_when_its_device_is_closed(device: CaptureDevice, ask: Ask) -> None:
    look = device.look(ask, Stop())
    next(look)
    device.close()
    with pytest.raises(DeviceUnavailable) as refusal:
        next(look)
    assert refusal.value.reason is UnavailableReason.CLOSED
