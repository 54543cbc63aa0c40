"""The chain of what was done."""

import sqlite3
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from store_people import BOX, NIK, Keys, record_person

from kiosk.store import AlarmKind, InMemoryKeyring, Store, StoreError
from kiosk.store.database import Database


def altered(root: Path, *statements: str) -> Store:
    connection = sqlite3.connect(root / "jemput.db", isolation_level=None)
    for trigger in ("audit_is_not_changed", "audit_is_kept"):
        connection.execute(f"drop trigger {trigger}")
    for statement in statements:
        connection.execute(statement)
    connection.close()
    return Store(root, BOX, InMemoryKeyring())


def test_each_event_moves_the_head_and_the_chain_holds(store: Store) -> None:
    heads = [store.audit.head()]
    for event in ("one", "two", "two"):
        store.audit.append(event, {"number": 1, "code": "a-b_c.1"})
        heads.append(store.audit.head())
    assert len(set(heads)) == 4
    assert store.audit.verify() is None


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("update audit set event = 'other' where number = 2", 2),
        ("update audit set day = 9 where number = 3", 3),
        ("update audit set fields = '[]' where number = 1", 1),
        ("delete from audit where number = 2", 2),
        ("update audit set number = -number where number in (2, 3)", 1),
    ],
)
def test_an_altered_or_missing_row_is_found(durable: Store, statement: str, broken: int) -> None:
    for number in (1, 2, 3):
        durable.audit.append("event", {"number": number})
    durable.audit.append("boot", {"at": 1})
    durable.close()
    with altered(durable.root, statement) as again:
        assert again.audit.verify() == broken
        assert [a.kind for a in again.alarms] == [AlarmKind.AUDIT_BROKEN]


def test_rows_cut_off_the_end_show_against_the_signed_heads(durable: Store, keys: Keys) -> None:
    durable.audit.append("event")
    record_person(durable, keys)
    durable.close()
    with altered(durable.root, "delete from audit where number >= 5") as again:
        assert again.audit.verify() == 5


class Row:
    """One row, of which can be seen whether anybody still holds it."""

    def __init__(self, values: tuple[Any, ...]) -> None:
        self._values = values

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)


def most_at_once(store: Store) -> int:
    """How many rows of one look at the chain were ever held together."""
    held: weakref.WeakSet[Row] = weakref.WeakSet()
    most = 0

    def made(_: sqlite3.Cursor, values: tuple[Any, ...]) -> Row:
        nonlocal most
        held.add(row := Row(values))
        most = max(most, len(held))
        return row

    connection = store._db._open
    connection.row_factory = made
    assert store.audit.verify() is None
    connection.row_factory = None
    return most


def test_the_chain_is_walked_and_never_held_as_a_whole(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(50):
        store.audit.append("event", {"number": number})
    assert most_at_once(store) <= 2  # the one in hand, and the next
    monkeypatch.setattr(Database, "walk", lambda db, sql: (row for row in db.rows(sql)))
    assert most_at_once(store) >= 50


def test_a_chain_that_is_broken_early_leaves_no_statement_open(durable: Store) -> None:
    for number in range(500):
        durable.audit.append("event", {"number": number})
    durable.close()
    with altered(durable.root, "update audit set day = 9 where number = 1") as again:
        assert again.audit.verify() == 1
        again.audit.append("event")
        again.tidy()
        assert (again.root / "jemput.db-wal").stat().st_size == 0


def test_a_chain_that_cannot_be_read_is_the_stores_own_error(durable: Store) -> None:
    durable.close()
    with pytest.raises(StoreError):
        durable.audit.verify()


def test_a_build_that_does_not_chain_is_caught(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.store.audit._hash", lambda entry: str(entry[0]))
    store.audit.append("one")
    monkeypatch.undo()
    store.audit.append("two")
    assert store.audit.verify() is not None


@pytest.mark.parametrize("value", [NIK, "Ani Wati", "x" * 200, int(NIK), "a\nb"])
def test_what_may_be_personal_is_not_noted(store: Store, value: str | int) -> None:
    with pytest.raises(ValueError, match="code") as caught:
        store.audit.append("event", {"field": value})
    assert str(value) not in str(caught.value)
    with pytest.raises(ValueError, match="code"):
        store.audit.append("Not a code")
    assert store.audit.verify() is None
