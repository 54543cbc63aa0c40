"""From the first question to the biodata, and what a whole visit leaves."""

from dataclasses import replace
from datetime import date

import pytest
from session_visit import NIK, OFFICER, Luck, Visit, a_session

from kiosk.core import effects as f
from kiosk.core import events as e
from kiosk.core import session
from kiosk.core.closing import UNATTESTED, recording
from kiosk.core.record import (
    EYES,
    FINGERS,
    Attestation,
    CheckResult,
    Endorsement,
    Position,
    Resident,
    Sex,
)
from kiosk.core.recording import Check, ConsentBy, Purpose
from kiosk.core.session import IllegalEvent
from kiosk.core.state import Help, Phase, Step, recorded


def looked_up(visit: Visit, **known: object) -> e.LookedUp:
    """The answer to the look-up that is awaited."""
    usual = {
        "resident": None,
        "status": None,
        "earlier": (),
        "earlier_days": (),
        "today": "2026-11-22",
        "confident": True,
    }
    return e.LookedUp(visit.state.awaits or "", **{**usual, **known})  # type: ignore[arg-type]


def at_lookup() -> Visit:
    return Visit().at(Step.NIK, Phase.LOOKING_UP)


def test_a_whole_person_is_recorded_in_the_order_of_the_office() -> None:
    visit = Visit()
    visit.state = replace(visit.state, order=(*FINGERS[5:], *FINGERS[:5]))
    visit.at(Step.REVIEW)
    assert recorded(visit.state) == (Position.PORTRAIT, *EYES, *FINGERS[5:], *FINGERS[:5])
    assert recorded(visit.state, Purpose.ENDORSEMENT) == (Position.SIGNATURE,)
    assert visit.state.check == Check(CheckResult.MATCHED, 2, (Position.LEFT_INDEX, Position.RIGHT_INDEX))
    assert visit.state.flags == ()


def test_the_recording_that_is_closed_holds_everything() -> None:
    visit = Visit().at(Step.BIODATA)
    visit.send(e.Attested(Attestation(OFFICER, 1, 2.0)))
    visit.at(Step.CLOSING)
    made = recording(visit.state)
    assert len(made.captures) == 14
    assert made.resident.nik == NIK
    assert made.endorsement is Endorsement.SIGNATURE
    assert UNATTESTED not in made.flags


def test_without_an_officers_word_the_recording_says_so() -> None:
    assert UNATTESTED in recording(Visit().at(Step.CLOSING).state).flags


def test_nobody_without_biodata_is_closed() -> None:
    with pytest.raises(ValueError, match="cannot be closed"):
        recording(a_session())


def test_the_first_question_does_not_wait_for_ever() -> None:
    state, effects = session.begin(a_session())
    assert effects == (f.Timer(state.idle or "", session.IDLE_S),)


def test_tickets_of_two_people_of_one_boot_differ() -> None:
    other, effects = session.begin(a_session("cd" * 16))
    assert effects != session.begin(a_session())[1]
    assert other.idle is not None


def test_somebody_who_walks_away_before_consent_leaves_nothing() -> None:
    visit = Visit().at(Step.NOTICE)
    after, effects = session.step(visit.state, e.TimeOver(visit.state.idle or ""))
    assert after.step is Step.GONE
    assert effects == (f.Discard(visit.state.record_id),)


def test_somebody_who_walks_away_after_consent_is_parked() -> None:
    visit = Visit().at(Step.REVIEW)
    visit.send(e.TimeOver(visit.state.idle or ""))
    assert (visit.state.parked, visit.state.step) == ("idle", Step.REVIEW)


@pytest.mark.parametrize("typed", ["", "123", NIK + "1", "61050141078000x1", "６１０５０１４１０７８００００１"])
def test_what_is_not_16_digits_is_not_looked_up(typed: str) -> None:
    visit = Visit().at(Step.NIK)
    visit.send(e.NikEntered(typed))
    assert (visit.state.phase, visit.state.nik, visit.state.nik_fault) == (Phase.TOUCH, "", "not-16-digits")


