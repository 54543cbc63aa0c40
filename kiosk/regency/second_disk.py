"""The disk of the second copies. It carries a mark, so that a folder where no disk is mounted is never taken for it."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

from kiosk.regency.durable import write_file
from kiosk.regency.errors import OfficeError
from kiosk.regency.office import Office

MARK = "jemput-second-copies.json"
_COPIES, _PLACE, _DISK = "copies", "second_place", "second_disk"  # what the office remembers
_SHARES = ("nfs", "nfs4", "cifs", "smb3", "fuse.sshfs")  # on the disks of another machine
_ANEW = "with a disk in its place, run 'kiosk regency second-disk'"


@dataclass(frozen=True)
class _Mark:
    """Whose copies these are (the office's root key), which disk it is, and whether a folder only stands for one."""

    root: str
    disk: str
    practice: bool


def copies(office: Office) -> int:
    """How many durable copies a receipt of this office stands for: 2, or 1 where it does without a second disk."""
    return int(office.register.setting(_COPIES) or 2)


def do_without(office: Office) -> None:
    """From now on a receipt stands for one copy, and says so; what the second disk held counts no more."""
    with office.register.transaction():
        office.register.write("DELETE FROM settings WHERE name IN (?, ?)", _PLACE, _DISK)
        office.register.set(_COPIES, "1")
        office.register.write("UPDATE bundles SET copies = 1")


def adopt(office: Office, directory: Path) -> None:
    """Second copies go to this directory from now on. None on it counts until the next take-in has compared it.

    Raises OfficeError where it is no directory, within the office, on the same disk or none, or another office's.
    """
    if not directory.is_dir():
        raise OfficeError("There is no such directory; mount the second disk first.")
    if directory.resolve().is_relative_to(office.directory.resolve()):
        raise OfficeError("Second copies must not lie within the office; name another disk.")
    own = set().union(*(_devices(place) or {_mounted(place)[0]} for place in (office.directory, office.bundles)))
    if (_devices(directory) or {_share(directory)}) & own:
        raise OfficeError("That directory is on the office's own disk; mount another one there.")
    mark(office, directory)


def mark(office: Office, directory: Path, practice: bool = False) -> None:
    """As `adopt`, wherever the directory lies. In `practice` a folder stands for the disk."""
    there = _read(directory)
    if there and there.root != office.root_public:
        raise OfficeError("That disk holds the second copies of another office; use one of your own.")
    now = _Mark(office.root_public, there.disk if there else uuid4().hex, practice)
    if now != there:
        write_file(directory / MARK, json.dumps(asdict(now)).encode())
    with office.register.transaction():
        office.register.write("UPDATE bundles SET copies = 1")
        for name, value in ((_COPIES, "2"), (_PLACE, str(directory.resolve())), (_DISK, now.disk)):
            office.register.set(name, value)


def name(office: Office, directory: Path) -> None:
    """The first time, adopt this directory; later, this is where the known disk is mounted now. OfficeError where it
    is another one."""
    known = office.register.setting(_DISK)
    if known is None:
        adopt(office, directory)
        return
    _check(office, directory, directory)
    office.register.set(_PLACE, str(directory.resolve()))


@contextmanager
def mounted(office: Office) -> Iterator[Path | None]:
    """The second disk, None where the office does without. It is held open: what is done below this path is done on
    the disk that carries the mark, or fails. OfficeError where it is not there."""
    place = office.register.setting(_PLACE)
    if copies(office) == 1:
        yield None
        return
    if place is None:
        raise OfficeError(
            "Two copies need a second disk: name it with --backup; 'kiosk regency second-disk --none' does without."
        )
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    except (FileNotFoundError, NotADirectoryError):
        raise _away(place) from None
    try:
        root = Path(f"/proc/self/fd/{descriptor}")
        _check(office, root, Path(place))
        yield root
    finally:
        os.close(descriptor)


def _check(office: Office, directory: Path, called: Path) -> None:
    there = _read(directory)
    if there is None:
        raise _away(called)
    if (there.root, there.disk) != (office.root_public, office.register.setting(_DISK)):
        raise OfficeError(f"Another disk is mounted at {called}; mount the office's second one, or {_ANEW}.")
    if not there.practice and directory.stat().st_dev == office.bundles.stat().st_dev:
        raise OfficeError(f"What is mounted at {called} is on the office's own disk; mount the second one, or {_ANEW}.")


def _away(place: Path | str) -> OfficeError:
    return OfficeError(f"The second disk is not at {place}; mount it there and run again, or {_ANEW}.")


def _read(directory: Path) -> _Mark | None:
    try:
        return _Mark(**json.loads((directory / MARK).read_bytes()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise OfficeError(f"{MARK} on that disk is damaged: the disk rots; use another, {_ANEW}.") from error


def _devices(directory: Path) -> set[str]:
    """The block devices that a directory's file system stands on, down to the disk; a loop device counts as one."""
    return set(_said("lsblk", "-nrso", "NAME", _mounted(directory)[0]))


def _share(directory: Path) -> str:
    source, kind = _mounted(directory)
    if kind not in _SHARES:
        raise OfficeError(f"Nobody can tell which disk that directory is on ({kind}); mount a disk of its own there.")
    return source


def _mounted(directory: Path) -> tuple[str, str]:
    """Source and kind of a directory's file system."""
    source, _, kind = _said("findmnt", "-nvro", "SOURCE,FSTYPE", "--target", str(directory))[-1].rpartition(" ")
    return source, kind


def _said(*command: str) -> list[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
