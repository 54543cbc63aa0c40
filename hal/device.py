"""What every device has in common: a declarative head, open, close, and one known error after close."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar, Self

from hal.clock import Stop
from hal.errors import DeviceUnavailable, UnavailableReason
from hal.values import Ask, DeviceIdentity, Frame, Presence


class Device(ABC):
    """One device behind one port.

    Order of calls: open, anything, close; open and close are idempotent and cost nothing the second time; use before
    open or after close raises DeviceUnavailable(CLOSED). A device that was lost raises DeviceUnavailable(LOST) until it
    is back, and is then opened again. A driver whose library is missing raises DeviceUnavailable(LIBRARY_MISSING) from
    open.
    """

    MAKE: ClassVar[str]
    MODEL: ClassVar[str]
    USB_IDS: ClassVar[tuple[str, ...]] = ()  # "vvvv:pppp"
    TOLD_BY_UDEV: ClassVar[bool] = True  # False: a service stands between, whose coming and going udev does not tell
    CONSUMABLES: ClassVar[tuple[str, ...]] = ()
    TRIED_ON_HARDWARE: ClassVar[str | None] = None  # ISO date of the first meeting with the device, or None

    @property
    @abstractmethod
    def identity(self) -> DeviceIdentity:
        """Who this device is, known from open on."""

    @abstractmethod
    def open(self) -> None:
        """Take the device. Raises DeviceUnavailable."""

    @abstractmethod
    def close(self) -> None:
        """Give the device back. Never raises."""

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class CaptureDevice(Device):
    """The one shape of fingerprint, iris and camera: see the port's own contract for units."""

    @abstractmethod
    def look(self, ask: Ask, stop: Stop) -> Iterator[Presence | Frame]:
        """What the device sees while a person follows the ask, until the caller leaves the iterator."""


def closed(what: str) -> DeviceUnavailable:
    """The one error of a device that is not open."""
    return DeviceUnavailable(UnavailableReason.CLOSED, what)
