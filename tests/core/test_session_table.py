"""The table itself: every row is walked, parking works in every situation, and the drawing is the table."""

from dataclasses import replace
from pathlib import Path

import pytest
from session_visit import OFFICER, Visit
from session_walk import explored, place

from kiosk.core import events as e
from kiosk.core import session
from kiosk.core.diagram import dot
from kiosk.core.session import TRANSITIONS, IllegalEvent
from kiosk.core.state import Help, Phase, Session, Step

DRAWN = Path(__file__).parents[2] / "docs" / "session.dot"
UNFINISHED = [s for s in Step if s not in (Step.SLIP, Step.GONE)]


def situations(*steps: Step) -> list[Session]:
    """One state for every situation at these steps."""
    return [state for state in explored()[0].values() if state.step in steps]


def after_resume(state: Session) -> set[Step]:
    """Where a parked person may stand again: the same step, but the check ends, for its prints lived in RAM."""
    return {Step.CHECK, Step.ENDORSEMENT, Step.REVIEW} if state.step is Step.CHECK else {state.step}


def test_every_row_of_the_table_is_walked_at_each_of_its_steps() -> None:
    pairs = {(step, row.event) for row in TRANSITIONS for step in row.at}
    assert pairs == explored()[1]


def test_no_two_rows_say_what_one_event_does_at_one_step() -> None:
    pairs = [(step, row.event) for row in TRANSITIONS for step in row.at]
    assert len(pairs) == len(set(pairs))


def test_the_walks_meet_every_phase_and_every_reason_for_help() -> None:
    met = situations(*Step)
    assert {s.phase for s in met} == set(Phase)
    assert {s.help for s in met} == {*Help, None}
    assert {s.step for s in met} == set(Step)


@pytest.mark.parametrize("step", UNFINISHED)
def test_a_person_parked_in_any_situation_goes_on_at_the_same_step(step: Step) -> None:
    for state in situations(step):
        if state.parked:
            continue
        parked, _ = session.step(state, e.ParkWanted("power"))
        assert (parked.step, parked.help, parked.captures) == (state.step, state.help, state.captures)
        for boot in (state.boot, state.boot + 1):
            again, _ = session.step(parked, e.ResumeWanted(boot, OFFICER))
            assert again.step in after_resume(state), place(state)
            assert again.parked is None
            assert again.captures == state.captures
            assert again.exemptions == state.exemptions


@pytest.mark.parametrize("step", UNFINISHED)
def test_a_crash_in_any_situation_loses_nothing_that_was_sealed(step: Step) -> None:
    for state in situations(step):
        again, _ = session.resume(state, state.boot + 1, OFFICER)
        assert again.step in after_resume(state), place(state)
        assert again.captures == state.captures
        assert again.help == state.help


@pytest.mark.parametrize("step", [s for s in UNFINISHED if s not in (Step.CLOSING, Step.VOIDING)])
def test_from_any_situation_a_withdrawal_ends_in_a_void_or_in_nothing_at_all(step: Step) -> None:
    for state in situations(step):
        if state.parked:
            continue
        after, effects = session.step(state, e.Withdrawn())
        assert after.step is (Step.GONE if state.consent is None else Step.VOIDING)
        assert after.phase is not Phase.SEALING or state.phase is Phase.SEALING
        assert effects or after.phase is Phase.SEALING


def test_nothing_happens_after_the_end() -> None:
    gone = Visit().at(Step.SLIP)
    gone.send(e.Done())
    for state in (gone.state, *situations(Step.GONE)):
        for event in (
            e.HelpAsked(),
            e.OfficerContinues(OFFICER),
            e.ParkWanted("x"),
            e.Withdrawn(),
            e.StorageFailed("full"),
            e.Stumbled(),
        ):
            with pytest.raises(IllegalEvent):
                session.step(state, event)


def test_a_parked_person_hears_nothing_but_the_resume() -> None:
    parked, _ = session.step(Visit().at(Step.FINGERS).state, e.ParkWanted("power"))
    for event in (e.CannotShow(), e.Withdrawn(), e.ParkWanted("stop"), e.HelpAsked()):
        with pytest.raises(IllegalEvent):
            session.step(parked, event)


def test_a_resume_without_a_park_is_illegal() -> None:
    with pytest.raises(IllegalEvent):
        session.step(Visit().state, e.ResumeWanted(1, OFFICER))


def test_a_row_that_leads_elsewhere_than_it_says_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    key = (Step.LANGUAGE, e.LanguageChosen)
    lying = replace(session._ROWS[key], to=frozenset({Step.REVIEW}))
    monkeypatch.setitem(session._ROWS, key, lying)
    with pytest.raises(IllegalEvent, match="may not lead"):
        session.step(Visit().state, e.LanguageChosen("id"))


def test_the_drawing_in_docs_is_of_this_table() -> None:
    assert DRAWN.read_text(encoding="utf-8") == dot(), (
        "run: python -m kiosk.core.diagram > docs/session.dot, then dot -Tsvg"
    )
    assert DRAWN.with_suffix(".svg").is_file()
