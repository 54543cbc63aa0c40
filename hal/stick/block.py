"""What the kernel knows of USB disks, and which file system lies on them. Reads only."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

PROBE_S = 20.0  # a slow or failing stick; a good one answers within 0.1 s
PROBE_AS = 1 << 28  # bytes of addresses for the program that reads a stranger's disk
FILESYSTEMS = ("vfat", "exfat", "ext4")


@dataclass(frozen=True)
class Disk:
    """A whole disk. `sequence` is the kernel's count of all disks since boot: a disk that comes back is another one.
    `place` is its directory below /sys/devices."""

    name: str
    sequence: int
    place: Path

    @property
    def read_only(self) -> bool:
        """Whether its switch is set. The kernel forgets it for a moment whenever somebody opens the disk."""
        try:
            return (self.place / "ro").read_text() == "1\n"
        except OSError:
            return False

    @property
    def node(self) -> Path:
        """Its block device."""
        return Path("/dev") / self.name


@dataclass(frozen=True)
class Volume:
    """A file system on a disk: its node, its kind and its own id."""

    node: Path
    filesystem: str
    uuid: str


def disks(under: str) -> list[Disk]:
    """Disks that hold a medium, in the order in which they came; `under` is a part of their place in sysfs."""
    found = (_disk(entry) for entry in Path("/sys/block").iterdir())
    return sorted((d for d in found if d and under in str(d.place)), key=lambda d: d.sequence)


def _disk(entry: Path) -> Disk | None:
    try:
        if int((entry / "size").read_text()) == 0:  # a card reader without a card
            return None
        sequence = int((entry / "diskseq").read_text())
        return Disk(entry.name, sequence, entry.resolve())
    except (OSError, ValueError):  # it is being pulled out right now
        return None


def volume(disk: Disk) -> Volume | None:
    """The first file system that a box mounts: on the first partitions, otherwise on the disk itself."""
    parts = sorted(path.name for path in disk.place.glob(f"{disk.name}*") if (path / "partition").is_file())
    for name in (*parts, disk.name):
        if found := _probed(Path("/dev") / name):
            return found
    return None


def _probed(node: Path) -> Volume | None:
    wanted = ["--match-tag", "TYPE", "--match-tag", "UUID", "--match-types", ",".join(FILESYSTEMS)]
    command = ["prlimit", f"--as={PROBE_AS}", "blkid", "--probe", "--output", "export", *wanted, str(node)]
    try:
        told = subprocess.run(command, capture_output=True, timeout=PROBE_S, check=False)
    except subprocess.TimeoutExpired:
        return None
    pairs = dict(line.split("=", 1) for line in os.fsdecode(told.stdout).splitlines() if "=" in line)
    if pairs.get("TYPE") not in FILESYSTEMS:
        return None
    return Volume(node, pairs["TYPE"], pairs.get("UUID", ""))
