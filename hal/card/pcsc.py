"""Any card reader that PC/SC knows: contact (T=0, T=1) and contactless (T=CL), through pcscd.

PC/SC runs in a process of its own (`pcsc_child.py`), by the system's Python with Debian's python3-pyscard. Where a
machine has several readers, or one with two slots, the first that holds a card is the reader.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from hal.card import CardReader
from hal.card.apdu import exchange
from hal.clock import Clock
from hal.device import closed
from hal.errors import CaptureRetry, DeviceFault, DeviceUnavailable, HalError, RetryReason, UnavailableReason
from hal.standin import Stage
from hal.transport.process import Child, Message
from hal.values import CardState, CardStatus, DeviceIdentity, Source

CHILD = Path(__file__).with_name("pcsc_child.py")
OPEN_S = 5.0  # pcscd may be started by this very question
COMMAND_S, PIECES_S = 2.0, 10.0  # the contract's own bounds
LEAVE_S = 0.3
VIRTUAL = ("Virtual PCD", "Virtual Smart Card")  # names of readers of software: vpcd on Linux and elsewhere
_GONE = {
    "no-service": UnavailableReason.ABSENT,
    "no-reader": UnavailableReason.ABSENT,
    "permission": UnavailableReason.PERMISSION,
    "library-missing": UnavailableReason.LIBRARY_MISSING,
}


class PcscCardReader(CardReader):
    """The reader with a card in it, exclusively while a card is being spoken to."""

    MAKE = "PC/SC"
    MODEL = "any reader"
    USB_IDS = ()  # smart card readers are a USB class of their own, which pcscd knows
    COMMAND: ClassVar[tuple[str, ...]] = ("/usr/bin/python3", "-I", str(CHILD))

    def __init__(self, clock: Clock, stage: Stage) -> None:
        self._clock = clock
        self._child: Child | None = None
        self._reader = self.MODEL
        self._lost = False

    @property
    def identity(self) -> DeviceIdentity:
        return DeviceIdentity("card", "pcsc", self.MAKE, self._reader)

    @property
    def source(self) -> Source:
        """A reader of software is not real."""
        return Source.SIMULATED if self._reader.startswith(VIRTUAL) else Source.REAL

    def open(self) -> None:
        if self._child is not None:
            return
        lost, self._child = self._lost, Child(self.COMMAND, self._clock)
        try:
            self._shown(self._asked("status", within_s=OPEN_S))
        except HalError as refusal:
            self.close()
            self._lost = lost
            if lost and isinstance(refusal, DeviceUnavailable) and refusal.reason is UnavailableReason.ABSENT:
                raise DeviceUnavailable(UnavailableReason.LOST, "card") from refusal
            raise
        self._lost = False

    def close(self) -> None:
        if self._child is not None:
            self._child.leave(LEAVE_S)
        self._child, self._lost = None, False

    def status(self) -> CardStatus:
        with self._used():
            return self._shown(self._asked("status"))

    def transmit(self, apdu: bytes) -> bytes:
        deadline = self._clock.monotonic() + PIECES_S

        def send(command: bytes) -> bytes:
            return self._asked("transmit", command, min(COMMAND_S, deadline - self._clock.monotonic())).body

        with self._used():
            return exchange(send, apdu)

    @contextmanager
    def _used(self) -> Iterator[None]:
        """While a reader is there. Where it is gone the device is lost, until it is opened again."""
        if self._child is None:
            raise DeviceUnavailable(UnavailableReason.LOST, "card") if self._lost else closed("card")
        try:
            yield
        except DeviceUnavailable as gone:
            self.close()
            self._lost = True
            raise DeviceUnavailable(UnavailableReason.LOST, "card") from gone

    def _shown(self, message: Message) -> CardStatus:
        try:
            state = CardState(message.text("state"))
        except ValueError as unknown:
            raise DeviceFault("PC/SC: impossible status") from unknown
        self._reader = message.text("reader") or self.MODEL
        return CardStatus(state, message.body if state is CardState.PRESENT else b"")

    def _asked(self, do: str, body: bytes = b"", within_s: float = COMMAND_S) -> Message:
        assert self._child is not None
        self._child.send({"do": do}, body)
        message = self._child.receive(self._clock.monotonic() + within_s)
        if message is None:
            self._child.kill()
            raise DeviceUnavailable(UnavailableReason.LOST, "the reader hangs")
        if message.fields.get("is") == "refused":
            raise _refusal(message.text("why"))
        return message


def _refusal(why: str) -> HalError:
    if why in _GONE:
        install = " (apt install pcscd python3-pyscard)" if why in ("no-service", "library-missing") else ""
        return DeviceUnavailable(_GONE[why], f"PC/SC: {why}{install}")
    if why == "busy":
        return DeviceFault("PC/SC: another program holds the card")
    if why in ("no-card", "mute"):
        return CaptureRetry(RetryReason.MOVED)
    return DeviceFault(f"PC/SC: {why}")
