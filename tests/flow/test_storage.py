"""A full card: the officer is called, room is made, the person goes on; nothing is lost and nothing is called saved."""

import errno
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flow_box import SHOWN, FlowBox, Person, copied

from kiosk.commands.training import TrainingBox
from kiosk.core import events as e
from kiosk.core.desk import Mode, Notice
from kiosk.core.handover import Trouble
from kiosk.core.record import Position
from kiosk.core.state import Help, Phase, Session, Step
from kiosk.store import StoreDamaged, StoreError, StoreFull, durable
from kiosk.store.database import Database

EVERYTHING = {*SHOWN, Position.SIGNATURE}


class FullCard:
    """Files, or rows, find no room while `full`; the calls themselves are the real ones."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.files = self.rows = False
        names = {name: getattr(os, name) for name in dir(os)}
        patch.setattr(durable, "os", SimpleNamespace(**{**names, "write": self._write}))
        execute = Database.execute

        def counted(db: Database, sql: str, values: tuple[Any, ...] = ()) -> None:
            if self.rows and sql.split()[0] in ("insert", "replace", "update"):
                error = sqlite3.OperationalError("database or disk is full")
                error.sqlite_errorcode, error.sqlite_errorname = sqlite3.SQLITE_FULL, "SQLITE_FULL"
                raise error
            execute(db, sql, values)

        patch.setattr(Database, "execute", counted)

    def _write(self, handle: int, data: Any) -> int:
        if self.files:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return os.write(handle, data)


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> FullCard:
    return FullCard(monkeypatch)


@pytest.fixture
def person(box: FlowBox) -> Person:
    someone = box.person()
    box.start()
    return someone


def for_room(session: Session) -> bool:
    return session.help is Help.STORAGE


def standing(step: Step, phase: Phase, captures: int = 0) -> Callable[[Session], bool]:
    return lambda s: (s.step, s.phase) == (step, phase) and len(s.captures) >= captures and s.help is None


PLACES = [
    (Step.NOTICE, Phase.TOUCH),
    (Step.NIK, Phase.TOUCH),
    (Step.BIODATA, Phase.TOUCH),
    (Step.FACE, Phase.JUDGING),
    (Step.IRISES, Phase.ASKING),
    (Step.FINGERS, Phase.JUDGING),
    (Step.FINGERS, Phase.COMPARING),
    (Step.HANDS, Phase.ASKING),
    (Step.CHECK, Phase.ASKING),
    (Step.CHECK, Phase.COMPARING),
    (Step.ENDORSEMENT, Phase.TOUCH),
    (Step.REVIEW, Phase.TOUCH),
]


@pytest.mark.parametrize("what", ["files", "rows"])
@pytest.mark.parametrize(("step", "phase"), PLACES, ids=lambda value: str(value))
def test_wherever_the_card_fills_up_the_person_goes_on_when_there_is_room(
    box: FlowBox, card: FullCard, step: Step, phase: Phase, what: str
) -> None:
    person = box.person(shown=(*SHOWN, Position.HANDS))
    box.start()
    box.serve(person, standing(step, phase))
    setattr(card, what, True)
    stopped = box.serve(person, lambda session: for_room(session) or session.step is Step.SLIP)
    card.files = card.rows = False
    session = box.serve(person)
    assert session.bundle
    assert {c.position for c in session.captures} == {*EVERYTHING, Position.HANDS}
    assert what == "files" or for_room(stopped)
    assert box.hand_over().written == 1
    assert box.take_in().clean


def test_while_there_is_no_room_nothing_is_called_saved(box: FlowBox, card: FullCard, person: Person) -> None:
    asked = box.serve(person, standing(Step.FINGERS, Phase.ASKING))
    card.files = True
    told = box.serve(person, for_room)
    assert told.captures == asked.captures
    person.answer(told)
    again = box.serve(person, lambda session: for_room(session) and session.issued > told.issued)
    assert again.captures == asked.captures
    assert box.falsely == []


def test_a_handover_on_a_full_card_says_so_and_works_when_there_is_room(
    box: FlowBox, card: FullCard, person: Person
) -> None:
    assert box.serve(person).bundle
    card.rows = True
    assert box.trouble() is Trouble.STORAGE
    card.rows = False
    assert box.hand_over().written == 1


def test_a_person_whose_bundle_could_not_be_moved_to_the_outbox_is_closed_when_there_is_room(
    box: FlowBox, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    move, full = durable.Disk.move_directory, [True]

    def moved(disk: durable.Disk, source: Path, target: Path) -> None:
        if full:
            raise StoreFull("No space left on device")
        move(disk, source, target)

    monkeypatch.setattr(durable.Disk, "move_directory", moved)
    told = box.serve(person, for_room)
    assert told.step is Step.CLOSING
    assert told.bundle == ""
    full.clear()
    assert box.serve(person).bundle
    assert box.hand_over().written == 1


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "small"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", place], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("a small file system can be mounted by root only")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def fill(place: Path) -> Path:
    """Take every free byte."""
    balloon = place / "balloon"
    with balloon.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass
    assert os.statvfs(place).f_bavail == 0
    return balloon


@pytest.mark.parametrize("step", [Step.FACE, Step.FINGERS, Step.ENDORSEMENT, Step.REVIEW])
def test_a_card_that_is_really_full_loses_nothing(
    ready: tuple[Path, TrainingBox], small_disk: Path, monkeypatch: pytest.MonkeyPatch, step: Step
) -> None:
    monkeypatch.setattr(durable.Disk, "room", lambda self, directory: 10**10)  # the person began when there was room
    training = copied(ready[1], ready[0], small_disk / "day")
    with FlowBox(small_disk / "day", training) as box:
        box.open_day()
        person = box.person()
        box.start()
        box.serve(person, lambda session: session.step is step)
        balloon = fill(small_disk)
        box.serve(person, lambda session: for_room(session) or session.step is Step.SLIP)
        balloon.unlink()
        session = box.serve(person)
        assert {c.position for c in session.captures} == EVERYTHING
        assert box.hand_over().written == 1
        assert box.take_in().clean
    shutil.rmtree(small_disk / "day")


def shut(box: FlowBox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database cannot be opened again after a COMMIT that failed."""

    def gone(db: Database) -> sqlite3.Connection:
        raise StoreError("SQLITE_CANTOPEN")

    monkeypatch.setattr(Database, "_opened", gone)
    with pytest.raises(StoreDamaged):
        box.in_store(box.store._db._reopen)


