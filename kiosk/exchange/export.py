"""One handover to a stick: bundles, then the completion file, then everything read back. Only what `read_back` returns
counts as exported."""

import os
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from kiosk.core.record import Blob
from kiosk.exchange import disk, jws, stick, stick_layout
from kiosk.exchange.bundle import MANIFEST, blob_name, read_blob, read_manifest, verify_bundle
from kiosk.exchange.completion import Completion
from kiosk.exchange.errors import BundleError, Reason, StickError, StickReason

CLUSTER = 128 * 1024  # the largest usual one of exFAT
Progress = Callable[[int, int], None]  # bytes done, bytes in all
_ANY = re.compile(r".*", re.DOTALL)


@dataclass(frozen=True)
class Written:
    """Bundles written but not completed: their names and manifest hashes, why others were skipped (rotted at the
    source), and the SHA-256 each file must have when it is read back, by layout name."""

    names: tuple[str, ...]
    manifests: tuple[str, ...]
    skipped: Mapping[str, Reason]
    files: Mapping[str, str]


@dataclass(frozen=True)
class Completed:
    """A pass that ended with its completion file and waits to be read back."""

    names: tuple[str, ...]
    files: Mapping[str, str]


def size_of(bundle_dirs: Sequence[Path]) -> int:
    """Bytes a stick must have free, each file and directory filling whole clusters. OSError of the source."""
    used = CLUSTER * 4  # the folders, and the completion file
    for directory in bundle_dirs:
        used += CLUSTER + sum(-(-size // CLUSTER) * CLUSTER for size in _sizes(directory))
    return used


def write_bundles(
    root: Path,
    bundle_dirs: Sequence[Path],
    box_public: str,
    progress: Progress,
    lost: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> Written:
    """Each bundle that is whole at its source, under final names: its blobs, then its manifest. `lost` are hashes that
    an amendment gave up, by bundle. StickError."""
    held = {*stick.bundles(root), *(directory.name for directory in bundle_dirs)}
    if len(held) > stick_layout.MAX_BUNDLES:
        raise StickError(StickReason.FULL, "number of bundles")
    total, done = sum(sum(_sizes(directory)) for directory in bundle_dirs), 0
    names: list[str] = []
    manifests: list[str] = []
    skipped: dict[str, Reason] = {}
    files: dict[str, str] = {}
    for directory in bundle_dirs:
        try:
            given_up = lost.get(directory.name, ())
            manifest = verify_bundle(directory, box_public, directory.name, given_up)
            raw = read_manifest(directory)
            whole = [blob for blob in manifest.blobs if blob.sha256 not in given_up]
            files |= _write_bundle(root, directory, manifest.name, whole, raw)
        except BundleError as error:
            skipped[directory.name] = error.reason
        else:
            names.append(manifest.name)
            manifests.append(jws.payload_hash(raw))
        done += sum(_sizes(directory))
        progress(done, total)
    return Written(tuple(names), tuple(manifests), skipped, files)


def write_completion(root: Path, written: Written, completion: Completion, raw: bytes) -> Completed:
    """The last file of the pass: `raw` is `completion` signed. ValueError where it names other bundles; StickError."""
    if completion.manifests != written.manifests:
        raise ValueError("a completion names exactly what its pass wrote")
    name = stick_layout.completion(completion.box, completion.incarnation, completion.counter)
    stick.write_file(root, name, raw)
    return Completed(written.names, {**written.files, name: disk.sha256(raw)})


def read_back(root: Path, completed: Completed) -> tuple[str, ...]:
    """The names that are now exported, after every file was read once more and hashed. The caller has unmounted,
    flushed the device and mounted it read-only in between. StickError, and then none of them counts."""
    for name, expected in completed.files.items():
        folder, _, file = name.rpartition("/")
        try:
            with stick.stick_errors(), disk.directory(root, stick_layout.TOP, *folder.split("/")) as fd:
                found = disk.sha256(disk.read(fd, file, disk.MAX_FILE))
        except BundleError as error:
            raise StickError(StickReason.UNREADABLE, name) from error
        if found != expected:
            raise StickError(StickReason.UNREADABLE, name)
    return completed.names


def _write_bundle(root: Path, source: Path, name: str, blobs: Sequence[Blob], raw: bytes) -> dict[str, str]:
    place = stick_layout.bundle(name)
    wanted = {MANIFEST, *(blob_name(blob.sha256) for blob in blobs)}
    with stick.stick_errors():
        with disk.directory(root, stick_layout.TOP, *place.split("/"), make=True) as fd:
            for stranger in set(disk.names(fd, _ANY, disk.MAX_ENTRIES)) - wanted:
                disk.remove(fd, stranger)
            for blob in blobs:
                disk.put(fd, blob_name(blob.sha256), read_blob(source, blob))
            disk.put(fd, MANIFEST, raw)
        stick.forgive(root, name)
    hashes = {f"{place}/{blob_name(blob.sha256)}": blob.sha256 for blob in blobs}
    return {**hashes, f"{place}/{MANIFEST}": disk.sha256(raw)}


def _sizes(directory: Path) -> list[int]:
    """Empty where the source is gone: verifying it then says so by name."""
    with suppress(FileNotFoundError), os.scandir(directory) as entries:
        return [entry.stat(follow_symlinks=False).st_size for entry in entries]
    return []
