"""Sensors that are touched: one picture a touch, a stream, several fingers at once, at rest, and for checks only."""

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest
from flow_box import GOOD_FINGER

import hal
from hal import FakeClock, Presence, Stage, Stop
from hal.fingerprint import FingerprintReader
from hal.fingerprint.simulated import SimulatedFingerprint
from kiosk.core.effects import Capture, JudgeSlap
from kiosk.core.events import Ability, Candidate, CaptureFailed, DeviceSeen, SessionEvent
from kiosk.core.judgement import Hint
from kiosk.core.measures import FingerMeasures, Measures, RestMeasures
from kiosk.core.record import FINGERS, Position
from kiosk.flow import translate
from kiosk.flow.capture import Capturer
from kiosk.flow.judging import Judging
from kiosk.flow.preview import Preview, View
from kiosk.flow.tray import Held, Tray
from kiosk.imaging import requests as r
from kiosk.imaging.measurer import MeasureFailed

EFFECT = Capture("t1", (Position.RIGHT_INDEX,), (), Hint.AGAIN, enrol=True)
SOFT = replace(GOOD_FINGER, nfiq2=None, minutiae=None, coverage=0.0)


Item = Presence | int | tuple[int, tuple[Position, ...]]


class ScriptedFinger(SimulatedFingerprint):
    """Shows these, in their order; a number is a frame as bright as that, with positions where it shows others than
    the first that was asked for."""

    script: tuple[Item, ...] = ()
    resting: ClassVar[tuple[int, ...]] = (7,)

    def look(self, ask: hal.Ask, stop: Stop) -> Iterator[Presence | hal.Frame]:
        for item in self.script:
            if isinstance(item, Presence):
                yield item
            else:
                level, shown = item if isinstance(item, tuple) else (item, ask.positions[:1])
                frame = self._frame(np.full((4, 4), level, np.uint8), ask.positions[0])
                positions = tuple(hal.Position(position.value) for position in shown)
                yield replace(frame, positions=positions, at_rest=level in self.resting)


class CheckOnly(ScriptedFinger):
    SENSOR = replace(SimulatedFingerprint.SENSOR, use=hal.Use.CHECK_ONLY)


class LessThanItSaid(ScriptedFinger):
    """Its first picture tells that it is good for checks only."""

    seen = False

    @property
    def sensor(self) -> hal.Sensor:
        return CheckOnly.SENSOR if self.seen else self.SENSOR

    def look(self, ask: hal.Ask, stop: Stop) -> Iterator[Presence | hal.Frame]:
        for item in super().look(ask, stop):
            self.seen = self.seen or isinstance(item, hal.Frame)
            yield item


class Slaps(ScriptedFinger):
    SENSOR = replace(SimulatedFingerprint.SENSOR, slaps=True)


class Touching:
    """One attempt at such a sensor, with scripted glances."""

    def __init__(self, *script: Item, device: type[ScriptedFinger] = ScriptedFinger) -> None:
        self.tray, self.preview, self.posted = Tray(), Recorded(), list[SessionEvent]()
        self.glanced: list[int] = []
        self.device = device(FakeClock(), Stage())
        self.device.script = script
        box: hal.Box = OneDevice(self.device)  # type: ignore[assignment]
        self.capturer = Capturer(box, FakeClock(), self.tray, self.preview, self)

    def frame(self, position: Position, frame: hal.Frame) -> Measures | None:
        self.glanced.append(level := int(frame.pixels[0, 0]))
        return GOOD_FINGER if level == 200 else replace(SOFT, coverage=0.0)

    def rest(self, position: Position, frame: hal.Frame) -> RestMeasures | None:
        return RestMeasures(level=240.0, residue=0.5)

    def run(self, effect: Capture = EFFECT) -> SessionEvent:
        self.capturer.attempt(effect, Stop(), self.posted.append)
        (event,) = self.posted
        return event

    def taken(self, event: SessionEvent) -> int:
        assert isinstance(event, Candidate)
        held = self.tray.get(event.capture)
        assert held is not None
        assert held.pixels is not None
        return int(held.pixels[0, 0])


class Recorded(Preview):
    """Every hint that was shown."""

    def __init__(self) -> None:
        super().__init__()
        self.hints: list[Hint] = []

    def show(self, view: View) -> None:
        super().show(view)
        self.hints.append(view.hint)


class OneDevice:
    """Stands for the box."""

    def __init__(self, device: FingerprintReader) -> None:
        self.device = device

    def lend(self, port: str) -> FingerprintReader:
        self.device.open()
        return self.device


