"""What is kept aside: both sides of a fork, and bundles of boxes that are not certified yet."""

from pathlib import Path

import pytest
from regency_boxes import Box
from regency_desk import accepted, reasons, taken
from regency_people import RECORD_ID

from kiosk.exchange import stick as sticks
from kiosk.exchange import stick_layout
from kiosk.exchange.errors import Reason
from kiosk.regency import sorting
from kiosk.regency.office import Office
from kiosk.regency.result import Asking, Named
from kiosk.regency.take_in import take_in


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A later stick with nothing on it."""
    (tmp_path / "empty").mkdir()
    return tmp_path / "empty"


def ask(stick: Path, box: Box) -> None:
    sticks.write_file(stick, stick_layout.request(box.name, box.incarnation), box.request())


def test_both_sides_of_a_fork_are_kept_and_named(office: Office, box: Box, stick: Path) -> None:
    first = box.commission()
    twin = box.copy()
    ours, theirs = box.person(record_id=RECORD_ID), twin.person()
    taken(office, stick, first, ours)
    result = taken(office, stick, theirs)
    assert result.quarantined == (Named(theirs.name, Reason.FORK, (ours.hash,)),)
    assert office.register.held("disputed")[0].manifest == ours.hash
    aside = office.quarantine / theirs.hash / theirs.name
    assert {p.name: p.read_bytes() for p in aside.iterdir()} == theirs.files
    assert theirs.hash not in accepted(office, stick, box)
    assert theirs.name in sticks.bundles(stick)
    assert take_in(office, stick).quarantined == result.quarantined


def test_what_follows_a_fork_waits_with_it(office: Office, box: Box, stick: Path) -> None:
    first = box.commission()
    twin = box.copy()
    taken(office, stick, first, box.void())
    theirs, after = twin.person(), twin.void()
    taken(office, stick, theirs)
    assert reasons(taken(office, stick, after).quarantined) == [Reason.FORK, Reason.FORK]


def test_a_restored_card_with_a_new_incarnation_is_another_chain(office: Office, box: Box, stick: Path) -> None:
    reborn = Box(office, incarnation="00000002").certified()
    result = taken(office, stick, box.commission(), reborn.commission())
    assert len(result.accepted) == 2
    assert result.clean


@pytest.mark.parametrize("name", ["SINTANG-03", "SINTANG-09"], ids=["new key", "new box"])
def test_who_asks_for_a_certificate_waits_and_comes_in_once_it_is_given(
    office: Office, box: Box, stick: Path, empty: Path, name: str
) -> None:
    new = Box(office, name, incarnation="00000002")
    bundles = [new.commission(), new.person()]
    ask(stick, new)
    result = taken(office, stick, *bundles)
    assert reasons(result.quarantined) == [Reason.UNKNOWN_INCARNATION] * 2
    assert (result.refused, result.rejected) == ((), ())
    assert result.asking == (Asking(new.name, new.incarnation),)
    assert (office.register.held(), office.register.people()) == ([], [])
    assert sticks.bundles(stick) == tuple(b.name for b in bundles)
    new.certified()
    assert take_in(office, empty).accepted == tuple(b.name for b in bundles)
    assert accepted(office, empty, new) == {b.hash for b in bundles}
    assert list(office.quarantine.iterdir()) == []
    assert take_in(office, stick).known == tuple(b.name for b in bundles)


def test_a_new_key_of_a_known_box_waits_without_asking_too(office: Office, box: Box, stick: Path, empty: Path) -> None:
    new = Box(office, incarnation="00000002")
    bundle = new.commission()
    assert reasons(taken(office, stick, bundle).quarantined) == [Reason.UNKNOWN_INCARNATION]
    new.certified()
    assert take_in(office, empty).accepted == (bundle.name,)


def test_what_the_asking_box_did_not_sign_is_refused(office: Office, stick: Path) -> None:
    new = Box(office, "SINTANG-09")
    ask(stick, new)
    forged = Box(office, new.name, new.incarnation).commission()
    result = taken(office, stick, forged)
    assert (reasons(result.refused), result.quarantined) == ([Reason.BAD_SIGNATURE], ())
    assert list(office.quarantine.iterdir()) == []


def test_a_request_speaks_for_its_own_incarnation_alone(office: Office, stick: Path) -> None:
    new = Box(office, "SINTANG-09")
    ask(stick, new)
    other = Box(office, new.name, "00000002", key=new.key).commission()
    assert reasons(taken(office, stick, other).refused) == [Reason.UNKNOWN_BOX]


def test_a_request_under_another_boxs_name_is_refused_and_vouches_for_nobody(office: Office, stick: Path) -> None:
    new, liar = Box(office, "SINTANG-09"), Box(office, "SINTANG-10")
    sticks.write_file(stick, stick_layout.request(new.name, new.incarnation), liar.request())
    result = taken(office, stick, liar.commission(), new.commission())
    assert (reasons(result.refused), result.asking) == ([Reason.UNKNOWN_BOX] * 2, ())
    assert sticks.is_refused(stick, stick_layout.request(new.name, new.incarnation))


def test_a_request_that_is_none_is_refused_and_stops_nobody(office: Office, box: Box, stick: Path) -> None:
    good = box.commission()
    name = stick_layout.request("SINTANG-09", "9f3c01ab")
    sticks.write_file(stick, name, b"x")
    assert taken(office, stick, good).accepted == (good.name,)
    assert sticks.is_refused(stick, name)


def test_a_build_that_believes_whoever_asks_is_caught(
    office: Office, stick: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sorting, "open_own", lambda *a: None)
    with pytest.raises(AssertionError):
        test_what_the_asking_box_did_not_sign_is_refused(office, stick)


def test_a_forger_who_waited_for_a_certificate_stays_in_quarantine(
    office: Office, box: Box, stick: Path, empty: Path
) -> None:
    forged = Box(office, incarnation="00000002").commission()
    taken(office, stick, forged)
    Box(office, incarnation="00000002").certified()
    assert reasons(take_in(office, empty).refused) == [Reason.BAD_SIGNATURE]
    assert office.register.held() == []
    assert (office.quarantine / forged.hash).is_dir()
