"""Arrivals and departures of devices, as udev tells them."""

from collections.abc import Callable

import pyudev

from hal.clock import Clock
from hal.errors import DeviceUnavailable, UnavailableReason

SUBSYSTEMS = ("usb", "tty", "video4linux", "block", "hidraw", "i2c-dev", "gpio", "power_supply", "sound")
SETTLE_S = 0.5  # one reader comes as a usb device, its interfaces and a tty, within about 0.2 s of one another
MOST_EVENTS = 1_000  # taken at one time: a device that comes and goes without end must not hold the caller

Poll = Callable[[], object | None]


class Hotplug:
    """Says whether anything came or went since the last question. `poll` gives the next waiting event or None."""

    def __init__(self, clock: Clock, poll: Poll) -> None:
        self._clock = clock
        self._poll = poll
        self._last_s: float | None = None

    def settled(self) -> bool:
        """True once after devices came or went and half a second has passed without another."""
        for _ in range(MOST_EVENTS):
            if self._poll() is None:
                break
            self._last_s = self._clock.monotonic()
        if self._last_s is None or self._clock.monotonic() - self._last_s < SETTLE_S:
            return False
        self._last_s = None
        return True


def from_udev(clock: Clock) -> Hotplug:
    """Listens from now on. Raises DeviceUnavailable where the system has no udev."""
    try:
        monitor = pyudev.Monitor.from_netlink(pyudev.Context(), source="udev")
        for subsystem in SUBSYSTEMS:
            monitor.filter_by(subsystem)
        monitor.start()
    except (OSError, ImportError) as error:
        raise DeviceUnavailable(UnavailableReason.LIBRARY_MISSING, "udev (libudev1)") from error
    return Hotplug(clock, lambda: monitor.poll(timeout=0))


def attached() -> frozenset[str]:
    """USB ids ("vvvv:pppp") of what is plugged in now."""
    devices = pyudev.Context().list_devices(subsystem="usb", DEVTYPE="usb_device")
    return frozenset(
        f"{device.properties.get('ID_VENDOR_ID', '')}:{device.properties.get('ID_MODEL_ID', '')}" for device in devices
    )