ON, TAKEN, OFF = Presence.ON, Presence.TAKEN, Presence.OFF


@pytest.mark.parametrize("script", [(ON, 50, TAKEN, OFF), (ON, TAKEN, 50, OFF), (ON, TAKEN, 50), (50,)])
def test_one_picture_a_touch_is_taken_as_it_is_and_not_measured_twice(script: tuple[Presence | int, ...]) -> None:
    touching = Touching(*script)
    assert touching.taken(touching.run()) == 50
    assert touching.glanced == []


def test_of_a_stream_the_first_good_frame_is_taken() -> None:
    touching = Touching(ON, 50, 60, 70, 200, 80, TAKEN, OFF)
    assert touching.taken(touching.run()) == 200
    assert touching.glanced == [60, 70, 200]
    assert Hint.SHOW_FINGER in touching.preview.hints


def test_a_stream_that_ends_without_a_good_frame_gives_its_best() -> None:
    touching = Touching(ON, 50, 60, 70, TAKEN, OFF)
    assert touching.taken(touching.run()) == 60


def test_a_touch_without_a_picture_is_no_candidate() -> None:
    assert Touching(ON, OFF).run() == CaptureFailed("t1", "timeout")


def test_a_dirty_platen_is_said_at_once_noted_and_never_taken() -> None:
    touching = Touching(7, ON, 50, TAKEN, OFF)
    event = touching.run()
    assert touching.taken(event) == 50
    assert isinstance(event, Candidate)
    assert event.noted is Hint.WIPE_GLASS
    assert touching.preview.hints[1:3] == [Hint.WIPE_GLASS, Hint.WIPE_GLASS]


def parts(touching: Touching, event: SessionEvent) -> dict[Position, int]:
    """The fingers that a device told apart, each by its grey level."""
    assert isinstance(event, Candidate)
    held = touching.tray.get(event.capture)
    assert held is not None
    assert held.pixels is None
    return {position: int(part.pixels[0, 0]) for position, part in held.parts if part.pixels is not None}


FOUR = FINGERS[1:5]
SLAP = replace(EFFECT, positions=FOUR)
ONE_BY_ONE = (ON, (50, FOUR[:1]), (60, FOUR[1:2]), (70, FOUR[2:3]), (80, FOUR[3:]), TAKEN, OFF)


@pytest.mark.parametrize("showing", [FOUR, ()])
def test_one_picture_of_several_fingers_is_taken_as_it_is_and_not_measured_as_one(
    showing: tuple[Position, ...],
) -> None:
    touching = Touching(ON, (50, showing), TAKEN, OFF, device=Slaps)
    assert touching.taken(touching.run(SLAP)) == 50
    assert touching.glanced == []


@pytest.mark.parametrize("script", [ONE_BY_ONE, ONE_BY_ONE[:5]])
def test_a_device_that_tells_the_fingers_of_a_slap_apart_gives_them_all(script: tuple[Item, ...]) -> None:
    touching = Touching(*script, device=Slaps)
    event = touching.run(SLAP)
    assert parts(touching, event) == dict(zip(FOUR, (50, 60, 70, 80), strict=True))
    assert touching.glanced == []


def test_a_finger_that_such_a_device_did_not_find_is_no_part() -> None:
    touching = Touching(*ONE_BY_ONE[:2], *ONE_BY_ONE[3:], device=Slaps)
    assert tuple(parts(touching, touching.run(SLAP))) == (FOUR[0], FOUR[2], FOUR[3])


def test_a_finger_that_nobody_asked_for_is_never_taken_for_the_one_that_was() -> None:
    touching = Touching(ON, (200, FINGERS[6:7]), (50, FINGERS[1:2]), (200, FINGERS[7:8]), TAKEN, OFF)
    assert touching.taken(touching.run()) == 50
    assert Touching(ON, (200, FINGERS[6:7]), TAKEN, OFF).run() == CaptureFailed("t1", "timeout")


def test_a_sensor_for_single_fingers_that_came_since_the_ask_is_not_shown_four() -> None:
    touching = Touching(ON, 50, TAKEN, OFF)
    assert touching.run(SLAP) == CaptureFailed("t1", "device", device_gone=True)
    assert len(touching.tray) == 0


def test_a_sensor_for_checks_only_is_not_even_asked_to_enrol() -> None:
    touching = Touching(ON, 50, TAKEN, OFF, device=CheckOnly)
    assert touching.run() == CaptureFailed("t1", "check-only", device_gone=True)
    assert len(touching.tray) == 0


