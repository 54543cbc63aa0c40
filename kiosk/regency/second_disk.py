"""The disk of the second copies. It carries a mark, so that a folder where no disk is mounted is never taken for it."""

import json
import subprocess
from pathlib import Path
from uuid import uuid4

from kiosk.regency.durable import write_file
from kiosk.regency.errors import OfficeError
from kiosk.regency.office import Office

MARK = "jemput-second-copies.json"
_COPIES, _PLACE, _DISK = "copies", "second_place", "second_disk"  # what the office remembers


def copies(office: Office) -> int:
    """How many durable copies a receipt of this office stands for: 2, or 1 where it does without a second disk."""
    return int(office.register.setting(_COPIES) or 2)


def do_without(office: Office) -> None:
    """From now on a receipt stands for one copy, and says so."""
    office.register.set(_COPIES, "1")


def adopt(office: Office, directory: Path) -> None:
    """Second copies go to this directory from now on.

    Raises OfficeError where it is no directory, within the office, on the same disk, or another office's.
    """
    if not directory.is_dir():
        raise OfficeError("There is no such directory; mount the second disk first.")
    if directory.resolve().is_relative_to(office.directory.resolve()):
        raise OfficeError("Second copies must not lie within the office; name another disk.")
    if _stands_on(directory) & _stands_on(office.directory):
        raise OfficeError("That directory is on the office's own disk; mount another one there.")
    mark(office, directory)


def mark(office: Office, directory: Path) -> None:
    """As `adopt`, wherever the directory lies: for practice, where a folder stands for the disk. Of a disk that the
    office does not know yet, no copy counts: all are written to it by the next take-in."""
    there = _mark(directory)
    if there and there["root"] != office.root_public:
        raise OfficeError("That disk holds the second copies of another office; use one of your own.")
    disk = there["disk"] if there else uuid4().hex
    if not there:
        write_file(directory / MARK, json.dumps({"root": office.root_public, "disk": disk}).encode())
    with office.register.transaction():
        if disk != office.register.setting(_DISK):
            office.register.write("UPDATE bundles SET copies = 1")
        for name, value in ((_COPIES, "2"), (_PLACE, str(directory.resolve())), (_DISK, disk)):
            office.register.set(name, value)


def place(office: Office) -> Path:
    """Where the second copies stand. Raises OfficeError where that is not said yet, or the disk is not there."""
    known = office.register.setting(_PLACE)
    if known is None:
        raise OfficeError(
            "Two copies need a second disk: name it with 'kiosk regency second-disk', which can also do without."
        )
    there = _mark(Path(known))
    if not there or (there["root"], there["disk"]) != (office.root_public, office.register.setting(_DISK)):
        raise OfficeError(f"The second disk is not at {known}; mount it there and run again, nothing was done.")
    return Path(known)


def _mark(directory: Path) -> dict[str, str] | None:
    try:
        read = json.loads((directory / MARK).read_bytes())
        return {name: str(read[name]) for name in ("root", "disk")}
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise OfficeError(f"{directory / MARK} is damaged: this disk rots; use a new one.") from error


def _stands_on(directory: Path) -> set[str]:
    """The block devices that a directory's file system stands on, down to the disk; of a network share its name."""
    sources = _said("findmnt", "-nvo", "SOURCE", "--target", str(directory)) or [str(directory.stat().st_dev)]
    return set(_said("lsblk", "-nrso", "NAME", sources[-1])) or {sources[-1]}


def _said(*command: str) -> list[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
