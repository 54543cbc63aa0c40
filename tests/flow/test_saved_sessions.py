"""What is kept of a person under way, and what an older program kept."""

import json
from dataclasses import fields
from pathlib import Path

from kiosk.core import session as s
from kiosk.core.aside import RAM_ONLY
from kiosk.core.effects import Capture
from kiosk.core.judgement import Hint
from kiosk.core.measures import FingerMeasures
from kiosk.core.record import EYES, FINGERS, Origin, Position, Provenance
from kiosk.core.state import Attempt, Doubt, Phase, Session, Step, recorded
from kiosk.flow import drafts

OLDER = Path(__file__).with_name("session_of_an_older_program.json").read_bytes()
OLD = json.loads(OLDER)


def taken_up() -> tuple[Session, tuple[object, ...]]:
    return s.resume(drafts.load(OLDER), boot=2, officer="petugas")


def test_a_person_whom_an_older_program_left_under_way_goes_on_at_the_same_step() -> None:
    session, effects = taken_up()
    assert (session.step, session.phase, session.asked) == (Step.FINGERS, Phase.ASKING, (Position.RIGHT_MIDDLE,))
    assert [type(effect) for effect in effects] == [Capture]
    assert recorded(session) == (Position.PORTRAIT, *EYES, *FINGERS[:2])
    assert [e.position for e in session.exemptions] == [Position.LEFT_LITTLE]


def test_nothing_that_it_sealed_or_was_told_is_lost() -> None:
    session = drafts.load(OLDER)
    again = json.loads(drafts.dump(session))
    gone = {name for name in OLD if name not in again}
    assert gone - set(RAM_ONLY) == {"tries", "repeats"}  # counts of the attempt that ended with that program
    assert [c.blob.sha256 for c in session.captures] == [made["blob"]["sha256"] for made in OLD["captures"]]
    for name in again.keys() & OLD.keys() - {"captures"}:
        assert again[name] == OLD[name], name
    for made, old in zip(again["captures"], OLD["captures"], strict=True):
        assert old["measures"].items() <= made["measures"].items()
        assert (made["position"], made["blob"], made["attempts"]) == (old["position"], old["blob"], old["attempts"])


def test_what_is_set_aside_comes_back_as_it_was() -> None:
    session, _ = taken_up()
    assert drafts.load(drafts.dump(s.aside.set_aside(session, "power"))) == s.aside.set_aside(session, "power")


def test_pictures_and_templates_are_not_even_named_in_what_is_kept() -> None:
    finger = FingerMeasures(70, 40, 0.6, 5.0)
    attempt = Attempt(Position.RIGHT_MIDDLE, "c99", finger, Origin("simulated", Provenance.SIMULATED), Hint.WIPE_GLASS)
    full = {
        "position": Position.RIGHT_MIDDLE,
        "asked": (Position.RIGHT_MIDDLE,),
        "attempts": (attempt,),
        "candidate": "c99",
        "origin": attempt.origin,
        "noted": Hint.WIPE_GLASS,
        "doubt": Doubt(Position.RIGHT_THUMB, Position.RIGHT_MIDDLE),
        "likened": (Position.RIGHT_MIDDLE, Position.RIGHT_THUMB),
        "remembered": ((Position.RIGHT_THUMB, "c98"),),
    }
    session = Session(**{**{f.name: getattr(drafts.load(OLDER), f.name) for f in fields(Session)}, **full})
    kept = drafts.dump(session)
    assert b"c99" not in kept
    assert b"c98" not in kept
    assert drafts.load(kept) == drafts.load(OLDER)
