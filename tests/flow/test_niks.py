"""A NIK that cannot be, and one that this box knows already."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flow_box import FlowBox

from hal import FakeClock
from kiosk.commands.training import TrainingBox
from kiosk.core import events as e
from kiosk.core.effects import LookUp
from kiosk.core.record import VoidReason
from kiosk.core.region import Zone
from kiosk.core.state import Help, Phase, Session, Step
from kiosk.regency.office import open_office
from kiosk.regency.register import Person as Registered


@pytest.mark.parametrize(
    ("nik", "fault"),
    [
        ("6105013213900001", "no-such-day"),
        ("6105010113900001", "no-such-day"),
        ("6105013002900001", "no-such-day"),
        ("0005011203900001", "no-such-province"),
        ("6105011203900000", "serial-zero"),
        ("123", "not-16-digits"),
        ("61050112039000O1", "not-16-digits"),
        ("６１０５０１１２０３９００００１", "not-16-digits"),
        ("", "not-16-digits"),
    ],
)
def test_an_impossible_nik_is_asked_for_again_with_its_sentence(box: FlowBox, nik: str, fault: str) -> None:
    person = box.person()
    box.start()
    box.serve(person, lambda session: session.step is Step.NIK)
    box.kiosk.touch(e.NikEntered(nik))
    told = box.until(lambda desk: desk.session is not None and desk.session.nik_fault is not None).session
    assert told
    assert (told.step, told.phase, told.nik) == (Step.NIK, Phase.TOUCH, "")
    assert told.nik_fault == fault
    assert box.serve(person).bundle


@pytest.mark.parametrize(
    ("zone", "today"), [(Zone.WIT, "2026-11-23"), (Zone.WITA, "2026-11-23"), (Zone.WIB, "2026-11-22")]
)
def test_the_date_that_ages_are_counted_by_is_that_of_the_place(
    out: Path, training: TrainingBox, zone: Zone, today: str
) -> None:
    past_midnight_in_the_east = FakeClock(datetime(2026, 11, 22, 16, 30, tzinfo=UTC))
    with FlowBox(out, training, clock=past_midnight_in_the_east, zone=zone) as box:
        box.open_day()
        asked = LookUp("ticket", box.nik())
        assert box.in_store(lambda: box.kiosk._carrier._looked_up(asked)).today == today


def registered(training: TrainingBox) -> list[Registered]:
    with open_office(training.office) as office:
        return list(office.register.people())


def test_a_nik_recorded_on_this_box_calls_the_officer_and_may_be_recorded_again_linked(
    box: FlowBox, training: TrainingBox
) -> None:
    first = box.record()
    person = box.person()
    box.start()
    told = box.serve(person, lambda session: session.help is not None)
    assert told.help is Help.NIK_DOUBT
    assert (told.earlier_days, told.linked) == ((1,), first.record_id)
    again = box.serve(person)
    assert again.bundle
    assert again.linked == first.record_id
    assert box.hand_over().written == 2
    assert box.take_in().clean
    statuses = {p.record_id: (str(p.status), p.linked) for p in registered(training)}
    assert statuses[first.record_id] == ("PROCESSING", None)
    assert statuses[again.record_id] == ("PROCESSING", first.record_id)


def test_the_officer_may_also_end_it_and_the_first_record_stays(box: FlowBox, out: Path) -> None:
    first = box.record()
    person = box.person()
    box.start()
    box.serve(person, lambda session: session.help is Help.NIK_DOUBT)
    box.kiosk.touch(e.OfficerCancels(VoidReason.WRONG_PERSON, "petugas"))
    ended: Session = box.serve(person)
    kinds = {row.record_id: row.kind.value for row in box.rows()}
    assert (kinds[first.record_id], kinds[ended.record_id]) == ("person", "void")


def test_somebody_who_is_not_on_the_list_is_recorded_and_flagged(box: FlowBox) -> None:
    nik = "6105015203900777"
    person = box.person(nik=nik)
    box.start()
    session = box.serve(person)
    assert session.bundle
    assert session.resident
    assert (session.resident.nik, session.resident.name, session.listed) == (nik, "", False)
    assert "unlisted" in session.flags
    assert box.hand_over().written == 1
    assert box.take_in().clean
