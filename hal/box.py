"""A box has ports; a port lends the device that serves it now."""

import logging
from collections.abc import Mapping, Sequence
from math import inf
from threading import RLock
from typing import Literal, Self, overload

from hal.battery import Battery
from hal.camera import Camera
from hal.card import CardReader
from hal.catalog import CATALOG, CONTRACTS, STAND_INS, load
from hal.clock import Clock
from hal.device import Device, closed
from hal.errors import DeviceUnavailable, HalError, NotSupported, UnavailableReason
from hal.fingerprint import FingerprintReader
from hal.hotplug import Hotplug, attached, from_udev
from hal.iris import IrisScanner
from hal.modem import Modem
from hal.panel import Panel
from hal.speaker import Speaker
from hal.standin import Stage
from hal.stick import StickPort
from hal.updater import Updater
from hal.values import DeviceIdentity

STARTING_S = 30.0  # the slowest module to answer after it was plugged in
UNTOLD_S = 5.0  # a service takes some seconds to start; looking for one asks a hundred loopback ports

log = logging.getLogger(__name__)


def open_box(devices: Mapping[str, Sequence[str]], *, clock: Clock, stage: Stage) -> "Box":
    """Open the devices of a config's [devices] table: port = drivers that may serve it, in this order.

    Devices that do not open are not an error here; `why` tells. Raises NotSupported when the table itself is wrong: an
    unknown port or driver, or a stand-in beside another driver, which would be a silent substitute; DeviceUnavailable
    where real devices are listed and the system has no udev to tell of them.
    """
    listed = {port: _checked(port, drivers) for port, drivers in devices.items()}
    real = any(driver not in STAND_INS for drivers in listed.values() for driver in drivers)
    box = Box(listed, clock, stage, from_udev(clock) if real else None)
    for port in devices:
        box._serve(port)
    return box


def _checked(port: str, drivers: Sequence[str]) -> tuple[str, ...]:
    if port not in CATALOG:
        raise NotSupported(f"[devices] {port}: no such port; there are {', '.join(CATALOG)}")
    if isinstance(drivers, str):
        raise NotSupported(f'[devices] {port}: wants a list of drivers, such as ["{drivers}"]')
    for driver in drivers:
        if driver not in CATALOG[port]:
            raise NotSupported(f"[devices] {port}: no driver {driver}; there are {', '.join(CATALOG[port])}")
        if driver in STAND_INS and len(drivers) > 1:
            raise NotSupported(f"[devices] {port}: {driver} stands for hardware and has to stand alone")
    return tuple(drivers)


