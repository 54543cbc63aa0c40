"""A look at a store that changes nothing and needs no key: for readiness reports and for the workshop. It reads a copy
of the database in the system's temporary directory; what is personal there is sealed as on the card."""

import shutil
import sqlite3
import tempfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.core.record import Blob
from kiosk.store.errors import StoreDamaged, from_os, from_sqlite
from kiosk.store.rows import BundleState

DATABASE = "jemput.db"
_PARTS = ("", "-wal")  # the log holds commits that the file does not yet have
UNSETTLED = (BundleState.SEALED, BundleState.EXPORTED, BundleState.REJECTED)


@dataclass(frozen=True)
class Glimpse:
    """`states` of every bundle ever numbered, by name; `blobs` of those whose files must stand; `under_way` by record
    id; the present incarnation, None before the first start."""

    states: Mapping[str, BundleState]
    blobs: Mapping[str, tuple[Blob, ...]]
    under_way: Mapping[str, tuple[Blob, ...]] = field(repr=False)
    incarnation: str | None

    @property
    def unsettled(self) -> tuple[str, ...]:
        """Bundles that no receipt has accepted."""
        return tuple(name for name, state in self.states.items() if state in UNSETTLED)


def glimpse(root: Path) -> Glimpse | None:
    """What the store in this directory holds; None where there never was one. StoreDamaged where the database fails its
    check, or is gone while files of it remain; StoreError where it cannot be read."""
    try:
        if not (root / DATABASE).exists():
            if any(any(room.iterdir()) for name in ("people", "outbox") if (room := root / name).is_dir()):
                raise StoreDamaged("the database is gone, and its files remain")
            return None
        with tempfile.TemporaryDirectory(prefix="jemput-") as folder:
            for part in _PARTS:
                if (source := root / (DATABASE + part)).exists():
                    shutil.copyfile(source, Path(folder) / source.name)
            with closing(sqlite3.connect(Path(folder) / DATABASE)) as database:
                return _read(database)
    except sqlite3.Error as error:
        raise from_sqlite(error) from error
    except (ValueError, KeyError) as error:
        raise StoreDamaged("the database holds what no program of ours writes") from error
    except OSError as error:
        raise from_os(error) from error


def missing(root: Path, found: Glimpse) -> int:
    """How many files the database names and the card does not have in their length."""
    expected = [(root / "outbox" / name, blobs) for name, blobs in found.blobs.items()]
    expected += [(root / "people" / name, blobs) for name, blobs in found.under_way.items()]
    return sum(not _stands(folder / f"{blob.sha256}.age", blob.size) for folder, blobs in expected for blob in blobs)


def _read(database: sqlite3.Connection) -> Glimpse:
    database.execute("pragma trusted_schema = off")
    if database.execute("pragma quick_check(1)").fetchone()[0] != "ok":
        raise StoreDamaged("the database fails its check")
    states = {name: BundleState(state) for name, state in database.execute("select name, state from bundles")}
    given_up = set(database.execute("select name, sha256 from amendments"))
    blobs: dict[str, tuple[Blob, ...]] = {name: () for name, state in states.items() if state in UNSETTLED}
    for name, sha256, size in database.execute("select name, sha256, size from blobs"):
        if name in blobs and (name, sha256) not in given_up:
            blobs[name] += (Blob(sha256, size),)
    under_way: dict[str, tuple[Blob, ...]] = {name: () for (name,) in database.execute("select record_id from drafts")}
    for name, sha256, size in database.execute("select record_id, sha256, size from captures"):
        under_way[name] += (Blob(sha256, size),)
    last = database.execute("select incarnation from incarnations order by number desc limit 1").fetchone()
    return Glimpse(states, blobs, under_way, last[0] if last else None)


def _stands(path: Path, size: int) -> bool:
    try:
        return path.is_file() and path.stat().st_size == size
    except OSError:  # a card that cannot even tell: what it does not show is missing
        return False
