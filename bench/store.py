"""The store: what it costs to be durable, and whether it stays the same with ten thousand people."""

import os
import secrets
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyrage

from bench.rows import Row, interleaved, seconds
from hal.world import eyes, faces, fingers
from kiosk.core.padding import IMAGE_STEP
from kiosk.imaging import encode
from kiosk.store import BundleKind, InMemoryKeyring, SignedManifest, Slot, Store, seal

PEOPLE_SERVED = 12
RUNS = 80
FEW, MANY = 100, 10_000
STATE = b"x" * 6_000  # a session's JSON near its end


def rows(say: Callable[[str], object]) -> Iterator[Row]:
    """The rows of this part."""
    with _store() as (store, folder):
        say("store: accept to durable")
        yield _accept_to_durable(store, folder)
    say("store: record cost at 100 and 10,000 people (fills a store first)")
    with _store() as (few, _), _store() as (many, _):
        yield from _flat(few, many)


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


def _pictures() -> list[bytes]:
    """The masters of one person: ten fingers, two eyes, the uncropped face."""
    rng = np.random.default_rng(1)
    prints = [encode.png(fingers.impression(fingers.master(n), rng), 500) for n in range(10)]
    irises = [encode.png(eyes.picture(eyes.iris(n), rng, side=side), None) for n, side in enumerate(("left", "right"))]
    return [*prints, *irises, encode.png(faces.picture(faces.face(1), rng), None)]


def _accept_to_durable(store: Store, folder: Path) -> Row:
    """From acceptance (the capture was encoded and sealed in RAM beside its verdict) to file, row and draft on the
    medium, against a new file of as many bytes, written and fsynced; the mean over all captures of a person."""
    pictures, recipients = _pictures(), _recipients()
    ours, bare = [], []
    for _ in range(PEOPLE_SERVED):
        record, blobs = secrets.token_hex(16), []
        spent_ours = spent_bare = 0.0
        for png in pictures:
            sealed = seal(png, recipients, IMAGE_STEP)

            def accept(record: str = record, blobs: list = blobs, sealed: bytes = sealed) -> None:
                blobs.append(store.drafts.keep(record, sealed))
                store.drafts.save(record, "fingers", STATE, blobs)

            spent_ours += seconds(accept)
            spent_bare += seconds(lambda sealed=sealed: _bare(folder / secrets.token_hex(16), sealed))
        ours.append(spent_ours)
        bare.append(spent_bare)
    value, peer = (statistics.median(spent) * 1e3 / len(pictures) for spent in (ours, bare))
    return Row("store", "accept to durable, mean of a person's captures", value, "ms", "bare write+fsync", peer, 3.0)


def _bare(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL)
    os.write(descriptor, data)
    os.fsync(descriptor)
    os.close(descriptor)


def _flat(few: Store, many: Store) -> Iterator[Row]:
    """Closing one person and looking a NIK up, in turns on a box with few people and on one with many. Their blobs were
    purged long ago, their rows stay for ever."""
    for store, count in ((few, FEW), (many, MANY)):
        for _ in range(count):
            _close(store)
    at_many, at_few = interleaved(lambda: _close(many), lambda: _close(few), RUNS)
    yield Row("store", f"closing one person at {MANY:,} people", at_many, "ms", f"the same at {FEW}", at_few, 1.5)
    at_many, at_few = interleaved(lambda: _look_up(many), lambda: _look_up(few), RUNS)
    yield Row("store", f"looking 100 NIKs up at {MANY:,} people", at_many, "ms", f"the same at {FEW}", at_few, 1.5)


def _look_up(store: Store) -> None:
    for number in range(1, 101):
        store.bundles.earlier(_nik(number))


def _close(store: Store) -> None:
    def sign(slot: Slot) -> SignedManifest:
        return SignedManifest(b"x" * 1200, f"{slot.seq:064x}")

    number = store.counters.next("bench")
    store.bundles.close(None, BundleKind.PERSON, _nik(number), (), sign)


def _nik(number: int) -> str:
    return f"61050{number % 10}0101{number // 10000 % 100:02d}{1 + number % 9999:04d}"
