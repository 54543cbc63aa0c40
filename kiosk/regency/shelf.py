"""Where the office keeps sealed bundles: one directory a bundle, and the same again on the second disk."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from kiosk.exchange import disk, jws
from kiosk.exchange.bundle import MANIFEST, blob_name, read_manifest
from kiosk.exchange.errors import BundleError, Reason
from kiosk.exchange.manifest import MAX_BLOBS
from kiosk.exchange.shapes import MAX_BLOB
from kiosk.regency import durable
from kiosk.regency.examine import Examined
from kiosk.regency.office import BUNDLES, Office
from kiosk.regency.register import Held

_ANY = re.compile(r".*", re.DOTALL)
_BLOB = re.compile(r"[0-9a-f]{64}\.age")


def store(office: Office, found: Examined) -> None:
    """The first copy, durable. BundleError where the source changed under our hands."""
    durable.write_directory(office.bundles / found.manifest.name, found.files())


def store_second(office: Office, held: Held, second: Path) -> None:
    """The second copy, durable: every file of the first, hashed again. BundleError(BAD_HASH) where the first rotted."""
    durable.write_directory(second / BUNDLES / held.name, _checked_files(office.bundles / held.name, held.manifest))


def _checked_files(directory: Path, digest: str) -> Iterator[tuple[str, bytes]]:
    for path in sorted(directory.iterdir()):
        data = path.read_bytes()
        whole = jws.payload_hash(data) == digest if path.name == MANIFEST else blob_name(disk.sha256(data)) == path.name
        if not whole:
            raise BundleError(Reason.BAD_HASH, directory.name)
        yield path.name, data


def destroy_blobs(directory: Path) -> None:
    """What a person took back is gone, durably, half a copy of it too; the manifest stays, so that its number does."""
    durable.remove_directory(directory.with_name(directory.name + durable.PARTIAL))
    blobs = [path for path in directory.glob("*") if path.name != MANIFEST]
    for blob in blobs:
        blob.unlink()
    if blobs:
        durable.sync_directory(directory)


def keep_aside(office: Office, found: Examined) -> None:
    """A side of a fork, whole, under its manifest hash."""
    _keep_once(office.quarantine / found.hash / found.manifest.name, found.files())


def keep_uncertified(office: Office, directory: Path) -> str:
    """A bundle whose key is not certified yet: its manifest and the blobs that hash to their names. Its manifest hash;
    BundleError where there is no manifest."""
    raw = read_manifest(directory)
    digest = jws.payload_hash(raw)
    _keep_once(office.quarantine / digest / directory.name, chain([(MANIFEST, raw)], _hashed_blobs(directory)))
    return digest


def is_empty(directory: Path) -> bool:
    """Whether a bundle's directory holds nothing at all."""
    try:
        with disk.directory(directory.parent, directory.name) as fd:
            return not disk.names(fd, _ANY, 1)
    except OSError:
        return False


def tidy_quarantine(office: Office) -> None:
    """What was taken in from quarantine needs no second place there."""
    kept = {row["manifest"] for row in office.register.rows("SELECT manifest FROM quarantine")}
    for directory in sorted(office.quarantine.iterdir()):
        if directory.name not in kept:
            durable.remove_directory(directory)


def _keep_once(directory: Path, files: Iterable[tuple[str, bytes]]) -> None:
    if not directory.is_dir():
        durable.write_directory(directory, files)


def _hashed_blobs(directory: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with disk.directory(directory.parent, directory.name) as fd:
            for name in disk.names(fd, _BLOB, MAX_BLOBS):
                data = disk.read(fd, name, MAX_BLOB)
                if blob_name(disk.sha256(data)) == name:
                    yield name, data
    except OSError as error:
        raise BundleError(Reason.UNREADABLE, directory.name) from error