class Box:
    """The ports of one box; made by `open_box`. Each port is used by one worker."""

    def __init__(
        self, drivers: Mapping[str, tuple[str, ...]], clock: Clock, stage: Stage, hotplug: Hotplug | None = None
    ) -> None:
        self._drivers = dict(drivers)
        self._hotplug = hotplug
        self._turns = {port: RLock() for port in drivers}  # a port's worker and whoever refreshes take turns
        self._clock = clock
        self._stage = stage
        self._made: dict[tuple[str, str], Device] = {}
        self._warned: set[tuple[str, str]] = set()
        self._serving: dict[str, str] = {}  # port: driver
        self._errors: dict[str, dict[str, HalError]] = {}
        self._tried_s: dict[str, float] = {}
        self._told_s = clock.monotonic()  # what is plugged in may still be starting, as the box itself
        self._closed = False

    @overload
    def lend(self, port: Literal["fingerprint"]) -> FingerprintReader: ...
    @overload
    def lend(self, port: Literal["iris"]) -> IrisScanner: ...
    @overload
    def lend(self, port: Literal["camera"]) -> Camera: ...
    @overload
    def lend(self, port: Literal["card"]) -> CardReader: ...
    @overload
    def lend(self, port: Literal["battery"]) -> Battery: ...
    @overload
    def lend(self, port: Literal["panel"]) -> Panel: ...
    @overload
    def lend(self, port: Literal["stick"]) -> StickPort: ...
    @overload
    def lend(self, port: Literal["modem"]) -> Modem: ...
    @overload
    def lend(self, port: Literal["speaker"]) -> Speaker: ...
    @overload
    def lend(self, port: Literal["updater"]) -> Updater: ...
    @overload
    def lend(self, port: str) -> Device: ...

    def lend(self, port: str) -> Device:
        """The open device that serves this port; where it was lost or none does, the listed ones are tried anew.

        The box keeps it, so never close it. Lend anew for every use. Raises DeviceUnavailable with the reason of the
        first listed driver.
        """
        if self._closed:
            raise closed("box")
        if device := self._serve(port):
            return device
        first = next(iter(self.why(port).values()), None)
        reason = first.reason if isinstance(first, DeviceUnavailable) else UnavailableReason.ABSENT
        raise DeviceUnavailable(reason, port) from first

    def refresh(self) -> None:
        """Serve anew whatever came or went since the last call, which costs nothing where nothing did: about once a
        second, from any thread. While nobody serves a port, what came is tried again for half a minute, because some
        modules are deaf while they start, and services that udev does not tell of are looked for, every five seconds.
        """
        if self._closed:
            return
        told = self._hotplug is None or self._hotplug.settled()
        self._told_s = self._clock.monotonic() if told else self._told_s
        for port in self._drivers:
            if told or self._may_answer_by_now(port):
                self._serve(port)

    def _may_answer_by_now(self, port: str) -> bool:
        made = (self._made.get((port, driver)) for driver in self._drivers[port])
        now = self._clock.monotonic()
        due = port not in self._serving and now - self._tried_s.get(port, -inf) >= UNTOLD_S
        starting = now - self._told_s <= STARTING_S
        return due and (starting or any(device and not device.TOLD_BY_UDEV for device in made))

    def rivals(self, port: str) -> tuple[str, ...]:
        """Other listed drivers whose device is plugged in as well: the config's order decided, the officer is told."""
        listed = [driver for driver in self._drivers.get(port, ()) if driver not in STAND_INS]
        serving = self._serving.get(port)
        if len(listed) < 2 or serving is None:
            return ()
        here = attached()
        others = (driver for driver in listed if driver != serving)
        return tuple(driver for driver in others if here.intersection(_usb_ids(port, driver)))

    def present(self) -> dict[str, DeviceIdentity | None]:
        """Who served each port of the config at its last lend; None: nobody."""
        return {
            port: self._made[port, driver].identity if (driver := self._serving.get(port)) else None
            for port in self._drivers
        }

    def why(self, port: str) -> dict[str, HalError]:
        """What each driver said that did not open when last tried, in the config's order."""
        errors = dict(self._errors.get(port, {}))  # whoever refreshes may change it meanwhile
        return {driver: errors[driver] for driver in self._drivers.get(port, ()) if driver in errors}

    def close(self) -> None:
        """Close every device; nothing is lent after that. Waits for a port that is just being served anew."""
        self._closed = True
        for (port, _), device in list(self._made.items()):
            with self._turns[port]:
                device.close()
        self._serving.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _serve(self, port: str) -> Device | None:
        """Who serves goes on where it still opens; otherwise the first listed driver that does."""
        with self._turns.setdefault(port, RLock()):
            return None if self._closed else self._first_that_opens(port)

    def _first_that_opens(self, port: str) -> Device | None:
        serving, errors = self._serving.get(port), self._errors.setdefault(port, {})
        self._tried_s[port] = self._clock.monotonic()
        for driver in sorted(self._drivers.get(port, ()), key=lambda name: name != serving):
            try:
                device = self._opened(port, driver)
            except HalError as error:
                errors[driver] = error
            else:
                errors.pop(driver, None)
                self._serving[port] = driver
                return device
        self._serving.pop(port, None)
        return None

    def _opened(self, port: str, driver: str) -> Device:
        """The driver's device, made once, so that what a stand-in remembers outlives a replug."""
        if (port, driver) not in self._made:
            self._made[port, driver] = self._make(port, driver)
        device = self._made[port, driver]
        device.open()
        if driver not in STAND_INS and device.TRIED_ON_HARDWARE is None and (port, driver) not in self._warned:
            self._warned.add((port, driver))
            log.warning("%s %s: this driver has never met its hardware", port, driver)
        return device

    def _make(self, port: str, driver: str) -> Device:
        device = load(port, driver)(self._clock, self._stage)
        if not isinstance(device, CONTRACTS[port]):
            raise NotSupported(f"{port} {driver}: does not keep the contract of its port")
        return device


def _usb_ids(port: str, driver: str) -> tuple[str, ...]:
    try:
        return load(port, driver).USB_IDS
    except DeviceUnavailable:  # a missing library is told by `why`
        return ()
