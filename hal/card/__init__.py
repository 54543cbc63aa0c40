"""The contract of the card port."""

from abc import abstractmethod

from hal.device import Device
from hal.values import CardStatus


class CardReader(Device):
    """Does: says whether a card lies in the reader and carries commands to it.

    Units and shapes: APDUs as bytes, ISO/IEC 7816-4; 61xx and 6Cxx are followed inside the driver.
    Blocks: at most two seconds a command, ten where its answer comes in pieces.
    Errors: DeviceUnavailable (no reader), DeviceFault (protocol). A missing or mute card is a status, not an error.
    Order of calls: open, status and transmit in any order, close. The first command to a card that was laid in is a
    SELECT: any other was meant for a card that has left, a PIN perhaps, and is CaptureRetry(MOVED).
    """

    @abstractmethod
    def status(self) -> CardStatus:
        """What lies in the reader now."""

    @abstractmethod
    def transmit(self, apdu: bytes) -> bytes:
        """The card's answer with its two status bytes; CaptureRetry(MOVED) when the card left meanwhile."""
