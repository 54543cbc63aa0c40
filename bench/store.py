"""The store: what it costs to be durable, and whether it stays the same with ten thousand people."""

import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import numpy as np
import pyrage

from bench.rows import Row, interleaved, median_ms
from kiosk.core.padding import IMAGE_STEP
from kiosk.core.record import Resident, Sex
from kiosk.imaging import encode
from kiosk.store import BundleKind, InMemoryKeyring, Listed, SignedManifest, Slot, Store, seal

RUNS = 60
FEW, MANY = 100, 10_000
CAPTURES = 14
STATE = b"x" * 6_000  # a session's JSON near its end


def rows(say: Callable[[str], object]) -> Iterator[Row]:
    """The rows of this part."""
    with _store() as (store, folder):
        say("store: accept to durable")
        yield _accept_to_durable(store, folder)
        say("store: record cost at 100 and 10,000 people (fills the store first)")
        yield from _flat(store)


class _Person:
    """Fourteen captures a record, as in a session; every capture has its own bytes."""

    def __init__(self) -> None:
        picture = np.random.default_rng(1).integers(0, 255, (480, 400), dtype=np.uint8)
        picture[:, 200:] = 240  # half of a platen is empty
        self._png, self._recipients = encode.png(picture, 500), _recipients()
        self.record, self.blobs, self.sealed = "", [], b""

    def next(self) -> None:
        """Another capture; after fourteen, another person."""
        if not self.record or len(self.blobs) == CAPTURES:
            self.record, self.blobs = secrets.token_hex(16), []
        self.sealed = seal(self._png, self._recipients, IMAGE_STEP)


@contextmanager
def _store() -> Iterator[tuple[Store, Path]]:
    with tempfile.TemporaryDirectory(prefix="bench-", dir=".") as name:
        folder = Path(name)
        with Store(folder / "data", "BENCH-1", InMemoryKeyring()) as store:
            store.start_boot()
            store.incarnation_for("bench")
            store.rekey(_recipients())
            store.open_day("bench")
            yield store, folder


def _recipients() -> list[str]:
    return [str(pyrage.x25519.Identity.generate().to_public()) for _ in range(2)]


def _accept_to_durable(store: Store, folder: Path) -> Row:
    """From acceptance (the capture was encoded and sealed in RAM beside its verdict) to file, row and draft on the
    medium, against a new file of as many bytes, written and fsynced."""
    person = _Person()

    def accept() -> None:
        person.blobs.append(store.drafts.keep(person.record, person.sealed))
        store.drafts.save(person.record, "fingers", STATE, person.blobs)

    def bare() -> None:
        descriptor = os.open(folder / secrets.token_hex(16), os.O_CREAT | os.O_WRONLY | os.O_EXCL)
        os.write(descriptor, person.sealed)
        os.fsync(descriptor)
        os.close(descriptor)

    value, peer = interleaved(accept, bare, RUNS, person.next)
    size = f"{len(person.sealed) // 1024} KiB"
    return Row("store", f"accept to durable, {size}", value, "ms", "bare write+fsync", peer, 3.0)


def _flat(store: Store) -> Iterator[Row]:
    """One person's row, look-up and export list, with few and with many people on the box."""
    store.roster.put(1, (_listed(n) for n in range(FEW)))
    costs: dict[int, tuple[float, float]] = {}
    for count in (FEW, MANY):
        _fill(store, count)
        costs[count] = median_ms(lambda: _close(store), RUNS), median_ms(lambda: store.bundles.earlier(_nik(7)), RUNS)
    for index, what in enumerate(("closing one person", "looking a NIK up")):
        few, many = costs[FEW][index], costs[MANY][index]
        yield Row("store", f"{what} at {MANY:,} people", many, "ms", f"the same at {FEW}", few, 1.5)


def _fill(store: Store, count: int) -> None:
    """People in the database without files: their blobs were purged long ago, their rows stay for ever."""
    have = len(store.bundles.rows())
    for _ in range(have, count):
        _close(store)


def _close(store: Store) -> None:
    def sign(slot: Slot) -> SignedManifest:
        return SignedManifest(b"x" * 1200, f"{slot.seq:064x}")

    number = store.counters.next("bench")
    store.bundles.close(None, BundleKind.PERSON, _nik(number), (), sign)


def _nik(number: int) -> str:
    return f"610501{1 + number % 28:02d}0190{1 + number % 9999:04d}"


def _listed(number: int) -> Listed:
    return Listed(Resident(_nik(number), "BENCH", date(1990, 1, 1), Sex.MALE, "BENCH"), "UNREGISTERED")
