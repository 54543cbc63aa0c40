"""The contract of the stick port: one USB stick at a time."""

from abc import abstractmethod

from hal.device import Device
from hal.values import Mounted, StickStatus


class StickPort(Device):
    """Does: says what is plugged in, mounts it, flushes it to the medium, and gives it up.

    Units and shapes: sizes in bytes; a mounted stick is a directory whose files are read and written as usual.
    Blocks: status at once; the others as long as the medium needs.
    Errors: DeviceUnavailable(LOST) when the stick left meanwhile; DeviceFault when the medium refuses to flush.
    Order of calls: open; status at any time; mount, then any file work, then settle, then reading, then release.
    Absent, unusable and locked sticks are states, not errors.
    """

    @abstractmethod
    def status(self) -> StickStatus:
        """What is plugged in now."""

    @abstractmethod
    def mount(self) -> Mounted:
        """The stick's files, writable where the stick allows; nosuid, nodev, noexec, nosymfollow."""

    @abstractmethod
    def settle(self) -> Mounted:
        """Unmount, flush the device, mount again read-only: what is read from now on comes from the medium."""

    @abstractmethod
    def release(self) -> None:
        """Unmount; from now on the stick may be pulled. Idempotent."""
