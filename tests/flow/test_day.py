"""The officer opens the working day; nothing else unlocks the box, and a restart finds what it should."""

from pathlib import Path

import pytest
from flow_box import FlowBox

from hal import Stop
from kiosk.commands.tour.day import qr_picture
from kiosk.commands.training import TrainingBox
from kiosk.core import desk as d
from kiosk.core.desk import Mode, Notice, Waiting
from kiosk.core.state import Session, Step
from kiosk.flow.day import read_card
from kiosk.regency.officers import new_officer
from kiosk.store import InMemoryKeyring, StoreLocked


@pytest.fixture
def locked(out: Path, training: TrainingBox):
    with FlowBox(out, training) as box:
        yield box


def test_card_and_pin_open_the_day(locked: FlowBox) -> None:
    desk = locked.open_day()
    assert (desk.mode, desk.officer, desk.waiting) == (Mode.IDLE, "petugas", ())


@pytest.mark.parametrize("pin", ["4321", "", "12345", "１２３４"])
def test_a_wrong_pin_opens_nothing(locked: FlowBox, pin: str) -> None:
    with pytest.raises(StoreLocked):
        locked.kiosk.open_day(locked.training.card, pin)
    assert locked.kiosk.desk.mode is Mode.LOCKED
    assert not locked.in_store(lambda: locked.store.vault.is_open)
    assert locked.open_day().mode is Mode.IDLE


def test_another_officers_card_opens_nothing(locked: FlowBox) -> None:
    strangers = (new_officer("petugas", "1234").card, new_officer("orang-lain", "1234").card)
    for card in strangers:
        with pytest.raises(StoreLocked):
            locked.kiosk.open_day(card, "1234")
    assert locked.kiosk.desk.mode is Mode.LOCKED


@pytest.mark.parametrize(
    "text",
    ["", "JEMPUT1", "JEMPUT1:petugas", "JEMPUT2:petugas:AAAA", "JEMPUT1:petugas:1!", "JEMPUT1:petugas:AAAA", "a:b:c:d"],
)
def test_what_is_no_officers_card_opens_nothing(locked: FlowBox, text: str) -> None:
    with pytest.raises(StoreLocked):
        locked.kiosk.open_day(text, "1234")


def test_the_camera_reads_the_card_that_is_held_up(locked: FlowBox) -> None:
    locked.stage.held = qr_picture(locked.training.card)
    assert locked.kiosk.read_card(Stop()) == locked.training.card
    assert read_card(locked.training.card).officer == "petugas"


def test_without_a_card_the_camera_gives_up_in_time(locked: FlowBox) -> None:
    before = locked.clock.monotonic()
    assert locked.kiosk.read_card(Stop()) is None
    assert locked.clock.monotonic() - before < 30.0


def test_the_working_key_is_nowhere_at_rest(box: FlowBox) -> None:
    box.person()
    box.start()
    key = box.in_store(lambda: box.store.vault.working_key().expose())
    intake = box.in_store(lambda: box.store.vault.intake_identity()).encode()
    raw = b"".join(p.read_bytes() for p in sorted(box.training.data.rglob("*")) if p.is_file())
    assert box.training.data.joinpath("jemput.db").read_bytes()[:15] in raw  # the search does see the database
    for secret in (key, key.hex().encode(), intake):
        assert secret not in raw


def test_closing_the_day_takes_the_key_away(box: FlowBox) -> None:
    box.kiosk.post(d.DayClosed())
    box.until(lambda desk: desk.mode is Mode.LOCKED)
    assert not box.in_store(lambda: box.store.vault.is_open)
    assert box.keyring.read() is None
    assert box.open_day().day == 2


def in_the_fingers(session: Session) -> bool:
    return session.step is Step.FINGERS and len(session.captures) >= 3


