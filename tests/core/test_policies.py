"""Small rules as tables: who may be recorded, what the battery allows, how long blobs stay, what a status asks."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.core import retention
from kiosk.core.eligibility import NEEDS_OFFICER, Advice, Standing, advise, age_on
from kiosk.core.officer import Unattested, attest, still_owed
from kiosk.core.padding import IMAGE_STEP, TEXT_STEP, pad, unpad
from kiosk.core.power import Charge, Power, allows, may_resume, may_start
from kiosk.core.status import MUST_BE_RECORDED_AGAIN, Status, person_must_return

TODAY = date(2026, 11, 22)
GROWN = date(1980, 1, 1)


def born(years: int, days_later: int = 0) -> date:
    return date(TODAY.year - years, TODAY.month, TODAY.day + days_later)


# Who may be recorded


@pytest.mark.parametrize(
    ("standing", "confident", "advice"),
    [
        (Standing(GROWN, "UNREGISTERED", False), True, {Advice.CLEAR}),
        (Standing(GROWN, None, False), True, {Advice.UNLISTED}),
        (Standing(GROWN, "DEAD", False), True, {Advice.LISTED_DEAD}),
        (Standing(GROWN, "BIO_CAPTURED", False), True, {Advice.ALREADY_RECORDED}),
        (Standing(GROWN, "A_WORD_NOBODY_KNOWS", False), True, {Advice.ALREADY_RECORDED}),
        (Standing(GROWN, "UNREGISTERED", True), True, {Advice.RECORDED_ON_THIS_BOX}),
        (Standing(GROWN, None, True), True, {Advice.RECORDED_ON_THIS_BOX, Advice.UNLISTED}),
        (Standing(born(18), "UNREGISTERED", False), True, {Advice.CLEAR}),
        (Standing(born(18, 1), "UNREGISTERED", False), True, {Advice.MINOR}),
        (Standing(born(17), "UNREGISTERED", False), True, {Advice.MINOR}),
        (Standing(born(17, 1), "UNREGISTERED", False), True, {Advice.AHEAD_OF_17, Advice.MINOR}),
        (Standing(born(16), "UNREGISTERED", False), True, {Advice.AHEAD_OF_17, Advice.MINOR}),
        (Standing(born(16, 1), "UNREGISTERED", False), True, {Advice.TOO_YOUNG, Advice.MINOR}),
        (Standing(born(16, 1), "UNREGISTERED", False, married=True), True, {Advice.CLEAR}),
        (Standing(born(16, 1), "UNREGISTERED", False), False, {Advice.AHEAD_OF_17}),
        (Standing(born(17), "UNREGISTERED", False), False, {Advice.CLEAR}),
        (
            Standing(born(5), None, True),
            True,
            {Advice.RECORDED_ON_THIS_BOX, Advice.UNLISTED, Advice.TOO_YOUNG, Advice.MINOR},
        ),
    ],
)
def test_the_rule_advises(standing: Standing, confident: bool, advice: set[Advice]) -> None:
    assert set(advise(standing, TODAY, confident)) == advice


def test_every_advice_is_given_to_somebody() -> None:
    given_out = {
        advice
        for status in ("UNREGISTERED", "DEAD", "PROCESSING", None)
        for birth in (GROWN, born(16), born(3))
        for here in (True, False)
        for advice in advise(Standing(birth, status, here), TODAY, True)
    }
    assert given_out == set(Advice)
    assert set(Advice) - NEEDS_OFFICER == {Advice.CLEAR, Advice.AHEAD_OF_17, Advice.MINOR}


@given(st.dates(date(1920, 1, 1), date(2030, 1, 1)), st.dates(date(1970, 1, 1), date(2100, 1, 1)))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_an_uncertain_clock_makes_nobody_too_young(birth: date, today: date) -> None:
    assert not {Advice.TOO_YOUNG, Advice.MINOR} & set(advise(Standing(birth, "UNREGISTERED", False), today, False))


def test_a_leap_day_birthday_is_kept_in_march() -> None:
    assert age_on(date(2008, 2, 29), date(2025, 2, 28)) == 16
    assert age_on(date(2008, 2, 29), date(2025, 3, 1)) == 17


# The battery


@pytest.mark.parametrize(
    ("fraction", "allowed", "start", "resume"),
    [
        (1.0, Power.FINE, True, True),
        (0.25, Power.FINE, True, True),
        (0.2499, Power.WARN, True, True),
        (0.15, Power.WARN, True, True),
        (0.1499, Power.NO_NEW_PERSON, False, False),
        (0.08, Power.NO_NEW_PERSON, False, False),
        (0.0799, Power.PARK, False, False),
        (0.05, Power.PARK, False, False),
        (0.0499, Power.HALT, False, False),
        (0.0, Power.HALT, False, False),
    ],
)
def test_what_the_battery_allows_at_its_limits(fraction: float, allowed: Power, start: bool, resume: bool) -> None:
    charge = Charge(fraction, external=False)
    assert (allows(charge), may_start(charge), may_resume(charge)) == (allowed, start, resume)


@pytest.mark.parametrize("charge", [None, Charge(0.0, external=True)])
def test_external_power_allows_everything(charge: Charge | None) -> None:
    assert (allows(charge), may_start(charge), may_resume(charge)) == (Power.FINE, True, True)


@given(st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_more_charge_never_allows_less(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert allows(Charge(low, False)) >= allows(Charge(high, False))


@given(st.floats(0, 1))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_somebody_who_may_start_or_go_on_is_not_parked_at_once(fraction: float) -> None:
    charge = Charge(fraction, False)
    assert not (may_start(charge) or may_resume(charge)) or allows(charge) < Power.PARK


# Room


@pytest.mark.parametrize(("free", "days"), [(1_000_000_000, 7), (999_999_999, 0), (0, 0)])
def test_receipted_blobs_stay_for_a_grace_while_there_is_room(free: int, days: int) -> None:
    assert retention.grace_days(free) == days


def test_an_agreed_grace_is_kept_and_the_tours_is_none() -> None:
    assert retention.grace_days(10**12, 0) == 0
    assert retention.grace_days(10**12, 30) == 30


@pytest.mark.parametrize(("free", "room"), [(300_000_000, True), (299_999_999, False)])
def test_nobody_is_started_without_room(free: int, room: bool) -> None:
    assert retention.room_for_a_person(free) is room


# Statuses and officers


@pytest.mark.parametrize("word", [*Status, "A_WORD_NOBODY_KNOWS", ""])
def test_only_an_enrolment_failure_asks_the_person_to_come_again(word: str) -> None:
    assert person_must_return(word) is (word in {s.value for s in MUST_BE_RECORDED_AGAIN})


def test_a_failed_search_or_a_duplicate_asks_nothing_of_the_person() -> None:
    assert not person_must_return(Status.SEARCH_FAILURE_AT_CENTRAL)
    assert not person_must_return(Status.DUPLICATE_RECORD)


def test_an_attestation_has_a_name() -> None:
    assert attest("petugas-1", 3, 4.5).officer == "petugas-1"
    with pytest.raises(ValueError, match="officer"):
        attest("", 3, 4.5)


def test_the_day_owes_an_attestation_for_everybody_whom_none_names() -> None:
    closed = (Unattested("A", "a" * 64), Unattested("B", "b" * 64))
    assert still_owed(closed, frozenset({"a" * 64})) == closed[1:]
    assert still_owed(closed, frozenset()) == closed


# Padding


@given(st.binary(max_size=20_000), st.sampled_from([TEXT_STEP, IMAGE_STEP]))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_what_was_padded_comes_back_and_its_length_tells_little(plain: bytes, step: int) -> None:
    padded = pad(plain, step)
    assert unpad(padded) == plain
    assert len(padded) % step == 0
    assert len(padded) - len(plain) - 8 < step


@pytest.mark.parametrize(
    "wrong", [b"", b"\0" * 7, (5).to_bytes(8, "big"), (1).to_bytes(8, "big") + b"ax", b"\xff" * 16]
)
def test_padding_that_does_not_fit_is_refused(wrong: bytes) -> None:
    with pytest.raises(ValueError, match="padding"):
        unpad(wrong)
