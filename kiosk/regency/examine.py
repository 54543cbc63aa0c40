"""One bundle under the lens: signature, hashes, every blob opened, and meta, manifest and certificate agreeing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyrage
from pyrage.x25519 import Identity

from kiosk.core.padding import unpad
from kiosk.core.record import Blob, Provenance
from kiosk.core.recording import Purpose, Recording
from kiosk.exchange import jws
from kiosk.exchange.bundle import MANIFEST, blob_name, check_meta, read_blob, read_manifest, verify_bundle
from kiosk.exchange.errors import BundleError, Reason
from kiosk.exchange.manifest import Kind, Manifest, open_manifest
from kiosk.exchange.meta import is_meta, read_meta
from kiosk.regency.mapping import provenance_of, utc_of
from kiosk.regency.pictures import Look, fits, look
from kiosk.regency.register import Incarnation


@dataclass(frozen=True)
class Examined:
    """A bundle that is the box's own and holds what it says. `recording` is None where there is no person, or where
    the meta is among the `lost`; `meta` is then None too."""

    directory: Path
    manifest: Manifest
    hash: str
    lost: tuple[str, ...] = ()
    meta: str | None = None
    recording: Recording | None = None

    def files(self) -> Iterator[tuple[str, bytes]]:
        """The bundle's files with their bytes, each hashed again as it is read. BundleError."""
        raw = read_manifest(self.directory)
        if jws.payload_hash(raw) != self.hash:
            raise BundleError(Reason.BAD_HASH, self.manifest.name)
        yield MANIFEST, raw
        for blob in self.manifest.blobs:
            if blob.sha256 not in self.lost:
                yield blob_name(blob.sha256), read_blob(self.directory, blob)


class Rejected(Exception):
    """A bundle whose manifest is the box's own, and which cannot be taken as it is."""

    def __init__(self, manifest: Manifest, digest: str, reason: Reason, hashes: tuple[str, ...] = ()) -> None:
        super().__init__(reason.value)
        self.manifest, self.hash, self.reason, self.hashes = manifest, digest, reason, hashes


def open_own(directory: Path, name: str, box_public: str) -> tuple[Manifest, str]:
    """The manifest that this key signed, and its hash. BundleError: nothing in it can be believed."""
    raw = read_manifest(directory)
    manifest = open_manifest(raw, box_public)
    if manifest.name != name:
        raise BundleError(Reason.NAME_MISMATCH, name)
    return manifest, jws.payload_hash(raw)


def examine(
    directory: Path, incarnation: Incarnation, office: str, opening: Identity, lost: tuple[str, ...] = ()
) -> Examined:
    """Everything a receipt vouches for. `lost` are the hashes that the box's own amendment gives up.

    Raises BundleError where the manifest is not the box's, Rejected where the rest does not hold.
    """
    manifest, digest = open_own(directory, directory.name, incarnation.key)
    try:
        _check_certificate(manifest, incarnation, office)
        gone = _check_blobs(directory, manifest, incarnation, digest, lost)
        found = Examined(directory, manifest, digest, gone)
        return _open_person(found, opening) if manifest.kind is Kind.PERSON else _open_other(found, opening)
    except BundleError as error:
        raise Rejected(manifest, digest, error.reason) from error


def _check_certificate(manifest: Manifest, incarnation: Incarnation, office: str) -> None:
    if manifest.office != office:
        raise BundleError(Reason.WRONG_OFFICE, manifest.name)
    if manifest.training != incarnation.training:
        raise BundleError(Reason.TRAINING_MISMATCH, manifest.name)


def _check_blobs(
    directory: Path, manifest: Manifest, incarnation: Incarnation, digest: str, lost: tuple[str, ...]
) -> tuple[str, ...]:
    """The hashes that are really gone and given up; Rejected names all blobs at fault that are not."""
    faults = {blob.sha256: reason for blob in manifest.blobs if (reason := _fault(directory, blob))}
    if unexpected := {sha256: reason for sha256, reason in faults.items() if sha256 not in lost}:
        raise Rejected(manifest, digest, next(iter(unexpected.values())), tuple(sorted(unexpected)))
    if not faults:
        verify_bundle(directory, incarnation.key, directory.name)
    return tuple(sorted(faults))


def _fault(directory: Path, blob: Blob) -> Reason | None:
    try:
        read_blob(directory, blob)
    except BundleError as error:
        return error.reason
    return None


def _opened(found: Examined, opening: Identity) -> Iterator[tuple[str, bytes]]:
    for blob in found.manifest.blobs:
        if blob.sha256 not in found.lost:
            yield blob.sha256, open_blob(found.directory, blob, opening)


def open_blob(directory: Path, blob: Blob, opening: Identity) -> bytes:
    """What a blob holds, opened and unpadded. BundleError. The only place in the project that opens a capture."""
    try:
        return unpad(pyrage.decrypt(read_blob(directory, blob), [opening]))
    except pyrage.DecryptError as error:
        raise BundleError(Reason.NOT_SEALED_TO_US, blob.sha256) from error
    except ValueError as error:
        raise BundleError(Reason.BAD_FORMAT, blob.sha256) from error


def _open_other(found: Examined, opening: Identity) -> Examined:
    for _ in _opened(found, opening):
        pass  # a commissioning text only has to open
    return found


def _open_person(found: Examined, opening: Identity) -> Examined:
    name, looks = found.manifest.name, dict[str, Look]()
    metas: list[tuple[str, bytes]] = []
    for sha256, plain in _opened(found, opening):
        if is_meta(plain):
            metas.append((sha256, plain))
        else:
            looks[sha256] = look(plain, sha256)
    if not metas and found.lost:
        return found
    if len(metas) != 1:
        raise BundleError(Reason.BAD_META, name)
    meta, plain = metas[0]
    recording = read_meta(plain)
    check_meta(found.manifest, meta, recording)
    _check_recording(found.manifest, recording)
    if not all(fits(looks[c.blob.sha256], c) for c in recording.captures if c.blob.sha256 in looks):
        raise BundleError(Reason.BAD_META, name)
    return replace(found, meta=meta, recording=recording)


def _check_recording(manifest: Manifest, recording: Recording) -> None:
    positions = [c.position for c in recording.captures if c.purpose is Purpose.RECORD]
    try:
        utc_of(recording.closed)
    except ValueError as error:
        raise BundleError(Reason.BAD_META, manifest.name) from error
    if len(set(positions)) != len(positions):
        raise BundleError(Reason.BAD_META, manifest.name)
    if provenance_of(recording) is not Provenance.REAL and not manifest.training:
        raise BundleError(Reason.PROVENANCE_MISMATCH, manifest.name)
