"""Two boxes from one copied card, and a box that was put back to an old card image."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from flow_box import FlowBox

from kiosk.commands.training import TrainingBox
from kiosk.core.state import Session
from kiosk.exchange.errors import Reason
from kiosk.regency.result import TakeInResult
from kiosk.store import BundleRow


def image_of(training: TrainingBox, target: Path) -> Path:
    """The card, bit for bit."""
    shutil.copytree(training.data.parent, target)
    return target


def from_image(training: TrainingBox, image: Path) -> TrainingBox:
    """A box that runs from that card; the office is the same."""
    return replace(training, papers=image / "papers", data=image / "data")


def names(rows: tuple[BundleRow, ...], incarnation: str) -> dict[int, str]:
    return {row.seq: row.manifest_hash for row in rows if row.incarnation == incarnation}


def assert_nothing_lost(box: FlowBox, sessions: list[Session]) -> None:
    """Whoever was recorded stands on the card or, receipted, at the office, with every blob."""
    for session in sessions:
        blobs = {f"{c.blob.sha256}.age" for c in session.captures}
        places = [box.training.data / "outbox" / session.bundle, box.training.office / "bundles" / session.bundle]
        places += list((box.training.office / "quarantine").glob(f"*/{session.bundle}"))
        assert any(blobs <= {p.name for p in place.glob("*.age")} for place in places), session.bundle


def test_a_copied_card_in_another_box_begins_a_new_incarnation(out: Path, training: TrainingBox) -> None:
    copy = from_image(training, image_of(training, out / "copy"))
    with FlowBox(out, training) as box:
        first = box.kiosk.identity.incarnation
    with FlowBox(out, copy, board="board-2") as box:
        assert box.kiosk.identity.incarnation != first


def day_of(out: Path, training: TrainingBox, people: list[int], board: str = "board-1") -> list[Session]:
    """A day on this card: these people, one handover."""
    with FlowBox(out, training, board=board) as box:
        box.open_day()
        sessions = [box.record(number) for number in people]
        assert box.hand_over().trouble is None
        return sessions


def office_of(out: Path, training: TrainingBox) -> TakeInResult:
    with FlowBox(out, training) as box:
        return box.take_in()


def test_both_boxes_of_a_copied_card_are_taken_in_when_their_boards_differ(out: Path, training: TrainingBox) -> None:
    copy = from_image(training, image_of(training, out / "copy"))
    (first,) = day_of(out, training, [0])
    with FlowBox(out, copy, board="board-2") as box:
        box.open_day()
        second = box.record(1)
        box.hand_over()
        taken = box.take_in()
        assert first.bundle in taken.accepted
        assert {n.reason for n in taken.quarantined} == {Reason.UNKNOWN_INCARNATION}
        assert_nothing_lost(box, [first, second])
        box.certify()
        taken = box.take_in()
        assert second.bundle in taken.accepted
        assert box.hand_over().purged >= 2
        assert_nothing_lost(box, [first, second])


def test_on_the_same_board_the_office_sees_a_fork_and_keeps_both_sides(out: Path, training: TrainingBox) -> None:
    copy = from_image(training, image_of(training, out / "copy"))
    (first,) = day_of(out, training, [0])
    assert first.bundle in office_of(out, training).accepted
    with FlowBox(out, copy) as box:
        box.open_day()
        second = box.record(1)
        assert second.bundle == first.bundle  # the same number, given twice
        shutil.rmtree(box.stick / "JEMPUT" / "receipts")  # this box's stick never saw the other's receipt
        assert box.hand_over().written == 1
        taken = box.take_in()
        assert [(n.name, n.reason, len(n.against)) for n in taken.quarantined] == [(first.bundle, Reason.FORK, 1)]
        assert_nothing_lost(box, [first, second])
        assert len(list((training.office / "quarantine").glob(f"*/{second.bundle}"))) == 1


@pytest.fixture
def restored(out: Path, training: TrainingBox) -> tuple[TrainingBox, list[Session]]:
    """Two people were recorded and taken in; then the card of before came back."""
    image = image_of(training, out / "image")
    gone = day_of(out, training, [0, 1])
    assert {s.bundle for s in gone} <= set(office_of(out, training).accepted)
    return from_image(training, image), gone


def test_a_restored_card_that_meets_a_receipt_first_begins_anew_before_it_writes(
    out: Path, restored: tuple[TrainingBox, list[Session]]
) -> None:
    training, gone = restored
    with FlowBox(out, training) as box:
        before = box.kiosk.identity.incarnation
        box.open_day()
        third = box.record(2)
        assert third.bundle == gone[0].bundle
        done = box.hand_over()
        assert done.fork
        assert box.kiosk.identity.incarnation != before
        taken = box.take_in()
        assert (third.bundle, Reason.FORK) in {(n.name, n.reason) for n in taken.quarantined}
        assert_nothing_lost(box, [*gone, third])
        box.certify()
        box.take_in()
        fourth = box.record(3)
        assert fourth.bundle.split("_")[1] == box.kiosk.identity.incarnation
        box.hand_over()
        assert fourth.bundle in box.take_in().accepted
        assert_nothing_lost(box, [*gone, third, fourth])
        stays = box.training.data / "outbox" / third.bundle
        box.hand_over()
        assert stays.is_dir()  # nobody receipted it: a person at the office decides


def test_a_restored_card_is_told_by_the_receipt_that_the_fork_brings_back(
    out: Path, restored: tuple[TrainingBox, list[Session]]
) -> None:
    training, gone = restored
    shutil.rmtree(out / "stick" / "JEMPUT" / "receipts")
    with FlowBox(out, training) as box:
        before = box.kiosk.identity.incarnation
        box.open_day()
        third = box.record(2)
        assert not box.hand_over().fork
        taken = box.take_in()
        assert [n.reason for n in taken.quarantined] == [Reason.FORK]
        assert box.hand_over().fork
        after = box.kiosk.identity.incarnation
        assert after != before
        assert_nothing_lost(box, [*gone, third])
        assert names(box.rows(), after).keys() == {1}
    with FlowBox(out, training) as box:  # and it stays so
        assert box.kiosk.identity.incarnation == after
        box.open_day()
        assert not box.hand_over().fork
