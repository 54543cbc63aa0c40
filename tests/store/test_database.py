"""The one connection: its settings, a COMMIT whose end is not known, a full card, a broken file."""

import errno
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from store_people import BOX, Keys, found, record_id, record_person, sign, touch

from kiosk.store import BundleKind, InMemoryKeyring, Store, StoreDamaged, StoreError, StoreFull
from kiosk.store.database import Database


def test_the_settings_are_those_that_survived_the_power_cuts(durable: Store) -> None:
    values = {
        name: durable._db.value(f"pragma {name}")
        for name in ("journal_mode", "synchronous", "foreign_keys", "trusted_schema", "wal_autocheckpoint")
    }
    assert values == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "wal_autocheckpoint": 0,
    }
    assert durable._db.value("select count(*) from _sqlite_migrations") >= 1


def test_a_second_opening_of_the_same_store_is_refused(durable: Store) -> None:
    with pytest.raises(StoreError):
        Store(durable.root, BOX, InMemoryKeyring())
    assert durable.start_boot() == 2


class Breaking(sqlite3.Connection):
    """Fails one COMMIT, before or after it happened."""

    mode = ""

    def execute(self, sql: str, *values) -> sqlite3.Cursor:
        mode = Breaking.mode if sql == "commit" else ""
        if mode:
            Breaking.mode = ""
        if mode == "after":
            super().execute(sql)
        if mode:
            super().execute("select 1").fetchall()
            raise sqlite3.OperationalError("disk I/O error")
        return super().execute(sql, *values)


@pytest.fixture
def breaking(tmp_path: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch):
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, **k, factory=Breaking))
    with Store(tmp_path / "box", BOX, InMemoryKeyring()) as store:
        found(store, keys)
        yield store


def test_a_commit_that_failed_but_happened_counts(breaking: Store, keys: Keys) -> None:
    record = record_id()
    blob = breaking.drafts.keep(record, b"sealed")
    Breaking.mode = "after"
    breaking.drafts.save(record, "fingers", b"state", [blob])
    assert breaking.drafts.load(record) == b"state"
    Breaking.mode = "after"
    assert breaking.bundles.close(record, BundleKind.PERSON, None, [blob], sign).seq == 1


def test_a_commit_that_failed_and_did_not_happen_is_an_error_and_may_be_done_again(breaking: Store) -> None:
    record = record_id()
    blob = breaking.drafts.keep(record, b"sealed")
    Breaking.mode = "before"
    with pytest.raises(StoreError):
        breaking.drafts.save(record, "fingers", b"state", [blob])
    assert breaking.drafts.heads() == ()
    breaking.drafts.save(record, "fingers", b"state", [blob])
    Breaking.mode = "before"
    with pytest.raises(StoreError):
        breaking.bundles.close(record, BundleKind.PERSON, None, [blob], sign)
    assert breaking.drafts.load(record) == b"state"
    assert breaking.bundles.close(record, BundleKind.PERSON, None, [blob], sign).seq == 1
    assert breaking.inspect() == ()


def test_a_database_that_cannot_be_opened_again_is_damage_for_every_act_from_then_on(
    breaking: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> sqlite3.Connection:
        raise sqlite3.OperationalError("unable to open database file")

    record = record_id()
    blob = breaking.drafts.keep(record, b"sealed")
    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", gone)
        Breaking.mode = "before"
        with pytest.raises(StoreError):
            breaking.drafts.save(record, "fingers", b"state", [blob])
    acts: tuple[Callable[[], object], ...] = (
        lambda: breaking.drafts.save(record, "fingers", b"state", [blob]),
        breaking.drafts.heads,
        breaking.audit.verify,
        breaking.tidy,
        lambda: breaking.audit.append("event"),
    )
    for act in acts:
        with pytest.raises(StoreDamaged, match="restart"):
            act()
    breaking.close()


def test_a_full_database_saves_nothing_by_halves(durable: Store, keys: Keys) -> None:
    record = record_id()
    blob = touch(durable, keys, record)
    durable.tidy()
    pages = durable._db.value("pragma page_count")
    durable._db.rows(f"pragma max_page_count = {pages}")
    with pytest.raises(StoreFull):
        durable.drafts.save(record, "review", b"x" * 100_000, [blob])
    assert durable.drafts.load(record) == b"1 captures"
    durable._db.rows("pragma max_page_count = 1000000")
    durable.drafts.save(record, "review", b"x" * 100_000, [blob])
    assert durable.drafts.load(record) == b"x" * 100_000


@pytest.mark.parametrize("call", ["write", "fsync"])
def test_a_full_card_saves_nothing_by_halves(
    durable: Store, keys: Keys, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    record = record_id()
    blob = touch(durable, keys, record)
    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        with pytest.raises(StoreFull):
            durable.drafts.keep(record, b"another")
        with pytest.raises(StoreFull):
            durable.bundles.close(record, BundleKind.PERSON, None, [blob], sign)
        with pytest.raises(StoreFull):
            durable.rekey(keys.recipients)
        with pytest.raises(StoreFull):
            durable.begin_incarnation("another board")
    assert durable.drafts.load(record) == b"1 captures"
    assert durable.vault.generation == 1
    assert durable.bundles.rows() == ()
    assert durable.inspect() == ()
    assert durable.bundles.close(record, BundleKind.PERSON, None, [blob], sign).seq == 1


def test_a_broken_database_is_damage(durable: Store, keys: Keys) -> None:
    record_person(durable, keys)
    durable.close()
    path = durable.root / "jemput.db"
    path.write_bytes(path.read_bytes()[:100] + os.urandom(path.stat().st_size - 100))
    with pytest.raises(StoreDamaged):
        Store(durable.root, BOX, InMemoryKeyring())


def test_a_lost_database_is_damage_and_its_files_stay(durable: Store, keys: Keys) -> None:
    row = record_person(durable, keys)
    durable.close()
    for name in ("jemput.db", "jemput.db-wal"):
        (durable.root / name).unlink(missing_ok=True)
    with pytest.raises(StoreDamaged):
        Store(durable.root, BOX, InMemoryKeyring())
    assert (durable.root / "outbox" / row.name / "manifest.jws").exists()
    assert list((durable.root / "keys").iterdir())


def test_a_long_log_is_folded_in(durable: Store, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.store.database._WAL_LIMIT_BYTES", 100_000)
    for _ in range(40):
        durable.drafts.save(record_id(), "review", b"x" * 10_000, [])
    assert (durable.root / "jemput.db-wal").stat().st_size < 200_000
    durable.tidy()
    assert (durable.root / "jemput.db-wal").stat().st_size == 0


def test_a_statement_outside_of_a_transaction_is_refused(tmp_path: Path) -> None:
    database = Database(tmp_path / "x.db")
    with pytest.raises(StoreError):
        database.execute("delete from drafts")
    with pytest.raises(StoreError):
        database.rows("select nothing from nowhere")
    database.close()
