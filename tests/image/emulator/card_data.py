"""The data partition of a card as the next start finds it: repaired on a copy, its files taken out on the host."""

import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path

REPAIRED = 1  # e2fsck's exit status: nothing was wrong (0), or errors were corrected (1)


class BeyondRepair(Exception):
    """The file system does not come back by what a start may do alone, in e2fsck's words."""


def repair(part: Path) -> bool:
    """What the boot does with a file system, then the same for every structure of it, asked for or not. Whether
    anything was put right; replaying the journal alone does not count. Raises BeyondRepair."""
    return any([_checked("-p", part), _checked("-fp", part)])


def _checked(how: str, part: Path) -> bool:
    done = subprocess.run(["e2fsck", how, str(part)], capture_output=True, text=True)
    if done.returncode > REPAIRED:
        raise BeyondRepair((done.stdout + done.stderr).strip())
    return done.returncode == REPAIRED


def take_out(part: Path, folder: Path, of: str = "/") -> Path:
    """A folder of the file system with all that is in it, copied into a folder of the host."""
    folder.mkdir(parents=True, exist_ok=True)
    told = subprocess.run(["debugfs", "-R", f"rdump {of} {folder}", str(part)], capture_output=True, text=True)
    if told.returncode or "File not found" in told.stderr:
        raise OSError(f"{of} cannot be read from the card: {told.stderr.strip()}")
    return folder


@dataclass(frozen=True)
class Blobs:
    """Files that are named by their SHA-256, wherever they lie in a folder: whole ones, and others."""

    whole: frozenset[str]
    broken: frozenset[str]


def blobs(folder: Path) -> Blobs:
    """All of them, each one hashed."""
    whole, broken = set(), set()
    for path in folder.rglob("*"):
        name = path.name.partition(".")[0]
        if len(name) == 64 and path.is_file():
            same = hashlib.sha256(path.read_bytes()).hexdigest() == name
            (whole if same else broken).add(name)
    return Blobs(frozenset(whole), frozenset(broken - whole))
