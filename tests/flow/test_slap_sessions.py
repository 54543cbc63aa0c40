"""Whole people at a platen for four fingers: simulated hands, and in one test the real measuring process."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from flow_box import GOOD_FINGER, PORTS, FlowBox, Person, QuickMeasurer

import hal
from hal.fingerprint.simulated import SimulatedSlap
from hal.world import person as world
from hal.world.person import Act, Body, Condition
from hal.world.stage import World
from kiosk.commands.training import TrainingBox
from kiosk.core.plan import SLAPS
from kiosk.core.record import EYES, FINGERS, Position
from kiosk.core.state import Help, Phase, Session, Step, recorded
from kiosk.imaging.measurer import Measurer
from kiosk.imaging.requests import Crop, MeasureFinger, MeasureSlap, Request, SlapMeasures

DRIVERS = {**{port: ["simulated"] for port in PORTS}, "fingerprint": ["simulated-slap"]}
RIGHT, LEFT, THUMBS = SLAPS


class QuickSlaps(QuickMeasurer):
    """Finds whatever is asked for, all of it good; prints are known by their picture."""

    def request(self, request: Request) -> object:
        if isinstance(request, MeasureFinger):
            return GOOD_FINGER, hashlib.sha256(request.pixels).digest()
        if isinstance(request, MeasureSlap):
            assert not set(request.asked) & set(request.missing)
            tip = np.zeros((30, 20), np.uint8)
            crops = (Crop(p, tip, GOOD_FINGER, f"{p} of a slap".encode()) for p in request.asked)
            return SlapMeasures(tuple(crops), None)
        return super().request(request)


class Slapping(FlowBox):
    """A box with such a platen; `standing` gives its hands."""

    def __init__(self, out: Path, training: TrainingBox, measurer: object) -> None:
        super().__init__(out, training, measurer=measurer, drivers=DRIVERS)
        self.stage.world = World(1)
        self.asked: list[tuple[Position, ...]] = []

    def stand(self, person: world.Person, absent: tuple[Position, ...] = ()) -> Person:
        assert self.stage.world
        self.stage.world.step_up(person)
        self.open_day()
        self.start()
        return Person(self, self.nik(), absent)

    def _show(self, desk: object) -> None:
        super()._show(desk)  # type: ignore[arg-type]
        session = self.kiosk.desk.session
        if session and session.phase is Phase.ASKING and session.step is Step.FINGERS:
            self.asked = [*self.asked, session.asked] if self.asked[-1:] != [session.asked] else self.asked

    def exchange(self, driver: str) -> None:
        """Somebody pulls the finger sensor while it looks, and plugs another one in."""
        self.devices._drivers["fingerprint"] = (driver,)
        self.devices._serving.pop("fingerprint", None)
        self.stage.faults["fingerprint"].replug()
        self.until(lambda desk: bool(desk.session and desk.session.help is None))


def asking(asked: tuple[Position, ...]) -> Callable[[Session], bool]:
    return lambda session: session.asked == asked and session.phase is Phase.ASKING


def test_ten_fingers_are_recorded_from_three_touches(out: Path, training: TrainingBox) -> None:
    with Slapping(out, training, QuickSlaps()) as box:
        session = box.serve(box.stand(world.Person(Body(11))))
        assert box.asked == [THUMBS, RIGHT, LEFT]
    assert session.bundle
    assert {c.position: c.attempts for c in session.captures if c.position in FINGERS} == dict.fromkeys(FINGERS, 1)


def test_a_sensor_that_is_exchanged_for_a_single_one_and_back_changes_the_asks_and_nothing_else(
    out: Path, training: TrainingBox
) -> None:
    with Slapping(out, training, QuickSlaps()) as box:
        person = box.stand(world.Person(Body(11)))
        box.serve(person, asking(RIGHT))
        box.stage.faults["fingerprint"].vanish("wait")
        gone = box.until(lambda desk: bool(desk.session and desk.session.help is Help.DEVICE)).session
        assert gone
        assert set(THUMBS) <= set(recorded(gone))
        box.exchange("simulated")
        box.serve(person, asking(RIGHT[2:3]))
        box.stage.faults["fingerprint"].vanish("wait")
        box.until(lambda desk: bool(desk.session and desk.session.help is Help.DEVICE))
        box.exchange("simulated-slap")
        session = box.serve(person)
    assert box.asked == [THUMBS, RIGHT, RIGHT[:1], RIGHT[1:2], RIGHT[2:3], RIGHT[3:], LEFT]
    assert session.bundle
    assert {c.position: c.attempts for c in session.captures if c.position in FINGERS} == dict.fromkeys(FINGERS, 1)


def test_a_sensor_for_checks_only_waits_for_one_that_records_and_nobody_is_recorded_with_it(
    out: Path, training: TrainingBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = SimulatedSlap.SENSOR
    with Slapping(out, training, QuickSlaps()) as box:
        monkeypatch.setattr(SimulatedSlap, "SENSOR", replace(good, use=hal.Use.CHECK_ONLY))
        person = box.stand(world.Person(Body(11)))
        standing = box.serve(person, lambda session: session.help is Help.UNFIT)
        assert set(FINGERS).isdisjoint(recorded(standing))
        box.clock.wait(30.0, hal.Stop())
        assert box.kiosk.desk.session
        assert box.kiosk.desk.session.help is Help.UNFIT
        monkeypatch.setattr(SimulatedSlap, "SENSOR", good)
        session = box.serve(person)
    assert set(FINGERS) <= set(recorded(session))
    assert not any(c.origin.below_grade for c in session.captures)


def test_a_box_whose_config_allows_it_records_with_it_and_every_print_says_so(
    out: Path, training: TrainingBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SimulatedSlap, "SENSOR", replace(SimulatedSlap.SENSOR, use=hal.Use.CHECK_ONLY))
    with Slapping(out, training, QuickSlaps()) as box:
        papers = box.kiosk.identity.papers
        allowed = replace(papers, config=replace(papers.config, below_grade=True))
        box.kiosk.identity = replace(box.kiosk.identity, papers=allowed)
        session = box.serve(box.stand(world.Person(Body(11))))
    assert {c.position for c in session.captures if c.origin.below_grade} == set(FINGERS)
    assert {flag for flag in session.flags if flag.startswith("below")} == {f"below-grade:{p}" for p in FINGERS}
    assert session.bundle


@pytest.mark.parametrize("lost", [Position.LEFT_RING])
def test_a_lost_finger_and_the_wrong_hand_as_the_real_process_sees_them(
    out: Path, training: TrainingBox, lost: Position
) -> None:
    conditions = {hal.Position(lost.value): Condition.AMPUTATED}
    somebody = world.Person(Body(12, conditions), {hal.Position.RIGHT_INDEX: (Act.OTHER_HAND,)})
    with Slapping(out, training, Measurer()) as box:
        session = box.serve(box.stand(somebody, (lost,)))
    fingers = {c.position: c for c in session.captures if c.position in FINGERS}
    assert set(fingers) == set(FINGERS) - {lost}
    assert [fingers[p].attempts for p in (*THUMBS, *RIGHT)] == [1, 1, 2, 2, 2, 2]
    assert all(fingers[p].origin.width < 500 for p in RIGHT), "each is cut out of the slap"
    assert box.asked[2:] == [LEFT, *((p,) for p in LEFT)]  # nobody said before that one is lost
    assert {Position.PORTRAIT, *EYES, Position.HANDS} <= {c.position for c in session.captures}
    assert not any(flag.startswith(("same-", "other-", "check:")) for flag in session.flags)
    assert session.bundle
