"""Sticks as they come: absent, full, locked, pulled, and bundles that rotted on the card."""

from pathlib import Path

import pytest
from flow_box import FlowBox

from kiosk.core import desk as d
from kiosk.core.handover import Stage, Trouble
from kiosk.core.state import Session
from kiosk.exchange import stick as sticks
from kiosk.exchange.bundle import verify_bundle
from kiosk.exchange.errors import BundleError
from kiosk.flow import papers
from kiosk.store import BundleKind, BundleRow, BundleState


@pytest.fixture
def recorded(box: FlowBox) -> Session:
    return box.record()


def person_row(box: FlowBox) -> BundleRow:
    (row,) = [r for r in box.rows() if r.kind is BundleKind.PERSON]
    return row


def assert_still_here(box: FlowBox, row: BundleRow) -> None:
    """The bundle stands on the card, whole, under its signature."""
    public = papers.public_key(box.training.papers, row.incarnation)
    folder = box.training.data / "outbox" / row.name
    assert {b.sha256 for b in verify_bundle(folder, public, row.name).blobs} == {b.sha256 for b in row.blobs}


def assert_heals(box: FlowBox, row: BundleRow) -> None:
    """The next stick takes it, the office accepts it, and only then is it purged."""
    assert_still_here(box, row)
    assert box.hand_over().written == 1
    assert_still_here(box, row)
    assert box.take_in().accepted == (row.name,)
    assert_still_here(box, row)
    assert box.hand_over().purged == 1
    assert not (box.training.data / "outbox" / row.name).exists()


def test_without_a_stick_the_officer_is_told_so(box: FlowBox, recorded: Session) -> None:
    done = box.try_handover()
    assert (done.stage, done.trouble, done.written) == (Stage.FAILED, Trouble.ABSENT, 0)
    box.kiosk.post(d.OfficerLeft())
    assert_heals(box, person_row(box))


@pytest.mark.parametrize(
    ("options", "trouble"),
    [
        ({"capacity_bytes": 600_000}, Trouble.FULL),
        ({"read_only": True}, Trouble.READ_ONLY),
        ({"lose_after_bytes": 0}, Trouble.PULLED),
        ({"lose_after_bytes": 5_000}, Trouble.PULLED),
        ({"lose_after_bytes": 70_000}, Trouble.PULLED),
        ({"lose_after_bytes": 10_000_000}, Trouble.PULLED),
    ],
)
def test_a_stick_that_fails_is_named_nothing_counts_as_exported_and_the_next_one_heals_it(
    box: FlowBox, recorded: Session, options: dict[str, int], trouble: Trouble
) -> None:
    row = person_row(box)
    done = box.hand_over(**options)
    assert (done.stage, done.trouble, done.written) == (Stage.FAILED, trouble, 0)
    assert person_row(box).state is BundleState.SEALED
    assert_heals(box, row)


def test_a_stick_that_is_pulled_while_it_is_written_to(
    box: FlowBox, recorded: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, port = sticks.disk.put, box.plug()

    def pulled(fd: int, name: str, data: bytes) -> None:
        put(fd, name, data[: len(data) // 2])
        port.pull()
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(sticks.disk, "put", pulled)
        assert box.try_handover().trouble is Trouble.PULLED
    box.kiosk.post(d.OfficerLeft())
    assert_heals(box, person_row(box))


def test_a_second_touch_on_back_does_not_lose_the_handover_that_runs(box: FlowBox, recorded: Session) -> None:
    box.plug()
    for event in (d.OfficerEntered(), d.TaskChosen(d.Task.HANDOVER)):
        box.kiosk.post(event)
    box.until(lambda desk: desk.task is d.Task.HANDOVER)
    box.kiosk.hand_over()
    box.kiosk.post(d.TaskChosen(d.Task.MENU))
    desk = box.until(lambda desk: desk.handover.stage in (Stage.DONE, Stage.FAILED))
    assert (desk.task, desk.handover.stage, desk.handover.written) == (d.Task.HANDOVER, Stage.DONE, 1)


def test_a_stick_that_is_no_file_system_is_named(box: FlowBox, recorded: Session, out: Path) -> None:
    broken = out / "no-directory"
    broken.write_bytes(b"\xff" * 512)
    port = box.plug()
    port.plug(broken)
    assert box.try_handover().trouble is Trouble.UNREADABLE
    box.kiosk.post(d.OfficerLeft())
    assert_heals(box, person_row(box))


def test_what_was_torn_on_the_stick_is_told_by_the_office_and_healed_by_the_second_handover(
    box: FlowBox, recorded: Session
) -> None:
    row = person_row(box)
    assert box.trouble(lose_after_bytes=70_000) is Trouble.PULLED
    torn = box.take_in()
    assert torn.accepted == ()
    assert {named.name for named in (*torn.refused, *torn.rejected)} <= {row.name}
    assert_still_here(box, row)
    assert box.hand_over().written == 1
    assert box.take_in().accepted == (row.name,)
    assert box.hand_over().purged == 1


def test_what_a_stranger_left_on_a_stick_is_refused_once_and_stops_nothing(box: FlowBox, recorded: Session) -> None:
    identity = box.kiosk.identity
    place = box.stick / "JEMPUT" / "receipts"
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{identity.box}_{identity.incarnation}_99.jws").write_bytes(b"not a receipt")
    (box.stick / "JEMPUT" / "office").mkdir(exist_ok=True)
    (box.stick / "JEMPUT" / "office" / f"{identity.box}.config.jws").write_bytes(b"not a config")
    (box.stick / "JEMPUT" / "office" / f"{identity.box}.roster.age").write_bytes(b"age-encryption.org/v1\n")
    first, second = box.hand_over(), box.hand_over()
    assert (first.stage, first.refused, first.written) == (Stage.DONE, 3, 1)
    assert (second.stage, second.refused) == (Stage.DONE, 0)
    assert len(list((box.stick / "JEMPUT" / "refused").iterdir())) == 3


def rot(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)


def test_a_manifest_that_rotted_on_the_card_is_skipped_by_name_and_the_others_travel(box: FlowBox) -> None:
    first, second = box.record(0), box.record(1)
    folder = box.training.data / "outbox" / first.bundle
    rot(folder / "manifest.jws")
    done = box.hand_over()
    assert (done.stage, done.skipped) == (Stage.DONE, (first.bundle,))
    taken = box.take_in()
    assert second.bundle in taken.accepted
    assert any(gap.first == gap.last == 2 for gap in taken.missing)
    box.hand_over()
    assert len(list(folder.glob("*.age"))) == len(first.captures) + 1
    with pytest.raises(BundleError):
        verify_bundle(folder, papers.public_key(box.training.papers, box.kiosk.identity.incarnation), first.bundle)


def test_a_blob_that_rotted_on_the_card_is_given_up_by_name_and_the_rest_of_the_person_travels(box: FlowBox) -> None:
    first, second = box.record(0), box.record(1)
    folder = box.training.data / "outbox" / first.bundle
    rot(folder / f"{first.captures[2].blob.sha256}.age")
    done = box.hand_over()
    assert done.stage is Stage.DONE
    assert first.bundle in (*done.amended, *done.skipped)
    taken = box.take_in()
    assert second.bundle in taken.accepted
    assert first.bundle in taken.accepted
    assert taken.again == (first.bundle,)


def test_a_stick_on_which_a_handover_failed_is_released_before_it_is_pulled(box: FlowBox, recorded: Session) -> None:
    port = box.plug(read_only=True)
    assert box.try_handover().trouble is Trouble.READ_ONLY
    assert port._stick
    assert not port._stick.mounted