def test_an_impossible_unlisted_nik_is_asked_for_again() -> None:
    visit = at_lookup()
    visit.state = replace(visit.state, nik="9905014107800001")
    visit.send(looked_up(visit))
    assert (visit.state.step, visit.state.nik_fault) == (Step.NIK, "no-such-province")


def test_a_listed_nik_is_valid_whatever_its_parts() -> None:
    visit = at_lookup()
    visit.state = replace(visit.state, nik="9905019999990000")
    known = Resident("9905019999990000", "SITI", date(1980, 1, 1), Sex.FEMALE, "SINTANG")
    visit.send(looked_up(visit, resident=known, status="UNREGISTERED"))
    assert (visit.state.step, visit.state.help) == (Step.BIODATA, None)


def test_an_unlisted_person_gets_no_invented_name_and_an_officer() -> None:
    visit = at_lookup()
    visit.send(looked_up(visit))
    resident = visit.state.resident
    assert resident is not None
    assert (resident.name, resident.place, resident.birth.year, resident.sex) == ("", "", 1980, Sex.FEMALE)
    assert visit.state.help is Help.NIK_DOUBT
    assert "unlisted" in visit.state.flags


def test_somebody_recorded_on_this_box_before_may_be_recorded_again_linked() -> None:
    visit = at_lookup()
    visit.answer(visit.state.awaits or "", Luck.OTHER_FINGER)
    assert visit.state.help is Help.NIK_DOUBT
    assert visit.state.earlier_days == (1,)
    visit.at(Step.CLOSING)
    assert recording(visit.state).linked == "cd" * 16
    assert "recorded-on-this-box" in recording(visit.state).flags


def test_a_clock_that_was_reset_refuses_no_nik_and_makes_nobody_too_young() -> None:
    visit = at_lookup()
    visit.send(looked_up(visit, today="1970-01-01", confident=False))
    assert visit.state.step is Step.BIODATA
    assert not {"too-young", "minor"} & set(visit.state.flags)


def test_the_own_consent_of_a_minor_calls_the_officer_who_notes_the_guardians() -> None:
    visit = at_lookup()
    visit.answer(visit.state.awaits or "", Luck.POOR)
    assert visit.state.help is Help.NIK_DOUBT
    with pytest.raises(IllegalEvent):
        session.step(visit.state, e.Agreed())
    visit.send(e.Agreed(ConsentBy.GUARDIAN, OFFICER))
    assert (visit.state.step, visit.state.help) == (Step.BIODATA, None)
    consent = recording(visit.at(Step.CLOSING).state).consent
    assert (consent.by, consent.officer, consent.language) == (ConsentBy.GUARDIAN, OFFICER, "id")


def test_a_minor_with_a_guardians_consent_goes_on_alone() -> None:
    visit = Visit().at(Step.NOTICE)
    visit.send(e.Agreed(ConsentBy.SCHOOL, OFFICER))
    visit.at(Step.NIK, Phase.LOOKING_UP)
    visit.answer(visit.state.awaits or "", Luck.POOR)
    assert visit.state.help is None


def test_a_guardians_consent_needs_an_officer() -> None:
    with pytest.raises(IllegalEvent):
        session.step(Visit().at(Step.NOTICE).state, e.Agreed(ConsentBy.GUARDIAN))


def test_without_a_nik_there_are_no_biometrics_but_a_slip() -> None:
    visit = Visit().at(Step.NIK)
    visit.send(e.NoNik())
    assert (visit.state.void_reason, visit.state.captures) == ("no-nik", ())
    visit.at(Step.SLIP)


def test_a_correction_is_noted_and_the_register_stays() -> None:
    visit = Visit().at(Step.BIODATA)
    visit.send(e.BiodataDisputed())
    visit.send(e.Corrected("name", "SITI A", OFFICER))
    assert visit.state.help is Help.DISPUTED
    made = recording(visit.at(Step.CLOSING).state)
    assert [c.value for c in made.corrections] == ["SITI A"]
    assert made.resident.name == "SITI"
