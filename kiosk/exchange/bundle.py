"""A bundle as a directory: the same on the card, on a stick and at the office (docs/formats.md 3)."""

import re
from collections.abc import Collection, Sequence
from pathlib import Path

from kiosk.core.record import Blob
from kiosk.core.recording import Recording
from kiosk.exchange import disk, jws
from kiosk.exchange.errors import BundleError, Reason
from kiosk.exchange.manifest import MAX_BLOBS, Manifest, open_manifest, parse_bundle_name

MANIFEST = "manifest.jws"
_SUFFIX = ".age"
_ANY = re.compile(r".*", re.DOTALL)


def blob_name(sha256: str) -> str:
    """The file of a blob."""
    return sha256 + _SUFFIX


def read_manifest(directory: Path) -> bytes:
    """The raw manifest of a bundle, bounded and not verified. BundleError(UNREADABLE) where there is none."""
    return _read(directory, MANIFEST, jws.max_raw(), Reason.UNREADABLE)


def read_blob(directory: Path, blob: Blob) -> bytes:
    """A sealed blob, which is what the manifest says. BundleError MISSING_BLOB, UNREADABLE, BAD_SIZE or BAD_HASH."""
    try:
        data = _read(directory, blob_name(blob.sha256), blob.size, Reason.MISSING_BLOB)
    except BundleError as error:
        if error.reason is Reason.TOO_LARGE:
            raise BundleError(Reason.BAD_SIZE, blob.sha256) from error
        raise
    if len(data) != blob.size:
        raise BundleError(Reason.BAD_SIZE, blob.sha256)
    if disk.sha256(data) != blob.sha256:
        raise BundleError(Reason.BAD_HASH, blob.sha256)
    return data


def verify_bundle(directory: Path, box_public: str, name: str, lost: Collection[str] = ()) -> Manifest:
    """The manifest of a bundle that is whole and the box's own; `name` is the name it came under, `lost` the hashes
    that an amendment gave up. BundleError, the first that applies: BAD_NAME, the manifest's, NAME_MISMATCH,
    EXTRA_FILE, then the blobs' in order."""
    parse_bundle_name(name)
    manifest = open_manifest(read_manifest(directory), box_public)
    if manifest.name != name:
        raise BundleError(Reason.NAME_MISMATCH, name)
    if _extra(directory, manifest):
        raise BundleError(Reason.EXTRA_FILE, name)
    for blob in manifest.blobs:
        if blob.sha256 not in lost:
            read_blob(directory, blob)
    return manifest


def rotten(directory: Path, blobs: Sequence[Blob]) -> tuple[str, ...]:
    """The hashes of those blobs that are not what they were."""

    def is_rotten(blob: Blob) -> bool:
        try:
            read_blob(directory, blob)
        except BundleError:
            return True
        return False

    return tuple(sorted(blob.sha256 for blob in blobs if is_rotten(blob)))


def check_meta(manifest: Manifest, meta_sha256: str, recording: Recording) -> None:
    """Manifest and opened meta speak of one box and the same blobs, each once with its size. BundleError(BAD_META)."""
    told = sorted((c.blob for c in recording.captures), key=lambda blob: blob.sha256)
    named = [blob for blob in manifest.blobs if blob.sha256 != meta_sha256]
    same_box = (manifest.box, manifest.incarnation) == (recording.box, recording.incarnation)
    if not same_box or told != named or len(named) + 1 != len(manifest.blobs):
        raise BundleError(Reason.BAD_META, manifest.name)


def _extra(directory: Path, manifest: Manifest) -> bool:
    expected = {MANIFEST, *(blob_name(blob.sha256) for blob in manifest.blobs)}
    try:
        with disk.directory(directory) as fd:
            found = disk.names(fd, _ANY, MAX_BLOBS + 2)
    except OSError as error:
        raise BundleError(Reason.UNREADABLE, manifest.name) from error
    return not expected.issuperset(found)


def _read(directory: Path, name: str, limit: int, absent: Reason) -> bytes:
    try:
        with disk.directory(directory.parent, directory.name) as fd:
            return disk.read(fd, name, limit)
    except FileNotFoundError as error:
        raise BundleError(absent, name) from error
    except OSError as error:
        raise BundleError(Reason.UNREADABLE, name) from error
    except BundleError as error:
        raise BundleError(error.reason, name) from error