def test_a_sensor_whose_picture_tells_that_it_is_one_enrols_nobody_by_it() -> None:
    touching = Touching(ON, 50, TAKEN, OFF, device=LessThanItSaid)
    assert touching.run() == CaptureFailed("t1", "check-only", device_gone=True)
    assert len(touching.tray) == 0


def test_where_it_may_be_used_its_picture_says_so() -> None:
    touching = Touching(ON, 50, TAKEN, OFF, device=CheckOnly)
    event = touching.run(replace(EFFECT, enrol=False))
    assert isinstance(event, Candidate)
    assert event.origin.below_grade


def test_a_port_says_who_serves_it_and_what_they_can_do() -> None:
    assert translate.device_seen("iris", None) == DeviceSeen("iris", False)
    single = translate.device_seen("fingerprint", ScriptedFinger(FakeClock(), Stage()))
    several = translate.device_seen("fingerprint", Slaps(FakeClock(), Stage()))
    assert (single.present, single.device, single.abilities) == (True, "simulated/Jemput/simulated platen", ())
    assert several.abilities == (Ability.SLAP,)


class Segmenting:
    """Stands for the measuring process."""

    def __init__(self, hand: str | None, *positions: Position) -> None:
        self.hand, self.positions = hand, positions

    def request(self, request: r.Request) -> object:
        assert isinstance(request, r.MeasureSlap)
        told = FingerMeasures(70, 40, 0.6, 5.0)
        crops = (r.Crop(p, np.zeros((30, 20), np.uint8), told, b"template") for p in self.positions)
        return r.SlapMeasures(tuple(crops), self.hand)

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("asked", "hand", "other"),
    [
        (FINGERS[1:5], "RIGHT", False),
        (FINGERS[1:5], "LEFT", True),
        (FINGERS[6:10], "RIGHT", True),
        (FINGERS[1:5], None, False),
        ((FINGERS[0], FINGERS[5]), "RIGHT", False),
    ],
)
def test_each_finger_of_a_slap_is_a_capture_of_its_own(
    asked: tuple[Position, ...], hand: str | None, other: bool
) -> None:
    tray = Tray()
    whole = tray.put(Held(np.zeros((60, 90), np.uint8), 500))
    judged = Judging(tray, Segmenting(hand, *asked)).judge_slap(JudgeSlap("t1", whole, asked, ()))  # type: ignore[arg-type]
    assert [(p.position, p.width, p.height) for p in judged.pieces] == [(p, 20, 30) for p in asked]
    assert judged.other_hand is other
    held = [tray.get(piece.capture) for piece in judged.pieces]
    assert all(h is not None and h.ppi == 500 and h.template == b"template" and h.original is None for h in held)


def test_a_slap_that_was_forgotten_meanwhile_gives_no_piece() -> None:
    assert Judging(Tray(), Segmenting(None)).judge_slap(JudgeSlap("t1", "gone", FINGERS[1:5], ())).pieces == ()  # type: ignore[arg-type]


class OnePrint:
    """Stands for the measuring process: a print as good as its grey level, and one that it cannot measure."""

    def request(self, request: r.Request) -> object:
        assert isinstance(request, r.MeasureFinger)
        level = int(request.pixels[0, 0])
        if level == 60:
            raise MeasureFailed("crashed")
        return replace(GOOD_FINGER, nfiq2=level), bytes([level])

    def close(self) -> None:
        pass


def test_fingers_that_the_device_told_apart_are_measured_one_by_one_and_only_those_that_were_asked_for() -> None:
    tray = Tray()
    levels = dict(zip(FOUR, (50, 60, 70, 80), strict=True))
    whole = tray.put(
        Held(parts=tuple((p, Held(np.full((30, 20), level, np.uint8), 500)) for p, level in levels.items()))
    )
    judged = Judging(tray, OnePrint()).judge_slap(JudgeSlap("t1", whole, FOUR[:3], ()))  # type: ignore[arg-type]
    told = [(p.position, getattr(p.measures, "nfiq2", None), p.width, p.height) for p in judged.pieces]
    assert told == [(FOUR[0], 50, 20, 30), (FOUR[2], 70, 20, 30)]
    tray.forget((whole,))
    held = [tray.get(piece.capture) for piece in judged.pieces]
    assert [int(h.pixels.max()) for h in held if h and h.pixels is not None] == [50, 70]
    assert [h.template for h in held if h] == [bytes([50]), bytes([70])]


def test_a_forgotten_slap_is_wiped_with_its_parts() -> None:
    tray, pixels = Tray(), np.full((30, 20), 90, np.uint8)
    tray.forget((tray.put(Held(parts=((FOUR[0], Held(pixels, 500)),))),))
    assert not pixels.any()
