"""Which disk stands behind a device's name, and why it is not written: what the kernel says in /sys and /proc."""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

SECTOR = 512  # bytes; the unit of /sys/block/*/size, whatever the disk's own
LARGEST = 512 * 10**9  # bytes: larger ones are somebody's backup, not a card
MACHINE = Path("/")


@dataclass(frozen=True)
class Disk:
    """A disk as the kernel knows it. `mounts` are the places where it or a part of it stands, "swap" and "/" among
    them; `holders` what the kernel built on it; `serial` tells this very card from others, None where the reader hides
    it."""

    path: Path
    size: int
    removable: bool
    read_only: bool
    whole: bool
    model: str
    serial: str | None
    mounts: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()


def survey(path: Path, machine: Path = MACHINE) -> Disk | None:
    """The disk of this device node; None where it is no block device. `machine` is where /sys and /proc stand."""
    try:
        status = path.stat()
    except OSError:
        return None
    if not stat.S_ISBLK(status.st_mode):
        return None
    return describe(path, f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}", machine)


def describe(path: Path, number: str, machine: Path = MACHINE) -> Disk | None:
    """The disk of this device number (`major:minor`); None where the kernel has none."""
    node = machine / "sys/dev/block" / number
    if not node.exists():
        return None
    node = node.resolve()
    parts = (node, *(child.parent for child in sorted(node.glob("*/partition"))))
    return Disk(
        path,
        int(_text(node / "size") or 0) * SECTOR,
        _is_card(node),
        _text(node / "ro") == "1",
        not (node / "partition").exists(),
        _model(node),
        _serial(node),
        tuple(sorted(_mounts({_text(part / "dev") for part in parts}, machine))),
        tuple(sorted(holder.name for part in parts for holder in part.glob("holders/*"))),
    )


def refusal(disk: Disk | None, path: Path, wanted: int, told_twice: bool) -> str | None:
    """Why nothing of `wanted` bytes is written to this disk, and what to do; None where it may be. `told_twice`
    overrules only that it is not a card, nothing else."""
    if disk is None:
        return f"{path} is no disk; 'lsblk -d' lists them"
    if not disk.whole:
        return f"{path} is a partition; name the whole disk"
    if not disk.size:
        return f"{path} holds no card; insert one"
    return _in_use(disk) or _unfit(disk, wanted) or (None if told_twice else _no_card(disk))


def no_right(path: Path, *, writing: bool = True) -> str | None:
    """That this person may not use the disk, and what to do; None where they may."""
    if os.access(path, os.R_OK | os.W_OK if writing else os.R_OK):
        return None
    return f"You may not {'write' if writing else 'read'} {path}; run it with sudo"


def _in_use(disk: Disk) -> str | None:
    if "/" in disk.mounts:
        return f"{disk.path} holds the system of this computer; name another disk"
    if disk.mounts:
        return f"{disk.path} is in use at {', '.join(disk.mounts)}; unmount it"
    if disk.holders:
        return f"{disk.path} is used by {', '.join(disk.holders)}; take that apart or name another disk"
    return None


def _unfit(disk: Disk, wanted: int) -> str | None:
    if disk.read_only:
        return f"{disk.path} is write-protected; slide the card's lock up, or use another card"
    if disk.size < wanted:
        return f"{disk.path} has {disk.size} bytes, the image needs {wanted}; use a larger card"
    return None


def _no_card(disk: Disk) -> str | None:
    insist = f"if it must be, add --not-removable {disk.path} --really {disk.path}"
    if not disk.removable:
        return f"{disk.path} ({disk.model}) is not a removable card; {insist}"
    if disk.size > LARGEST:
        return f"{disk.path} ({disk.model}) has {disk.size // 10**9} GB, more than any card for a box; {insist}"
    return None


def _is_card(node: Path) -> bool:
    """Readers on USB set the removable bit (SCSI RMB); the kernel's own card slots do not, but name their card's type:
    SD, where what is soldered in is MMC."""
    return _text(node / "removable") == "1" or _text(node / "device/type") == "SD"


def _model(node: Path) -> str:
    words = (_text(node / "device" / name) for name in ("vendor", "model", "name"))
    return " ".join(word for word in words if word) or node.name


def _serial(node: Path) -> str | None:
    """A card's own register (CID) names its maker, kind and number. A reader on USB hides it and gives its own, the
    same for every card: that is none. A loop device is its file, whose name is nobody's business."""
    if cid := _text(node / "device/cid"):
        return cid
    if file := _text(node / "loop/backing_file"):
        return f"loop-{hashlib.sha256(file.encode()).hexdigest()[:16]}"
    return None


def _mounts(numbers: set[str], machine: Path) -> set[str]:
    """By the mounted device's number, and by its name: some file systems (btrfs) show a number of their own."""
    found = set()
    for line in _text(machine / "proc/self/mountinfo").splitlines():
        left, _, right = line.partition(" - ")
        source = right.split(" ")[1] if " " in right else ""
        if left.split(" ")[2] in numbers or _number(source) in numbers:
            found.add(left.split(" ")[4])
    for line in _text(machine / "proc/swaps").splitlines()[1:]:
        if _number(line.split()[0]) in numbers:
            found.add("swap")
    return found


def _number(name: str) -> str | None:
    try:
        status = Path(name).stat()
    except OSError:
        return None
    if not name.startswith("/") or not stat.S_ISBLK(status.st_mode):
        return None
    return f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
