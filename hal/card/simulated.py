"""A card reader whose cards answer from a table."""

from collections.abc import Mapping

from hal.card import CardReader
from hal.clock import Clock
from hal.errors import CaptureRetry, DeviceFault, RetryReason
from hal.standin import Stage, StandIn
from hal.values import CardState, CardStatus

UNKNOWN_COMMAND = b"\x6d\x00"  # ISO/IEC 7816-4: instruction not supported
SHORTEST_APDU = 4
SELECT = 0xA4


class SimulatedCardReader(StandIn, CardReader):
    """A reader with at most one card."""

    MODEL = "simulated card reader"
    PORT = "card"
    DRIVER = "simulated"

    def __init__(self, clock: Clock, stage: Stage) -> None:
        super().__init__(clock, stage)
        self._status = CardStatus(CardState.NO_CARD)
        self._answers: Mapping[bytes, bytes] = {}
        self._selected = False

    def insert(self, atr: bytes, answers: Mapping[bytes, bytes] | None = None) -> None:
        """Lay in a card with these answers to whole commands; without an ATR it is mute."""
        self._status = CardStatus(CardState.PRESENT if atr else CardState.MUTE, atr)
        self._answers, self._selected = answers or {}, False

    def remove(self) -> None:
        """Take the card out."""
        self._status, self._answers = CardStatus(CardState.NO_CARD), {}

    def status(self) -> CardStatus:
        self._begin("status")
        return self._status

    def transmit(self, apdu: bytes) -> bytes:
        self._begin("transmit")
        if len(apdu) < SHORTEST_APDU:
            raise DeviceFault("card: command shorter than its header")
        if self._status.state is not CardState.PRESENT:
            raise CaptureRetry(RetryReason.MOVED)
        self._selected = self._selected or apdu[1] == SELECT
        if not self._selected:
            raise CaptureRetry(RetryReason.MOVED)
        return self._answers.get(apdu, UNKNOWN_COMMAND)
