"""The 1:1 check: which fingers, how many tries, and a result that never stops or accuses anybody."""

from dataclasses import replace

import pytest
from session_visit import OFFICER, ORIGIN, Luck, Visit, finger

from kiosk.core import events as e
from kiosk.core import plan
from kiosk.core.checking import split_scores
from kiosk.core.record import Blob, CheckResult, Lasting, Position, Reason
from kiosk.core.recording import Check, Purpose, SealedCapture
from kiosk.core.state import Phase, Session, Step

RIGHT, LEFT, THUMB, RING = Position.RIGHT_INDEX, Position.LEFT_INDEX, Position.RIGHT_THUMB, Position.LEFT_RING


def capture(position: Position, nfiq2: int | None, purpose: Purpose = Purpose.RECORD) -> SealedCapture:
    return SealedCapture(position, purpose, Blob("a" * 64, 1), ORIGIN, finger(nfiq2))


@pytest.mark.parametrize(
    ("prints", "chosen"),
    [
        ([(THUMB, 80), (RIGHT, 10), (LEFT, 20), (RING, 90)], (LEFT, RIGHT)),
        ([(THUMB, 80), (RIGHT, 10), (RING, 90)], (RIGHT, RING)),
        ([(THUMB, 80), (RING, 90)], (RING, THUMB)),
        ([(THUMB, 80), (RING, None)], (THUMB, RING)),
        ([(THUMB, 5)], (THUMB,)),
        ([], ()),
    ],
)
def test_the_check_takes_index_fingers_first_and_then_the_best(
    prints: list[tuple[Position, int | None]], chosen: tuple[Position, ...]
) -> None:
    captures = [capture(p, score) for p, score in prints]
    assert plan.check_fingers(captures, [p for p, _ in prints]) == chosen


def test_a_finger_without_a_template_in_ram_or_for_another_purpose_is_not_checked() -> None:
    captures = [capture(RIGHT, 80), capture(LEFT, 80), capture(THUMB, 80, Purpose.ENDORSEMENT)]
    assert plan.check_fingers(captures, [LEFT, THUMB]) == (LEFT,)


def test_scores_are_split_into_own_and_best_other() -> None:
    assert split_scores(RIGHT, [(THUMB, "a"), (RIGHT, "b"), (LEFT, "c")], (7, 50, 12)) == (50, 12)
    assert split_scores(RIGHT, [(THUMB, "a")], (7,)) == (0, 7)


def played(*lucks: Luck) -> Session:
    """The session after these outcomes of comparisons, with willing captures between."""
    visit = Visit().at(Step.CHECK)
    for luck in lucks:
        visit.at(Step.CHECK, Phase.COMPARING)
        visit.answer(visit.state.awaits or "", luck)
    return visit.state


GOOD, POOR, OTHER = Luck.GOOD, Luck.POOR, Luck.OTHER_FINGER


@pytest.mark.parametrize(
    ("lucks", "result", "tries", "matched"),
    [
        ((GOOD, GOOD), CheckResult.MATCHED, 2, (RIGHT, LEFT)),
        ((POOR, GOOD, OTHER, GOOD), CheckResult.MATCHED, 4, (RIGHT, LEFT)),
        ((POOR, POOR, POOR, GOOD), CheckResult.NOT_MATCHED, 4, (LEFT,)),
        ((POOR,) * 6, CheckResult.NOT_MATCHED, 6, ()),
        ((OTHER,) * 3 + (GOOD,), CheckResult.WRONG_FINGER, 4, (LEFT,)),
        ((GOOD,) + (OTHER,) * 3, CheckResult.WRONG_FINGER, 4, (RIGHT,)),
        ((OTHER,) * 6, CheckResult.WRONG_FINGER, 6, ()),
        ((OTHER,) * 3 + (POOR,) * 3, CheckResult.NOT_MATCHED, 6, ()),
        ((OTHER, OTHER, POOR, GOOD), CheckResult.NOT_MATCHED, 4, (LEFT,)),
    ],
)
def test_the_check_ends_typed_and_the_session_goes_on(
    lucks: tuple[Luck, ...], result: CheckResult, tries: int, matched: tuple[Position, ...]
) -> None:
    state = played(*lucks)
    assert state.check == Check(result, tries, matched)
    assert (state.step, state.help) == (Step.ENDORSEMENT, None)
    assert state.flags == (() if result is CheckResult.MATCHED else (f"check:{result}",))


@pytest.mark.parametrize("luck", [Luck.FAIL, Luck.USELESS])
def test_prints_that_cannot_be_read_are_tries(luck: Luck) -> None:
    visit = Visit().at(Step.CHECK)
    while visit.state.step is Step.CHECK:
        at = Phase.ASKING if luck is Luck.FAIL else Phase.JUDGING
        visit.at(Step.CHECK, at)
        visit.answer(visit.state.awaits or "", luck)
    assert visit.state.check == Check(CheckResult.NOT_MATCHED, 6)


def test_after_a_park_the_check_is_impossible_and_says_why() -> None:
    visit = Visit().at(Step.CHECK)
    visit.send(e.ParkWanted("power"))
    visit.send(e.ResumeWanted(1, OFFICER))
    assert visit.state.check == Check(CheckResult.IMPOSSIBLE, 0, why="resumed")
    assert visit.state.step is Step.ENDORSEMENT


def test_an_officer_ends_the_check_as_impossible() -> None:
    visit = Visit().at(Step.CHECK, Phase.JUDGING)
    looked_at = visit.state.candidate
    visit.send(e.CannotShow())
    assert looked_at not in visit.tray
    visit.send(e.Exempted((RIGHT,), Reason.BANDAGED, Lasting.TEMPORARY, OFFICER))
    assert visit.state.check == Check(CheckResult.IMPOSSIBLE, 0, why="by-officer")
    assert visit.state.exemptions == ()
    assert (visit.state.candidate, visit.state.purpose) == (None, Purpose.RECORD)


def test_a_sensor_that_is_gone_costs_no_try() -> None:
    visit = Visit().at(Step.CHECK)
    visit.answer(visit.state.awaits or "", Luck.DEVICE_GONE)
    visit.send(e.OfficerContinues(OFFICER))
    visit.at(Step.ENDORSEMENT)
    assert visit.state.check == Check(CheckResult.MATCHED, 2, (RIGHT, LEFT))


def test_help_in_the_check_goes_on_at_the_same_finger() -> None:
    visit = Visit().at(Step.CHECK, Phase.ASKING, LEFT)
    visit.send(e.HelpAsked())
    visit.send(e.OfficerContinues(OFFICER))
    assert (visit.state.step, visit.state.position) == (Step.CHECK, LEFT)


def test_the_checks_prints_are_not_sealed_and_not_kept() -> None:
    visit = Visit().at(Step.ENDORSEMENT)
    assert all(c.purpose is Purpose.RECORD for c in visit.state.captures)
    assert set(visit.tray) == {capture for _, capture in visit.state.remembered}
    assert replace(visit.state, candidate=None) == visit.state
