"""The power goes before every single durable call of a working day, and nothing that was acknowledged is lost."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from power_cut import Cut, PowerGone
from store_people import BOARD, BOX, NIK, OTHER_NIK, Keys, found, is_whole, receipt, sign

from kiosk.core.padding import TEXT_STEP
from kiosk.core.record import Blob, Resident, Sex
from kiosk.store import (
    BundleKind,
    BundleRow,
    BundleState,
    InMemoryKeyring,
    Listed,
    Store,
    StoreError,
    seal,
)
from kiosk.store.bundles import Bundles
from kiosk.store.drafts import Drafts
from kiosk.store.durable import Disk

PERSON, LEAVES = "a" * 32, "b" * 32
OTHER_BOARD = "1000000099999999"
LISTED = Listed(Resident(NIK, "Ani Wati", date(1990, 3, 31), Sex.FEMALE, "Sintang"), "UNREGISTERED")


@dataclass
class Day:
    """What a working day does, step by step, and what it was told is safe. A step may be done again."""

    keys: Keys
    done: int = 0
    blobs: dict[str, Blob] = field(default_factory=dict)
    saved: dict[str, bytes] = field(default_factory=dict)
    closed: dict[str, BundleRow] = field(default_factory=dict)
    accepted: set[str] = field(default_factory=set)
    promises: list[Callable[[Store], bool]] = field(default_factory=list)

    def go_on(self, store: Store) -> None:
        """Do the steps that were not acknowledged yet."""
        for step in self.steps()[self.done :]:
            step(store)
            self.done += 1

    def steps(self) -> Sequence[Callable[[Store], None]]:
        return (
            lambda s: self.touch(s, PERSON, "face"),
            lambda s: self.touch(s, PERSON, "thumb"),
            lambda s: self.touch(s, PERSON, "thumb"),
            lambda s: self.touch(s, LEAVES, "eye"),
            self.list_comes,
            lambda s: self.close(s, PERSON, BundleKind.PERSON),
            lambda s: self.close(s, LEAVES, BundleKind.VOID),
            lambda s: s.bundles.mark_exported([self.closed[PERSON].name], "stick"),
            self.new_officer,
            self.receipt_comes,
            lambda s: self.purge(s),
            lambda s: self.new_board(s),
        )

    def touch(self, store: Store, record: str, what: str) -> None:
        sealed = store.drafts.keep(record, seal(what.encode(), self.keys.recipients, TEXT_STEP))
        state = f"{record[0]} {self.done}".encode()
        held = {k: b for k, b in self.blobs.items() if k.startswith(record) and not k.endswith(what)}
        store.drafts.save(record, what, state, [*held.values(), sealed])
        self.blobs[f"{record} {what}"] = sealed
        self.saved[record] = state

    def list_comes(self, store: Store) -> None:
        if store.roster.counter() < 1:
            store.roster.put(1, [LISTED])
        self.promises.append(lambda s: s.roster.find(NIK) == LISTED)

    def close(self, store: Store, record: str, kind: BundleKind) -> None:
        blobs = [b for k, b in self.blobs.items() if k.startswith(record)] if kind is BundleKind.PERSON else []
        nik = NIK if kind is BundleKind.PERSON else OTHER_NIK
        row = store.bundles.close(record, kind, nik, blobs, sign)
        self.closed[record] = row
        self.promises.append(lambda s: [e.name for e in s.bundles.earlier(nik)] == [row.name])

    def new_officer(self, store: Store) -> None:
        store.rekey(self.keys.recipients)

    def receipt_comes(self, store: Store) -> None:
        self.accepted.add(PERSON)
        store.receipts.settle(receipt(self.closed[PERSON]))
        self.promises.append(lambda s: bool((row := s.bundles.named(self.closed[PERSON].name)) and row.receipt))

    def purge(self, store: Store) -> None:
        store.receipts.purge(0)
        self.promises.append(lambda s: s.bundles.rows()[0].state is BundleState.PURGED)

    def new_board(self, store: Store) -> None:
        store.incarnation_for(OTHER_BOARD)
        self.promises.append(lambda s: s.incarnation_for(OTHER_BOARD).board == OTHER_BOARD)

    def broken_promises(self, store: Store) -> Iterator[str]:
        """What was acknowledged and is not so; the step under way may have happened or not."""
        if store.alarms or store.audit.verify() is not None:
            yield f"alarms {store.alarms}"
        for record, state in self.saved.items():
            if not self.is_safe(store, record, state):
                yield f"record {record[0]} after step {self.done}"
        for number, promise in enumerate(self.promises):
            if not promise(store):
                yield f"promise {number}"
        if len(store.incarnations.signing_key()) != 32:
            yield "signing key"

    def is_safe(self, store: Store, record: str, state: bytes) -> bool:
        rows = [row for row in store.bundles.rows() if row.record_id == record]
        if rows:
            gone = rows[0].state is BundleState.PURGED and record in self.accepted
            return gone or is_whole(store, rows[0])
        return record not in self.closed and store.drafts.load(record) >= state


@pytest.fixture(scope="module")
def morning(ram: Path) -> tuple[Path, Keys]:
    """A box on its first working day, to be copied."""
    root, keys = ram / "morning" / "box", Keys()
    root.parent.mkdir()
    with Store(root, BOX, InMemoryKeyring()) as store:
        found(store, keys)
    return root, keys


def opened(root: Path, keys: Keys) -> Store:
    store = Store(root, BOX, InMemoryKeyring())
    store.vault.unlock(keys.officer)
    return store


def cut_at(number: int, harsh: bool, morning: tuple[Path, Keys], place: Path) -> tuple[int, list[str]]:
    """The calls counted, and the promises broken, of a day cut at that call; then the day goes on to its end."""
    template, keys = morning
    root, day = place / "box", Day(keys)
    shutil.copytree(template, root)
    cut = Cut(root, number, harsh)
    with pytest.MonkeyPatch.context() as patch:
        cut.arm(patch)
        with opened(root, keys) as store:
            cut.start()
            try:
                day.go_on(store)
            except PowerGone:
                pass
            finally:
                cut.stop()
    broken = []
    if cut.gone:
        try:
            with opened(cut.found, keys) as again:
                broken += day.broken_promises(again)
                day.go_on(again)
                again.close_day()
            with opened(cut.found, keys) as evening:
                broken += day.broken_promises(evening)
        except StoreError as error:
            broken.append(f"{type(error).__name__} after step {day.done}")
    return cut.calls, broken


def broken_days(morning: tuple[Path, Keys], place: Path, harsh: bool) -> Iterator[tuple[int, list[str]]]:
    """Every cut of a day that breaks a promise."""
    total, _ = cut_at(0, harsh, morning, place / "whole")
    assert total > 40
    for number in range(1, total + 1):
        spot = place / str(number)
        _, broken = cut_at(number, harsh, morning, spot)
        shutil.rmtree(spot)
        if broken:
            yield number, broken


@pytest.mark.parametrize("harsh", [False, True], ids=["killed", "power cut"])
def test_a_day_cut_before_any_durable_call_loses_nothing_acknowledged(morning, ram_path: Path, harsh: bool) -> None:
    assert list(broken_days(morning, ram_path, harsh)) == []


@pytest.mark.parametrize("call", ["_sync", "_sync_directory"])
def test_a_build_without_fsync_is_caught(morning, ram_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    monkeypatch.setattr(Disk, call, lambda self, what: None)
    assert next(broken_days(morning, ram_path, harsh=True), None)


def test_a_build_that_unlinks_before_its_row_stands_is_caught(morning, ram_path: Path, monkeypatch) -> None:
    save = Drafts.save

    def hasty(self: Drafts, record_id: str, step: str, state: bytes, blobs: Sequence[Blob]) -> None:
        retaken = self._listed(record_id) - {b.sha256 for b in blobs}
        self._disk.remove_files(self._people / record_id, *(f"{sha}.age" for sha in retaken))
        save(self, record_id, step, state, blobs)

    monkeypatch.setattr(Drafts, "save", hasty)
    assert next(broken_days(morning, ram_path, harsh=False), None)


def test_a_build_that_never_moves_to_the_outbox_is_caught(morning, ram_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(Bundles, "place", lambda self, row: None)
    assert next(broken_days(morning, ram_path, harsh=False), None)


def test_the_first_opening_may_be_cut_anywhere(ram_path: Path) -> None:
    keys, number, gone = Keys(), 0, True
    while gone:
        number += 1
        root = ram_path / str(number) / "box"
        root.mkdir(parents=True)
        cut = Cut(root, number, harsh=True)
        with pytest.MonkeyPatch.context() as patch:
            cut.arm(patch)
            cut.start()
            try:
                with Store(root, BOX, InMemoryKeyring()) as store:
                    found(store, keys)
            except PowerGone:
                pass
            finally:
                cut.stop()
        gone = cut.gone
        with Store(cut.found if gone else root, BOX, InMemoryKeyring()) as again:
            if not again.vault.generation:
                again.rekey(keys.recipients)
            again.vault.unlock(keys.officer)
            assert again.incarnation_for(BOARD).board == BOARD
            assert again.alarms == ()
            assert again.open_day("ani") == 1
    assert number > 20
