"""Arrivals and departures of devices, as udev tells them."""

from collections.abc import Callable
from math import inf

import pyudev

from hal.clock import Clock
from hal.errors import DeviceUnavailable, UnavailableReason

SUBSYSTEMS = ("usb", "tty", "video4linux", "block", "hidraw", "i2c-dev", "gpio", "power_supply", "sound")
SETTLE_S = 0.5  # one reader comes as a usb device, its interfaces and a tty, within about 0.2 s of one another
RESTLESS_S = 3.0  # a loose plug that never settles must not keep every other device waiting
MOST_EVENTS = 1_000  # taken at one time: a device that comes and goes without end must not hold the caller

Poll = Callable[[], object | None]


class Hotplug:
    """Says whether anything came or went since the last question. `poll` gives the next waiting event or None; an
    OSError says that the system had more to tell than it could keep."""

    def __init__(self, clock: Clock, poll: Poll) -> None:
        self._clock = clock
        self._poll = poll
        self._first_s, self._last_s = inf, inf  # of the events not yet told

    def settled(self) -> bool:
        """True once after devices came or went and half a second has passed without another, or three with."""
        now = self._clock.monotonic()
        for _ in range(MOST_EVENTS):
            if not self._happened():
                break
            self._first_s, self._last_s = min(self._first_s, now), now
        if now - self._last_s < SETTLE_S and now - self._first_s < RESTLESS_S:
            return False
        self._first_s, self._last_s = inf, inf
        return True

    def _happened(self) -> bool:
        try:
            return self._poll() is not None
        except OSError:  # ENOBUFS: what was lost with the rest is seen by looking anew
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
