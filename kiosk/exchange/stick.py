"""Single files of a mounted stick, by the fixed names of stick_layout: read bounded, written durably, refused by name.

`root` is where the stick stands, mounted nosymfollow, nodev, noexec. Everything found there is somebody else's.
"""

import errno
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from kiosk.exchange import disk, jws, stick_layout
from kiosk.exchange.bundle import MANIFEST
from kiosk.exchange.errors import BundleError, Reason, StickError, StickReason
from kiosk.exchange.manifest import parse_bundle_name
from kiosk.exchange.receipt import Receipt
from kiosk.exchange.roster import MAX_SEALED
from kiosk.exchange.shapes import Head

_BUNDLE = re.compile(r"[A-Z0-9-]{2,21}_[0-9a-f]{8}_[0-9]{8}")
_STRANGER = re.compile(rf"(?!{_BUNDLE.pattern}$).*", re.DOTALL)
_MAX_STRANGERS = 64
_JWS = re.compile(r"[A-Z0-9-]{2,21}_[0-9a-f]{8}(_[0-9]{1,16})?\.jws")
_ANY = re.compile(r".*", re.DOTALL)
_REASONS = {
    errno.ENOSPC: StickReason.FULL,
    errno.EDQUOT: StickReason.FULL,
    errno.EROFS: StickReason.READ_ONLY,
    errno.EACCES: StickReason.READ_ONLY,
    errno.EPERM: StickReason.READ_ONLY,
    errno.EIO: StickReason.LOST,
    errno.ENODEV: StickReason.LOST,
    errno.ENXIO: StickReason.LOST,
    errno.ENOENT: StickReason.LOST,
    errno.ESTALE: StickReason.LOST,
    errno.ESHUTDOWN: StickReason.LOST,
}


@contextmanager
def stick_errors() -> Iterator[None]:
    """Turns the system's errors into StickError."""
    try:
        yield
    except OSError as error:
        raise StickError(_REASONS.get(error.errno or 0, StickReason.UNREADABLE)) from error


def read_file(root: Path, name: str) -> bytes | None:
    """One file by its layout name, None where there is none. BundleError UNREADABLE or TOO_LARGE about this file,
    StickError about the stick."""
    limit = MAX_SEALED if name.endswith(".age") else jws.max_raw()
    folder, _, file = name.rpartition("/")
    with _folder(root, folder) as fd:
        if fd is None:
            return None
        try:
            return disk.read(fd, file, limit)
        except FileNotFoundError:
            return None
        except BundleError as error:
            raise BundleError(error.reason, name) from error


def write_file(root: Path, name: str, raw: bytes) -> None:
    """One file under its layout name, durable; an earlier refusal of that name is taken back. StickError."""
    folder, _, file = name.rpartition("/")
    with stick_errors(), disk.directory(root, stick_layout.TOP, *folder.split("/"), make=True) as fd:
        disk.put(fd, file, raw)
    forgive(root, name)


def remove_file(root: Path, name: str) -> None:
    """What has been taken up; not being there is no error. StickError."""
    folder, _, file = name.rpartition("/")
    with _folder(root, folder) as fd:
        if fd is not None:
            disk.remove(fd, file)


def bundles(root: Path) -> tuple[str, ...]:
    """Names under bundles/: at most 4,096 well formed, then at most 64 others, to be refused by name. StickError."""
    with _folder(root, stick_layout.BUNDLES) as fd:
        if fd is None:
            return ()
        well_named = disk.names(fd, _BUNDLE, stick_layout.MAX_BUNDLES)
        return well_named + disk.names(fd, _STRANGER, _MAX_STRANGERS)


def bundle_directory(root: Path, name: str) -> Path:
    """Where a bundle stands on the stick, for `verify_bundle`."""
    return root / stick_layout.TOP / stick_layout.bundle(name)


def receipts(root: Path, box: str, incarnation: str) -> tuple[str, ...]:
    """Layout names of the receipts for this incarnation, lowest counter first, at most 512. StickError."""
    wanted = re.compile(rf"{re.escape(box)}_{re.escape(incarnation)}_[0-9]{{1,16}}\.jws")
    return _listed(root, stick_layout.RECEIPTS, wanted)