def left_standing(out: Path, training: TrainingBox, keyring: InMemoryKeyring) -> Session:
    """The program ends while somebody gives their fingers: nothing is parked, as in a crash."""
    with FlowBox(out, training, keyring=keyring) as box:
        box.open_day()
        person = box.person()
        box.start()
        return box.serve(person, in_the_fingers)


def test_after_a_restart_with_the_key_in_the_keyring_the_same_person_goes_on(out: Path, training: TrainingBox) -> None:
    keyring = InMemoryKeyring()
    before = left_standing(out, training, keyring)
    with FlowBox(out, training, keyring=keyring) as box:
        session = box.until(lambda desk: desk.session is not None).session
        assert session
        assert (session.record_id, session.step) == (before.record_id, Step.FINGERS)
        assert session.captures == before.captures
        done = box.serve(box.person())
        assert {c.blob for c in before.captures} <= {c.blob for c in done.captures}
        assert box.kiosk.desk.day == 1


def test_after_a_restart_without_it_the_box_is_locked_and_says_who_waits(out: Path, training: TrainingBox) -> None:
    before = left_standing(out, training, InMemoryKeyring())
    with FlowBox(out, training) as box:
        box.clock.wait(5.0, Stop())
        assert (box.kiosk.desk.mode, box.kiosk.desk.session) == (Mode.LOCKED, None)
        assert box.open_day().waiting == (Waiting(before.record_id, Step.FINGERS),)
        session = box.take_up(before.record_id)
        assert (session.record_id, session.step, session.captures) == (before.record_id, Step.FINGERS, before.captures)
        assert box.serve(box.person()).bundle
        assert box.kiosk.desk.waiting == ()


def test_whoever_was_parked_waits_for_the_officer_even_with_the_key_in_the_keyring(
    out: Path, training: TrainingBox
) -> None:
    keyring = InMemoryKeyring()
    with FlowBox(out, training, keyring=keyring) as box:
        box.open_day()
        person = box.person()
        box.start()
        parked = box.serve(person, in_the_fingers)
        box.kiosk.post(d.StopWanted())
        box.until(lambda desk: desk.mode is Mode.STOPPING)
    with FlowBox(out, training, keyring=keyring) as box:
        desk = box.until(lambda desk: desk.mode is not Mode.LOCKED)
        assert desk.session is None
        assert desk.waiting == (Waiting(parked.record_id, Step.FINGERS),)


def test_a_key_of_another_box_in_the_keyring_opens_nothing(out: Path, training: TrainingBox) -> None:
    keyring = InMemoryKeyring()
    keyring.write(bytes(32))
    with FlowBox(out, training, keyring=keyring) as box:
        box.clock.wait(5.0, Stop())
        assert box.kiosk.desk.mode is Mode.LOCKED
        assert keyring.read() is None


def test_each_start_counts_as_one(out: Path, training: TrainingBox) -> None:
    boots = []
    for _ in range(2):
        with FlowBox(out, training) as box:
            boots.append(box.kiosk.identity.boot)
    assert boots[1] == boots[0] + 1


def test_a_recording_that_is_missing_on_the_card_is_said_at_the_next_opening(out: Path, training: TrainingBox) -> None:
    with FlowBox(out, training) as box:
        assert box.open_day().notice is None
        box.record()
    bundle = max((training.data / "outbox").iterdir())
    next(bundle.glob("*.age")).unlink()
    with FlowBox(out, training) as again:
        assert again.open_day().notice is Notice.STORE_ALARM


def test_whom_nobody_vouched_for_is_still_owed_after_a_restart(out: Path, training: TrainingBox) -> None:
    with FlowBox(out, training) as box:
        box.open_day()
        recorded = box.record(attests=False)
    with FlowBox(out, training) as again:
        owed = again.open_day().unattested
        assert [one.bundle for one in owed] == [recorded.bundle]
        again.kiosk.attest_later(owed[0].manifest_hash)
        assert again.until(lambda desk: not desk.unattested).unattested == ()
