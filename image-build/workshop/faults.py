"""What is wrong with a card, named, and what somebody does about it."""

import errno
from enum import Enum

MIB = 1 << 20


class Fault(Enum):
    """A kind of trouble with a card; the value says what to do."""

    WRITE_PROTECTED = "slide its lock up, or use another card"
    SHORT = "throw it away and tell who sold it"
    BAD_BLOCK = "try it in another reader; if it fails there too, throw it away"
    DROPS_WRITES = "throw it away: it is worn out or was never what it says"
    DIFFERS = "run again; if it happens twice, throw the card away"
    GONE = "seat the card again and run again"
    IN_USE = "unmount it and run again"
    NO_RIGHT = "run it with sudo"
    OTHER_TABLE = "rescue its data and flash it without --keep-data"


class CardFault(Exception):
    """One card's failure: `what` was found, one sentence's first half, and the fault with its remedy."""

    def __init__(self, fault: Fault, what: str) -> None:
        super().__init__(f"{what}; {fault.value}.")
        self.fault = fault
        self.what = what


_BY_ERRNO = {
    errno.EROFS: (Fault.WRITE_PROTECTED, "It is write-protected"),
    errno.EPERM: (Fault.WRITE_PROTECTED, "It is write-protected"),
    errno.EACCES: (Fault.NO_RIGHT, "You may not write it"),
    errno.EBUSY: (Fault.IN_USE, "Something has it open or mounted"),
    errno.ENOSPC: (Fault.SHORT, "It ends before the size it states"),
    errno.ENODEV: (Fault.GONE, "It went away"),
    errno.ENXIO: (Fault.GONE, "It went away"),
    errno.ENOENT: (Fault.GONE, "It is not there"),
    errno.ENOMEDIUM: (Fault.GONE, "There is no card in the reader"),
}


def fault_of(error: OSError, offset: int = 0) -> CardFault:
    """The fault behind an operating system's error at a byte offset. Any other is a block that cannot be used."""
    number = error.errno or 0
    if number not in _BY_ERRNO:
        return CardFault(Fault.BAD_BLOCK, f"It failed at or just after {offset // MIB} MiB ({error.strerror})")
    fault, what = _BY_ERRNO[number]
    return CardFault(fault, what)
