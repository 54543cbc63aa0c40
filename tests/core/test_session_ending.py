"""How a visit ends: endorsement, review, closing, withdrawal."""

import pytest
from session_visit import INK, OFFICER, Luck, Visit

from kiosk.core import effects as f
from kiosk.core import events as e
from kiosk.core import session
from kiosk.core.record import (
    CheckResult,
    Endorsement,
    Lasting,
    Position,
    Reason,
    VoidReason,
)
from kiosk.core.recording import Check, Purpose
from kiosk.core.state import Help, Phase, Step, recorded


def exempted(visit: Visit, *positions: Position) -> None:
    assert visit.send(e.Exempted(positions, Reason.AMPUTATED, Lasting.PERMANENT, OFFICER))


def test_a_thumb_print_before_a_witness_is_as_good_as_ink() -> None:
    visit = Visit().at(Step.FINGERS)
    exempted(visit, Position.RIGHT_THUMB)
    visit.at(Step.ENDORSEMENT)
    visit.send(e.ThumbPrintChosen())
    assert visit.state.help is Help.WITNESS
    visit.send(e.OfficerContinues(OFFICER))
    ask = visit.outstanding[visit.state.awaits or ""]
    assert isinstance(ask, f.Capture)
    assert ask.positions == (Position.LEFT_THUMB,)
    visit.at(Step.REVIEW)
    assert visit.state.endorsement is Endorsement.THUMB_PRINT
    assert recorded(visit.state, Purpose.ENDORSEMENT) == (Position.THUMB_PRINT,)


def test_a_thumb_print_that_cannot_be_given_leads_back_to_the_choice() -> None:
    visit = Visit().at(Step.ENDORSEMENT)
    visit.send(e.ThumbPrintChosen())
    visit.send(e.OfficerContinues(OFFICER))
    visit.send(e.CannotShow())
    exempted(visit, Position.THUMB_PRINT)
    assert (visit.state.step, visit.state.endorsement, visit.state.exemptions) == (Step.ENDORSEMENT, None, ())


def test_ink_that_never_became_durable_endorses_nothing() -> None:
    visit = Visit().at(Step.ENDORSEMENT, Phase.SEALING)
    visit.send(e.ParkWanted("power"))
    visit.send(e.ResumeWanted(1, OFFICER))
    assert (visit.state.step, visit.state.endorsement) == (Step.ENDORSEMENT, None)


def test_a_sealed_signature_survives_the_park() -> None:
    visit = Visit().at(Step.REVIEW)
    visit.send(e.ParkWanted("power"))
    visit.send(e.ResumeWanted(2, OFFICER))
    assert (visit.state.step, visit.state.endorsement) == (Step.REVIEW, Endorsement.SIGNATURE)


def test_a_second_signature_before_the_first_is_durable_is_forgotten() -> None:
    visit = Visit().at(Step.ENDORSEMENT, Phase.SEALING)
    assert not visit.send(e.Inked("again", Endorsement.MARK, INK))
    assert "again" not in visit.tray


@pytest.mark.parametrize("position", [Position.PORTRAIT, Position.EYE_LEFT, Position.LEFT_LITTLE, Position.SIGNATURE])
def test_a_retaken_position_is_recorded_once(position: Position) -> None:
    visit = Visit().at(Step.REVIEW)
    old = next(c.blob for c in visit.state.captures if c.position is position)
    visit.send(e.Retaken(position, OFFICER))
    visit.at(Step.REVIEW)
    again = [c.blob for c in visit.state.captures if c.position is position]
    assert len(again) == 1
    assert again != [old]


def test_a_thumb_print_in_place_of_the_signature_replaces_it() -> None:
    visit = Visit().at(Step.REVIEW)
    visit.send(e.Retaken(Position.THUMB_PRINT, OFFICER))
    assert (visit.state.step, visit.state.endorsement) == (Step.ENDORSEMENT, None)
    assert not recorded(visit.state, Purpose.ENDORSEMENT)


def test_a_checked_finger_that_is_retaken_is_checked_again() -> None:
    visit = Visit().at(Step.REVIEW)
    visit.send(e.Retaken(Position.RIGHT_INDEX, OFFICER))
    assert visit.state.check is None
    visit.at(Step.CHECK).at(Step.REVIEW)
    assert visit.state.check == Check(CheckResult.MATCHED, 2, (Position.LEFT_INDEX, Position.RIGHT_INDEX))


def test_a_finger_that_was_not_checked_is_retaken_without_another_check() -> None:
    visit = Visit().at(Step.REVIEW)
    visit.send(e.Retaken(Position.LEFT_LITTLE, OFFICER))
    assert visit.state.check is not None


def test_an_exemption_that_was_a_mistake_is_taken_back() -> None:
    visit = Visit().at(Step.FINGERS)
    exempted(visit, Position.RIGHT_THUMB)
    visit.at(Step.REVIEW)
    visit.send(e.Retaken(Position.RIGHT_THUMB, OFFICER))
    assert (visit.state.position, visit.state.exemptions) == (Position.RIGHT_THUMB, ())


def test_a_withdrawal_destroys_every_capture_by_name() -> None:
    visit = Visit().at(Step.REVIEW)
    blobs = {c.blob for c in visit.state.captures}
    _, effects = session.step(visit.state, e.Withdrawn())
    void = next(x for x in effects if isinstance(x, f.Void))
    assert set(void.destroyed) == blobs
    assert (void.reason, void.officer) == ("withdrawn", OFFICER)
    assert f.Forget(None) in effects
    assert f.StopCapture() in effects


@pytest.mark.parametrize("luck", [Luck.GOOD, Luck.FAIL])
def test_a_withdrawal_during_the_sealing_waits_for_it(luck: Luck) -> None:
    visit = Visit().at(Step.FINGERS, Phase.SEALING)
    sealed = len(visit.state.captures)
    visit.send(e.Withdrawn())
    assert (visit.state.step, visit.state.phase) == (Step.VOIDING, Phase.SEALING)
    visit.answer(visit.state.awaits or "", luck)
    void = visit.outstanding[visit.state.awaits or ""]
    assert isinstance(void, f.Void)
    assert len(void.destroyed) == sealed + (luck is Luck.GOOD)


def test_a_bundle_that_could_not_be_closed_is_closed_when_there_is_room() -> None:
    visit = Visit().at(Step.CLOSING)
    visit.answer(visit.state.awaits or "", Luck.FAIL)
    assert visit.state.help is Help.STORAGE
    visit.send(e.OfficerContinues(OFFICER))
    visit.at(Step.SLIP)
    assert visit.state.bundle


def test_an_officer_who_cancels_before_consent_leaves_nothing() -> None:
    visit = Visit().at(Step.NOTICE)
    _, effects = session.step(visit.state, e.OfficerCancels(VoidReason.CANCELLED, OFFICER))
    assert effects == (f.Discard(visit.state.record_id),)


def test_an_officer_who_cancels_leaves_a_void_with_the_reason() -> None:
    visit = Visit().at(Step.FINGERS)
    visit.send(e.OfficerCancels(VoidReason.WRONG_PERSON, OFFICER))
    assert (visit.state.void_reason, visit.state.void_officer) == ("wrong-person", OFFICER)
