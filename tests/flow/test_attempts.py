"""One attempt at a device: hints, the best frame, cancelling, and a device that goes away and comes back."""

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest
from flow_box import GOOD_IRIS, SHOWN, FlowBox, Person

import hal
from hal import FakeClock, Stage, Stop
from hal.iris import IrisScanner
from hal.standin import Picture, StreamStandIn
from kiosk.core.effects import Capture
from kiosk.core.events import Candidate, CaptureFailed, HelpAsked, SessionEvent
from kiosk.core.judgement import Hint
from kiosk.core.measures import IrisMeasures, Measures, RestMeasures
from kiosk.core.record import Position
from kiosk.core.state import Help, Session, Step
from kiosk.flow.capture import Capturer
from kiosk.flow.preview import Preview
from kiosk.flow.tray import Tray

EFFECT = Capture("t1", (Position.EYE_RIGHT,), (), Hint.AGAIN)
CLOSED_EYE = replace(GOOD_IRIS, open_share=0.1)


class NumberedIris(StreamStandIn, IrisScanner):
    """Each frame is as bright as its number."""

    MODEL = "numbered"
    PORT = "iris"
    DRIVER = "simulated"
    SHOWS: ClassVar[tuple[hal.Position, ...]] = (hal.Position.EYE_RIGHT,)

    def _view(self, position: hal.Position) -> Callable[[int], Picture | None]:
        return lambda number: np.full((4, 4), number, np.uint8)


class OneDevice:
    """Stands for the box: lends this device."""

    def __init__(self, device: hal.Device) -> None:
        self._device = device

    def lend(self, port: str) -> hal.Device:
        self._device.open()
        return self._device


class Attempt:
    """One attempt with scripted glances; what was posted, and what the preview showed at each frame."""

    def __init__(self, measures: Callable[[int], Measures | None]) -> None:
        self.clock, self.tray, self.preview, self.stop = FakeClock(), Tray(), Preview(), Stop()
        self.device = NumberedIris(self.clock, Stage())
        self.posted: list[SessionEvent] = []
        self.hints: list[Hint] = []
        self._measures = measures
        box: hal.Box = OneDevice(self.device)  # type: ignore[assignment]
        self._capturer = Capturer(box, self.clock, self.tray, self.preview, self)

    def rest(self, position: Position, frame: hal.Frame) -> RestMeasures | None:
        return None

    def frame(self, position: Position, frame: hal.Frame) -> Measures | None:
        self.hints.append(self.preview.read().hint)
        return self._measures(int(frame.pixels[0, 0]))

    def run(self) -> "Attempt":
        self._capturer.attempt(EFFECT, self.stop, self.posted.append)
        return self

    def taken(self) -> int:
        """The number of the frame in the tray."""
        (candidate,) = self.posted
        assert isinstance(candidate, Candidate)
        held = self.tray.get(candidate.capture)
        assert held is not None
        assert held.pixels is not None
        return int(held.pixels[0, 0])


def test_a_good_frame_is_taken_at_once() -> None:
    assert Attempt(lambda number: GOOD_IRIS if number == 3 else CLOSED_EYE).run().taken() == 3


def test_the_best_frame_of_two_seconds_is_taken_where_none_is_good() -> None:
    def sharper_at_seven(number: int) -> IrisMeasures:
        return replace(GOOD_IRIS, diameter_px=150.0, sharpness=0.5 if number == 7 else 0.4)

    attempt = Attempt(sharper_at_seven).run()
    assert attempt.taken() == 7
    assert 2.0 <= attempt.clock.monotonic() < 3.0


def test_the_hint_of_each_frame_is_shown_before_the_next() -> None:
    attempt = Attempt(lambda number: GOOD_IRIS if number == 2 else CLOSED_EYE).run()
    assert attempt.hints == [Hint.AGAIN, Hint.OPEN_EYE, Hint.OPEN_EYE]
    assert attempt.preview.read().pixels is None


def test_a_stopped_attempt_posts_nothing_and_leaves_no_picture() -> None:
    attempt = Attempt(lambda number: CLOSED_EYE)

    def stopping(number: int) -> IrisMeasures:
        if number == 5:
            attempt.stop.set()
        return CLOSED_EYE

    attempt._measures = stopping
    attempt.run()
    assert attempt.posted == []
    assert len(attempt.tray) == 0
    assert attempt.preview.read().pixels is None


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (hal.CaptureRetry(hal.RetryReason.GLARE), CaptureFailed("t1", "glare")),
        (hal.CaptureTimeout("iris"), CaptureFailed("t1", "timeout")),
        (hal.DeviceFault("garbage"), CaptureFailed("t1", "device", device_gone=True)),
        (hal.DeviceUnavailable(hal.UnavailableReason.LOST), CaptureFailed("t1", "device", device_gone=True)),
    ],
)
def test_each_trouble_of_a_device_becomes_one_event(error: hal.HalError, expected: CaptureFailed) -> None:
    attempt = Attempt(lambda number: CLOSED_EYE)
    attempt.device.faults.fail_next("capture", error)
    assert attempt.run().posted == [expected]
    assert len(attempt.tray) == 0


def at(step: Step, captures: int = 0) -> Callable[[Session], bool]:
    return lambda session: session.step is step and len(session.captures) >= captures and session.awaits is not None


@pytest.fixture
def person(box: FlowBox) -> Person:
    someone = box.person()
    box.start()
    return someone


@pytest.mark.parametrize(
    ("step", "port"), [(Step.FACE, "camera"), (Step.IRISES, "iris"), (Step.FINGERS, "fingerprint")]
)
def test_a_step_waits_for_a_device_that_goes_and_goes_on_by_itself_when_it_is_back(
    box: FlowBox, person: Person, step: Step, port: str
) -> None:
    box.stage.faults[port].vanish("capture" if port == "fingerprint" else "look")
    standing = box.serve(person, lambda session: session.help is Help.DEVICE)
    assert standing.step is step
    box.until(lambda desk: port in desk.facts.missing)
    person.seen.add((standing.step, standing.phase, standing.position, standing.help, standing.issued))  # no officer
    box.stage.faults[port].replug()
    again = box.until(lambda desk: desk.session is not None and desk.session.help is None).session
    assert again
    assert (again.step, len(again.captures)) == (step, len(standing.captures))
    assert {c.position for c in box.serve(person).captures} == {*SHOWN, Position.SIGNATURE}


def test_the_help_button_stops_the_sensor_and_the_same_position_is_asked_for_again(
    box: FlowBox, person: Person
) -> None:
    asked = box.serve(person, at(Step.FINGERS))
    box.kiosk.touch(HelpAsked())
    helped = box.until(lambda desk: desk.session is not None and desk.session.help is Help.ASKED).session
    assert helped
    assert helped.position is asked.position
    assert not any(held.pixels is not None for held in box.kiosk._tray._held.values())
    assert box.serve(person).bundle
