"""The contract of the updater port: a new system for this box, from the mounted stick to its one trial start."""

from abc import abstractmethod
from dataclasses import dataclass
from enum import StrEnum

from hal.device import Device


class UpdateStage(StrEnum):
    """How far the update in hand is."""

    IDLE = "idle"
    COPYING = "copying"  # from the stick to the box's own card
    CHECKING = "checking"  # the whole copy
    COPIED = "copied"  # and found good: it may be installed
    INSTALLING = "installing"  # into the system that does not run
    INSTALLED = "installed"  # and not yet started
    REFUSED = "refused"


class Refusal(StrEnum):
    """Why an update is not taken. Nothing was written to a system in any but the last."""

    ALTERED = "altered"  # its signature or its content does not match
    UNSIGNED = "unsigned"
    OTHER_KEY = "other-key"
    OTHER_BOARD = "other-board"
    TOO_OLD = "too-old"
    SAME = "same"  # what runs already
    CUT_SHORT = "cut-short"
    TOO_LARGE = "too-large"  # for a slot, or for any update
    UNSUITABLE = "unsuitable"  # rightly signed, and not the form this box takes
    NO_ROOM = "no-room"
    PULLED = "pulled"  # or the stick cannot be read; what was copied is kept
    STORAGE = "storage"  # the box's own card does not take it
    FAILED = "failed"  # while it was installed; the running system is untouched


class Refused(Exception):
    """An update is not taken; never leaves `hal.updater`."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(frozen=True)
class Offer:
    """What lies on the stick: its version, empty where nobody vouches for one, and why it would not be taken."""

    version: str
    refusal: Refusal | None = None


@dataclass(frozen=True)
class UpdateStatus:
    """`fraction` 0..1 of the stage; `version` of the update in hand; `running` is this system's; `rolled_back` the
    version that was started once and did not come up, empty where there is none."""

    stage: UpdateStage
    running: str
    fraction: float = 0.0
    version: str = ""
    refusal: Refusal | None = None
    rolled_back: str = ""


class Updater(Device):
    """Does: says which update lies on the mounted stick, copies and checks it, installs it into the slot that does not
    run, and restarts into it for one trial. Who passes the trial, and who goes back, is decided outside of it.

    Units and shapes: versions are dotted whole numbers; fractions 0..1.
    Blocks: status at once; look some seconds a bundle; fetch and install begin and return at once: follow with status.
    Errors: DeviceUnavailable(BUSY) while a fetch or an install runs; DeviceFault for a call out of order.
    Order of calls: open; status at any time; look; fetch, until COPIED; install, until INSTALLED; restart. A fetch that
    was cut off by a pulled stick or a power cut goes on where it was. What is REFUSED may be fetched anew.
    """

    @abstractmethod
    def status(self) -> UpdateStatus:
        """How far it is."""

    @abstractmethod
    def look(self) -> Offer | None:
        """The best on the mounted stick, None where there is none. Whoever looks was told of the last one: what was
        rolled back is forgotten."""

    @abstractmethod
    def fetch(self) -> None:
        """Begin to copy and check what `look` would find."""

    @abstractmethod
    def install(self) -> None:
        """Begin to write what was COPIED into the slot that does not run."""

    @abstractmethod
    def restart(self) -> None:
        """Restart into what was INSTALLED, once. The box goes down."""
