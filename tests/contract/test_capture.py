"""What holds for every fingerprint reader, iris scanner and camera alike: time, stop, nobody there, pulled out."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from patience import PULLED_S, STOPPED_S, promptly, reason_of

from hal import (
    Ask,
    CaptureCancelled,
    CaptureDevice,
    CaptureTimeout,
    DeviceUnavailable,
    FingerprintReader,
    Frame,
    NotSupported,
    Position,
    Presence,
    Stop,
    UnavailableReason,
)
from tests.twins.shape import CaptureTwin, Moment

WANTED = {"fingerprint": Position.RIGHT_INDEX, "iris": Position.EYE_LEFT, "camera": Position.PORTRAIT}
SHOWN_S = 60.0  # the slowest sensor's touch, 57600 Bd twice over

pytestmark = pytest.mark.ports(*WANTED)


@pytest.fixture
def ask(twin: CaptureTwin) -> Ask:
    return Ask((WANTED[twin.port],))


def first_frame(device: CaptureDevice, ask: Ask) -> Frame:
    return next(item for item in device.look(ask, Stop()) if isinstance(item, Frame) and not item.at_rest)


def seen_until(look: Iterator[Presence | Frame], wanted: Presence) -> None:
    for item in look:
        if item is wanted:
            return
    pytest.fail(f"never {wanted}")


def test_a_frame_says_what_it_shows_and_where_it_comes_from(device: CaptureDevice, twin: CaptureTwin, ask: Ask) -> None:
    frame = first_frame(device, ask)
    assert frame.positions == ask.positions
    assert frame.source is twin.SOURCE
    assert frame.device == device.identity
    assert frame.pixels.dtype == "uint8"


def test_a_frame_is_never_mirrored_turned_or_inverted(device: CaptureDevice, twin: CaptureTwin, ask: Ask) -> None:
    shown = first_frame(device, ask).pixels
    original = twin.original()
    if original is None:
        pytest.skip(f"{twin.port}-{twin.driver}: nobody but the driver knows what the sensor saw")
    assert shown.shape == original.shape
    assert likeness(shown, original) > 0.9
    for wrong in (original[:, ::-1], original[::-1], original[::-1, ::-1], 255 - original):
        assert likeness(shown, original) > likeness(shown, wrong) + 0.2


def likeness(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])


def test_a_look_that_is_left_may_be_followed_by_another(device: CaptureDevice, ask: Ask) -> None:
    for _ in range(3):
        first_frame(device, ask)


def test_a_look_ends_within_the_time_of_its_ask(device: CaptureDevice, twin: CaptureTwin, ask: Ask) -> None:
    twin.leave()
    began = twin.clock.monotonic()
    with pytest.raises(CaptureTimeout):
        promptly(twin, 1.0, lambda: list(device.look(Ask(ask.positions, timeout_s=1.0), Stop())))
    assert twin.clock.monotonic() - began >= 1.0 - 1e-6


@pytest.mark.parametrize("after_s", [0.0, 0.85, 1.3])
def test_a_look_leaves_within_half_a_second_of_the_stop(
    device: CaptureDevice, twin: CaptureTwin, ask: Ask, stop: Stop, after_s: float
) -> None:
    def hurry() -> None:
        twin.clock.wait(after_s, Stop())
        stop.set()

    def look_on() -> None:
        while twin.clock.monotonic() < too_late:
            for _ in device.look(ask, stop):
                pass

    too_late = twin.clock.monotonic() + after_s + 5.0

    twin.clock.spawn("officer", hurry)
    with pytest.raises(CaptureCancelled):
        promptly(twin, after_s + STOPPED_S, look_on)


def test_after_a_cancel_the_next_look_works(device: CaptureDevice, ask: Ask, stop: Stop) -> None:
    stop.set()
    with pytest.raises(CaptureCancelled):
        list(device.look(ask, stop))
    assert first_frame(device, ask).positions == ask.positions


def test_an_ask_of_nothing_that_it_shows_is_refused(device: CaptureDevice, twin: CaptureTwin, ask: Ask) -> None:
    other = Position.PORTRAIT if twin.port == "fingerprint" else Position.LEFT_THUMB
    with pytest.raises(NotSupported):
        device.look(Ask((other,)), Stop())
    with pytest.raises(NotSupported):
        device.look(Ask(ask.positions, missing=ask.positions), Stop())


@pytest.mark.parametrize("moment", Moment)
def test_a_device_pulled_in_any_state_is_lost_in_two_seconds_and_works_again_when_it_is_back(
    device: CaptureDevice, twin: CaptureTwin, ask: Ask, moment: Moment
) -> None:
    if moment is Moment.LEAVING and not isinstance(device, FingerprintReader):
        pytest.skip("who streams takes nothing that could leave")
    if moment not in twin.MOMENTS:
        pytest.skip(f"{twin.port}-{twin.driver}: cannot be pulled out {moment}")
    if moment is Moment.WAITING:
        twin.leave()
    look = device.look(ask, Stop())
    if moment is Moment.LEAVING:
        seen_until(look, Presence.TAKEN)
    twin.vanish(moment)
    limit_s = PULLED_S if moment is not Moment.CAPTURE else PULLED_S + SHOWN_S
    assert reason_of(lambda: promptly(twin, limit_s, lambda: list(look))) is UnavailableReason.LOST
    assert reason_of(lambda: promptly(twin, PULLED_S, lambda: list(device.look(ask, Stop())))) is UnavailableReason.LOST
    if moment is not Moment.WAITING:
        twin.replug()
        device.open()
        assert first_frame(device, ask).positions == ask.positions


def test_something_was_seen_before_a_device_vanished_in_mid_capture(
    device: CaptureDevice, twin: CaptureTwin, ask: Ask
) -> None:
    twin.vanish(Moment.CAPTURE)
    look = device.look(ask, Stop())
    assert next(look)
    with pytest.raises(DeviceUnavailable):
        promptly(twin, PULLED_S, lambda: list(look))


def test_a_look_is_over_when_its_device_is_closed(device: CaptureDevice, ask: Ask) -> None:
    look = device.look(ask, Stop())
    next(look)
    device.close()
    assert reason_of(lambda: list(look)) is UnavailableReason.CLOSED


def test_who_asks_meanwhile_whether_the_device_is_open_takes_nothing_from_a_look(
    device: CaptureDevice, ask: Ask
) -> None:
    """A box is refreshed by another thread than the one that looks."""
    over = threading.Event()

    def refresh() -> None:
        while not over.wait(0.001):
            device.open()

    asking = threading.Thread(target=refresh, name="refresh", daemon=True)
    asking.start()
    try:
        for _ in range(2):
            assert first_frame(device, ask).positions == ask.positions
    finally:
        over.set()
        asking.join()
