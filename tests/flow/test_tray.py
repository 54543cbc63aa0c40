"""Pictures that are not sealed live in RAM until they are accepted, set aside or left; then they are wiped."""

from collections.abc import Callable

import numpy as np
import pytest
from flow_box import FlowBox, Person

from hal import Stop
from kiosk.core import desk as d
from kiosk.core import events as e
from kiosk.core.desk import Mode
from kiosk.core.record import Impression, Origin, Position, Provenance, VoidReason
from kiosk.core.state import Phase, Session, Step
from kiosk.flow.tray import Held, Tray

ORIGIN = Origin("recorded", Provenance.RECORDED, Impression.UNKNOWN, 500)


def picture() -> Held:
    return Held(np.full((8, 8), 77, np.uint8), 500)


def wiped(held: Held) -> bool:
    return held.pixels is None or not held.pixels.any()


def test_what_is_forgotten_is_overwritten_and_not_only_dropped() -> None:
    tray, held = Tray(), picture()
    pixels = held.pixels
    tray.forget((tray.put(held),))
    assert len(tray) == 0
    assert pixels is not None
    assert not pixels.any()


def test_after_sealing_the_template_alone_stays() -> None:
    tray, held = Tray(), picture()
    pixels, held.template, held.original = held.pixels, b"template", b"signed by the sensor"
    capture = tray.put(held)
    tray.keep_template(capture)
    kept = tray.get(capture)
    assert pixels is not None
    assert not pixels.any()
    assert kept is not None
    assert (kept.pixels, kept.original, kept.ink, kept.sealed, kept.template) == (None, None, None, None, b"template")


def test_forgetting_everything_leaves_nothing() -> None:
    tray = Tray()
    tray.put(picture())
    tray.put(Held(ink=b"strokes"))
    tray.forget(None)
    assert len(tray) == 0


@pytest.fixture
def person(box: FlowBox) -> Person:
    someone = box.person()
    box.start()
    return someone


def late(session: Session) -> bool:
    return session.step is Step.FINGERS and len(session.captures) >= 3


def judging(session: Session) -> bool:
    return session.step is Step.FINGERS and session.phase is Phase.JUDGING


def pictures(box: FlowBox) -> list[Held]:
    return [held for held in box.kiosk._tray._held.values() if not wiped(held)]


def test_an_accepted_capture_stands_nowhere_in_ram_as_a_picture(box: FlowBox, person: Person) -> None:
    session = box.serve(person, lambda session: session.step is Step.CHECK)
    assert len(session.captures) >= 4
    assert pictures(box) == []
    assert all(held.sealed is None for held in box.kiosk._tray._held.values())


@pytest.mark.parametrize("why", ["day-end", "power", "idle"])
def test_parking_wipes_the_tray(box: FlowBox, person: Person, why: str) -> None:
    box.serve(person, judging)
    box.kiosk.touch(e.ParkWanted(why))
    box.until(lambda desk: desk.mode is Mode.IDLE)
    assert len(box.kiosk._tray) == 0


def leave_by_void(box: FlowBox) -> None:
    box.kiosk.touch(e.Withdrawn())


def leave_by_officer(box: FlowBox) -> None:
    box.kiosk.touch(e.OfficerCancels(VoidReason.WRONG_PERSON, "petugas"))


@pytest.mark.parametrize("leave", [leave_by_void, leave_by_officer])
def test_whoever_withdraws_leaves_no_picture_and_no_blob(
    box: FlowBox, person: Person, leave: Callable[[FlowBox], None]
) -> None:
    session = box.serve(person, late)
    sealed = [c.blob.sha256 for c in session.captures]
    leave(box)
    last = box.serve(person)
    assert last.bundle
    assert last.captures == ()
    assert len(box.kiosk._tray) == 0
    assert [p for p in box.training.data.rglob("*.age") if p.stem in sealed] == []
    (row,) = [r for r in box.rows() if r.name == last.bundle]
    assert row.kind.value == "void"


def test_a_capture_that_was_under_way_when_the_person_withdrew_does_not_come_back(box: FlowBox, person: Person) -> None:
    box.serve(person, judging)
    box.kiosk.touch(e.Withdrawn())
    box.serve(person)
    box.clock.wait(60.0, Stop())
    assert len(box.kiosk._tray) == 0
    assert list((box.training.data / "people").iterdir()) == []


def test_closing_a_person_empties_the_tray(box: FlowBox, person: Person) -> None:
    assert box.serve(person).bundle
    assert len(box.kiosk._tray) == 0


def test_an_answer_that_nobody_awaits_is_dropped_and_its_capture_forgotten(box: FlowBox, person: Person) -> None:
    standing = box.serve(person, late)
    before = len(box.kiosk._tray)
    capture = box.kiosk._tray.put(picture())
    box.kiosk.touch(e.Candidate("an older ticket", capture, ORIGIN))
    box.clock.wait(0.01, Stop())
    assert box.kiosk._tray.get(capture) is None
    assert len(box.kiosk._tray) <= before + 1
    assert standing.record_id


def test_a_picture_that_comes_when_nobody_stands_at_the_box_is_forgotten(box: FlowBox) -> None:
    capture = box.kiosk._tray.put(picture())
    box.kiosk.touch(e.Candidate("an older ticket", capture, ORIGIN))
    box.kiosk.post(d.OfficerEntered())
    box.until(lambda desk: desk.mode is Mode.OFFICER)
    assert len(box.kiosk._tray) == 0


def test_ink_that_comes_twice_is_kept_once(box: FlowBox, person: Person) -> None:
    box.serve(person, lambda session: session.step is Step.ENDORSEMENT and session.phase is Phase.TOUCH)
    for _ in range(2):
        box.kiosk.draw(b'{"height":2,"strokes":[[[0,0,0],[1,1,9]]],"width":2}', e.Endorsement.SIGNATURE, 2, 2)
    session = box.serve(person, lambda session: session.step is Step.REVIEW)
    assert [c.position for c in session.captures].count(Position.SIGNATURE) == 1
    assert all(held.ink is None for held in box.kiosk._tray._held.values())
    assert box.serve(person).bundle
