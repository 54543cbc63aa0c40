"""What the screens hold beside the desk's state: which form lies open, how far the unlocking is, the code that the
office's clerk compares. Nothing of it outlives its moment."""

from dataclasses import dataclass
from enum import StrEnum


class Form(StrEnum):
    """A page that the screens open by themselves over the desk's state; it changes nothing until it is answered."""

    LEAVE = "leave"
    EXEMPTION = "exemption"
    CANCEL = "cancel"
    CORRECTION = "correction"
    NOTES = "notes"
    RETAKE = "retake"
    WAITING = "waiting"


class Unlock(StrEnum):
    """How far the officer is with opening the day."""

    SHUT = "shut"
    LOOKING = "looking"
    NOT_FOUND = "not-found"
    PIN = "pin"
    CHECKING = "checking"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True)
class Beside:
    """Blank most of the time."""

    form: Form | None = None
    unlock: Unlock = Unlock.SHUT
    code: str | None = None


NOTHING = Beside()