@pytest.mark.parametrize(
    "act",
    [lambda box: box.kiosk.start(), lambda box: box.kiosk.attest_later("a" * 64), lambda box: box.kiosk.take_up("b")],
    ids=["start", "attest later", "take up"],
)
def test_an_act_on_a_store_that_could_not_be_opened_again_is_the_stores_alarm(
    box: FlowBox, monkeypatch: pytest.MonkeyPatch, act: Callable[[FlowBox], None]
) -> None:
    shut(box, monkeypatch)
    act(box)
    while box.kiosk.desk.notice is not Notice.STORE_ALARM:
        assert box._shown.get(60.0), "nothing was said"
    assert box.kiosk.desk.mode is Mode.IDLE
    assert len(box.failed) == 1
    assert "StoreDamaged('the database is not open: restart the box')" in box.failed.pop()


def test_a_person_under_way_on_a_store_that_could_not_be_opened_again_calls_the_officer(
    box: FlowBox, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    shut(box, monkeypatch)
    assert for_room(box.serve(person, for_room))
    assert box.kiosk.desk.notice is None


def test_who_cannot_be_closed_is_set_aside_and_the_next_person_is_recorded(box: FlowBox, training: TrainingBox) -> None:
    person = box.person()
    started = box.start()
    box.serve(person, standing(Step.REVIEW, Phase.TOUCH))
    next((training.data / "people" / started.record_id).glob("*.age")).unlink()
    stuck = box.serve(person, for_room)
    assert stuck.step is Step.CLOSING
    box.kiosk.touch(e.ParkWanted("officer"))
    assert [w.record_id for w in box.until(lambda desk: desk.mode is Mode.IDLE).waiting] == [started.record_id]
    assert box.record(1).bundle
    assert {said.split()[-1] for said in box.falsely} == {"closing"}
    box.falsely.clear()  # it was the card that lost a picture here
