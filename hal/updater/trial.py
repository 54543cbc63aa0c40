"""What was installed and whether its one start was tried: a note on the data partition that outlives restarts."""

import json
import os
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

NAME = "trial.json"
LARGEST = 1024


class Outcome(StrEnum):
    """What became of what was installed last."""

    NONE = "none"
    INSTALLED = "installed"  # not yet started, or about to be
    TAKEN = "taken"  # it runs
    ROLLED_BACK = "rolled-back"  # it was started and the older system runs again


@dataclass(frozen=True)
class Trial:
    """`slot` the version was written to; `armed` is the boot in which its start was asked for, empty before."""

    version: str
    slot: str
    armed: str = ""

    def outcome(self, running: str, boot: str) -> Outcome:
        """Seen from the slot that runs in this boot."""
        if running == self.slot:
            return Outcome.TAKEN
        return Outcome.ROLLED_BACK if self.armed and self.armed != boot else Outcome.INSTALLED


def read(folder: Path) -> Trial | None:
    """The note; None where there is none, or none that can be read: nothing hangs on it but what is said."""
    try:
        with (folder / NAME).open("rb") as file:
            told = json.loads(file.read(LARGEST))
        return Trial(str(told["version"]), str(told["slot"]), str(told["armed"]))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def write(folder: Path, trial: Trial | None) -> None:
    """Replace it durably, or remove it. OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if trial is None:
        (folder / NAME).unlink(missing_ok=True)
    else:
        new = folder / f"{NAME}.new"
        with new.open("wb") as file:
            file.write(json.dumps(asdict(trial)).encode())
            file.flush()
            os.fsync(file.fileno())
        new.replace(folder / NAME)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
