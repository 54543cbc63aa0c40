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
from kiosk.regency.examine import Examined, open_own
from kiosk.regency.office import BUNDLES, Office
from kiosk.regency.register import Held

_ANY = re.compile(r".*", re.DOTALL)
_BLOB = re.compile(r"[0-9a-f]{64}\.age")


def store(office: Office, found: Examined) -> None:
    """The first copy, durable. BundleError where the source changed under our hands."""
    durable.write_directory(office.bundles / found.manifest.name, found.files())


def store_twice(office: Office, held: Held, second: Path) -> None:
    """Both places hold the bundle whole afterwards, durably: whichever lacks or spoilt something gets it from the
    other. BundleError where neither is whole."""
    first, other = office.bundles / held.name, second / BUNDLES / held.name
    if not is_whole(office, held, other):
        durable.write_directory(other, _files(office, held, first))
    elif not is_whole(office, held, first):
        durable.write_directory(first, _files(office, held, other))


def is_whole(office: Office, held: Held, directory: Path) -> bool:
    """Whether every file that was taken in of this bundle is there, to the last bit."""
    try:
        return all(True for _ in _files(office, held, directory))
    except BundleError:
        return False


def _files(office: Office, held: Held, directory: Path) -> Iterator[tuple[str, bytes]]:
    """Exactly what belongs there, verified as it is read; of what was destroyed on a person's word, the manifest."""
    keys = {(one.box, one.incarnation): one.key for one in office.register.incarnations()}
    manifest, digest = open_own(directory, held.name, keys[held.box, held.incarnation])
    destroyed = office.register.people("manifest = ? AND withdrawn AND nik IS NULL", held.manifest)
    lost = tuple(blob.sha256 for blob in manifest.blobs) if destroyed else held.lost
    if digest != held.manifest:
        raise BundleError(Reason.BAD_HASH, held.name)
    yield from Examined(directory, manifest, digest, lost).files()


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