def requests(root: Path) -> tuple[str, ...]:
    """Layout names of requests for a certificate, at most 512. StickError."""
    return _listed(root, stick_layout.REQUESTS, _JWS)


def completions(root: Path) -> tuple[str, ...]:
    """Layout names of completion files, at most 512. StickError."""
    return _listed(root, stick_layout.COMPLETE, _JWS)


def refuse(root: Path, name: str, reason: Reason) -> None:
    """Say on the stick why a file or bundle cannot be used. StickError."""
    with stick_errors(), disk.directory(root, stick_layout.TOP, stick_layout.REFUSED, make=True) as fd:
        disk.put(fd, _note(name), f"{reason.value}\n".encode())


def is_refused(root: Path, name: str) -> bool:
    """Whether it was refused and not written anew since. Anybody can put such a note on a stick: it saves a second
    try, it never counts as an answer. StickError."""
    with _folder(root, stick_layout.REFUSED) as fd:
        return fd is not None and disk.exists(fd, _note(name))


def forgive(root: Path, name: str) -> None:
    """Take the refusal of a name back, because it was written anew. StickError."""
    remove_file(root, f"{stick_layout.REFUSED}/{_note(name)}")


def remove_bundle(root: Path, name: str, receipt: Receipt, raw: bytes) -> None:
    """Take an accepted bundle off the stick, once the receipt `raw` (opened: `receipt`) stands on that same stick.
    A second call ends what a pulled stick interrupted. BundleError where stick or receipt do not bear it out (NOT_OURS,
    UNKNOWN_NUMBER, FORK), StickError."""
    _bears_out(root, name, receipt, raw)
    with _folder(root, stick_layout.BUNDLES) as bundles_fd, _folder(root, stick_layout.bundle(name)) as fd:
        if bundles_fd is None or fd is None:
            return
        found = disk.names(fd, _ANY, disk.MAX_ENTRIES)
        if MANIFEST in found:
            manifest = jws.payload_hash(disk.read(fd, MANIFEST, jws.max_raw()))
            if Head(parse_bundle_name(name).seq, manifest) not in receipt.accepted:
                raise BundleError(Reason.FORK, name)
        elif found:
            raise BundleError(Reason.UNREADABLE, name)
        for file in sorted(found, key=MANIFEST.__eq__):  # the manifest last: it says what may go
            disk.remove(fd, file)
        disk.remove_directory(bundles_fd, name)


def _bears_out(root: Path, name: str, receipt: Receipt, raw: bytes) -> None:
    box, incarnation, seq = parse_bundle_name(name)
    if (receipt.box, receipt.incarnation) != (box, incarnation):
        raise BundleError(Reason.NOT_OURS, name)
    if seq not in {head.seq for head in receipt.accepted}:
        raise BundleError(Reason.UNKNOWN_NUMBER, name)
    if read_file(root, stick_layout.receipt(box, incarnation, receipt.counter)) != raw:
        raise StickError(StickReason.UNREADABLE, "the receipt is not on this stick")


@contextmanager
def _folder(root: Path, folder: str) -> Iterator[int | None]:
    """A folder under JEMPUT/ for reading, None where it is not there; a stick that is gone is an error."""
    with stick_errors(), ExitStack() as stack:
        stack.enter_context(disk.directory(root))
        try:
            fd = stack.enter_context(disk.directory(root, stick_layout.TOP, *folder.split("/")))
        except FileNotFoundError:
            fd = None
        yield fd


def _listed(root: Path, folder: str, wanted: re.Pattern[str]) -> tuple[str, ...]:
    with _folder(root, folder) as fd:
        found = () if fd is None else disk.names(fd, wanted, stick_layout.MAX_FILES)
    return tuple(f"{folder}/{name}" for name in sorted(found, key=_by_counter))


def _by_counter(name: str) -> tuple[str, int, str]:
    stem, _, counter = name.removesuffix(".jws").rpartition("_")
    return (stem, int(counter), name) if counter.isdigit() else (stem, 0, name)


def _note(name: str) -> str:
    """A note's name; a name that we would not write ourselves is replaced by its hash."""
    last = name.rpartition("/")[2]
    return f"{last if stick_layout.is_safe(last) else disk.sha256(last.encode(errors='surrogateescape'))[:16]}.txt"
