"""Any press sensor that libfprint knows and that gives pictures, with libfprint in a process of its own.

That process is run by the system's Python, because Debian builds python3-gi for exactly that interpreter: the box's own
environment then needs no gi and may have any version. libfprint turns every picture itself to dark ridges on light,
unmirrored, and hands it over only after the finger has left; so TAKEN comes before the Frame here.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import numpy as np

from hal.clock import Clock, Stop
from hal.device import closed
from hal.errors import (
    CaptureCancelled,
    CaptureRetry,
    CaptureTimeout,
    DeviceFault,
    DeviceUnavailable,
    HalError,
    NotSupported,
    RetryReason,
    UnavailableReason,
)
from hal.fingerprint import FingerprintReader
from hal.standin import Stage
from hal.transport.process import Child, Message
from hal.transport.turn import Turn
from hal.values import Ask, DeviceIdentity, Frame, Impression, Position, Presence, Sensor, Source, Use

PYTHON = "/usr/bin/python3"
CHILD = Path(__file__).with_name("libfprint_child.py")
INSTALL = "libfprint: apt install libfprint-2-2 gir1.2-fprint-2.0 python3-gi"
OPEN_S = 8.0  # half a second as a rule; a busy Pi and a sensor on a hub that just got power take their time
CANCEL_S = 0.25  # of the half second that a stop may take; killing takes the rest
CLOSE_S = 0.3
MOST_SAID = 1_000  # messages heard at one time while nobody looks; a library that talks without end is killed
MOST_SIDE = 5000  # px; libfprint itself believes no more
FINGERS = tuple(Position)[:10]

# libfprint's numbers (fp-device.h, GUsbDeviceError): what the person, the officer or the workshop can put right.
# "Too short" and "remove finger" both mean that the finger did not lie still long enough.
_RETRIES = {1: RetryReason.LIFTED_EARLY, 2: RetryReason.OFF_CENTRE, 3: RetryReason.MOVED}
_FAILURES = {
    ("fp - device - error - quark", 4): UnavailableReason.BUSY,
    ("fp - device - error - quark", 256): UnavailableReason.LOST,
    ("g-usb-device-error-quark", 4): UnavailableReason.LOST,
    ("g-usb-device-error-quark", 9): UnavailableReason.PERMISSION,
    ("g-io-error-quark", 14): UnavailableReason.PERMISSION,
}
# True grey levels where the sensor's protocol states them; every other one counts as the coarsest, the AES4000.
_GREY_LEVELS = {"uru4000": 256, "vcom5s": 256, "virtual_image": 256}


class LibfprintFingerprint(FingerprintReader):
    """A single-finger reader. libfprint states no resolution for any of them, so they check and do not enrol."""

    MAKE = "libfprint"
    MODEL = "press sensors that give pictures"
    # The press sensors among the drivers of libfprint 1.94 (60-autosuspend-libfprint-2.hwdb), outside laptops.
    USB_IDS = (
        "045e:00bc",  # Microsoft readers, uru4000
        "045e:00bd",
        "045e:00ca",
        "05ba:0007",  # DigitalPersona U.are.U 4000, 4000B, 4500
        "05ba:0008",
        "05ba:000a",
        "061a:0110",  # Veridicom 5thSense, vcom5s
        "0483:2015",  # UPEK TouchChip, upektc
        "0483:2017",
        "147e:3001",
        "08ff:5731",  # AuthenTec AES3500, AES4000
        "5501:08ff",
        "298d:1010",  # NEXT Biometrics NB-1010-U, nb1010
    )
    SENSOR: ClassVar[Sensor] = Sensor(None, "libfprint states none", 16, None, "", Use.CHECK_ONLY)
    COMMAND: ClassVar[tuple[str, ...]] = (PYTHON, "-I", str(CHILD))

    def __init__(self, clock: Clock, stage: Stage) -> None:
        self._clock = clock
        self._child: Child | None = None
        self._turn = Turn()  # to hear what the child says
        self._driver = ""
        self._name = self.MODEL

    @property
    def identity(self) -> DeviceIdentity:
        return DeviceIdentity("fingerprint", "libfprint", self.MAKE, self._name)

    @property
    def sensor(self) -> Sensor:
        levels = _GREY_LEVELS.get(self._driver, self.SENSOR.grey_levels)
        return Sensor(None, self.SENSOR.ppi_from, levels, None, "", Use.CHECK_ONLY)

    @property
    def source(self) -> Source:
        """libfprint's virtual devices and recorded USB traffic are not real."""
        simulated = self._driver.startswith("virtual") or "UMOCKDEV_DIR" in os.environ
        return Source.SIMULATED if simulated else Source.REAL

    def open(self) -> None:
        if self._child is not None and self._is_there(self._child):
            return
        child = Child(self.COMMAND, self._clock)
        try:
            child.send({"do": "open"})
            opened = child.receive(self._clock.monotonic() + OPEN_S)
            if opened is None:
                raise DeviceUnavailable(UnavailableReason.BUSY, "libfprint")
            _check_opened(opened, UnavailableReason.LOST if self._child else UnavailableReason.ABSENT)
            self._driver, self._name = opened.text("driver"), opened.text("name")
        except HalError:
            child.kill()
            raise
        self._child = child

    def close(self) -> None:
        if self._child is not None:
            self._child.leave(CLOSE_S)
        self._child = None

    def look(self, ask: Ask, stop: Stop) -> Iterator[Presence | Frame]:
        with self._turn.mine("fingerprint"):
            child = self._opened_child()
        wanted = [position for position in ask.positions if position in FINGERS and position not in ask.missing]
        if not wanted:
            raise NotSupported("fingerprint: shows nothing of this ask")
        return self._see(child, wanted[0], stop, self._clock.monotonic() + ask.timeout_s)

    def _opened_child(self) -> Child:
        if self._child is None:
            raise closed("fingerprint")
        if not self._heard_out(self._child):
            raise DeviceUnavailable(UnavailableReason.LOST, "fingerprint")
        return self._child

    def _is_there(self, child: Child) -> bool:
        """Whether the device may still be used. While a look runs, what is said is for the look to hear."""
        with self._turn.if_free() as free:
            return self._heard_out(child) if free else True

    def _heard_out(self, child: Child) -> bool:
        """Whether the device is still there, after everything that was said while nobody looked."""
        try:
            for _ in range(MOST_SAID):
                if not child.alive or (message := child.receive(self._clock.monotonic())) is None:
                    return child.alive
                if message.fields.get("is") == "removed":
                    break
        except HalError:
            pass
        child.kill()
        return False

    def _see(self, child: Child, wanted: Position, stop: Stop, deadline: float) -> Iterator[Presence | Frame]:
        if stop.is_set():
            raise CaptureCancelled("fingerprint")
        with self._turn.mine("fingerprint"):
            yield from self._captured(child, wanted, stop, deadline)

    def _captured(self, child: Child, wanted: Position, stop: Stop, deadline: float) -> Iterator[Presence | Frame]:
        touch = _Touch()
        try:
            child.send({"do": "capture"})
            while touch.image is None:
                message = child.receive(deadline, stop)
                if message is None:
                    raise CaptureTimeout("fingerprint")
                yield from touch.follow(message)
            yield self._frame(touch.image, wanted)
            yield Presence.OFF
        except DeviceUnavailable:
            child.kill()
            if self._child is not child:
                raise closed("fingerprint") from None
            raise
        finally:
            if not touch.over:
                self._rest(child)

    def _rest(self, child: Child) -> None:
        """Cancel, and kill a library that does not come to rest; then the device wants to be opened again."""
        try:
            child.send({"do": "cancel"})
            until = self._clock.monotonic() + CANCEL_S
            while (message := child.receive(until)) is not None:
                if message.fields.get("is") in _ENDS:
                    return
        except HalError:
            pass  # what ended the look is what the caller hears
        child.kill()

    def _frame(self, image: Message, position: Position) -> Frame:
        width, height = image.number("width", MOST_SIDE), image.number("height", MOST_SIDE)
        if not width * height or len(image.body) != width * height:
            raise DeviceFault("libfprint: the picture does not have the size it states")
        ppi = round(image.number("ppmm_x1000", 1_000_000) * 0.0254) or None
        pixels = np.frombuffer(image.body, np.uint8).reshape(height, width)
        return Frame(pixels, (position,), self.identity, self.source, ppi, Impression.LIVE_SCAN_PLAIN)


_ENDS = ("image", "retry", "cancelled", "failed")


class _Touch:
    """One touch as libfprint tells it: `needed` goes when the picture is taken, `present` when the finger leaves."""

    def __init__(self) -> None:
        self.image: Message | None = None
        self.over = False  # libfprint rests again
        self._on = self._taken = False

    def follow(self, message: Message) -> Iterator[Presence]:
        """The presences that follow from a message; raises what it says went wrong."""
        what = message.text("is")
        self.over = what in _ENDS
        if what == "status":
            yield from self._status(bool(message.fields.get("needed")), bool(message.fields.get("present")))
        elif what == "image":
            self.image = message
            yield from self._status(needed=False, present=True)  # where a driver told too little
        elif what != "cancelled":
            raise self._error(what, message)

    def _status(self, needed: bool, present: bool) -> Iterator[Presence]:
        if present and not self._on:
            self._on = True
            yield Presence.ON
        if self._on and not needed and present and not self._taken:
            self._taken = True
            yield Presence.TAKEN
        if self._on and not present and needed:
            raise CaptureRetry(RetryReason.LIFTED_EARLY)

    def _error(self, what: str, message: Message) -> HalError:
        if what == "retry":
            # 0 is "general": its usual cause is a picture without ridges, a finger barely laid on.
            return CaptureRetry(_RETRIES.get(message.number("code", 1000), RetryReason.TOO_LIGHT))
        return DeviceUnavailable(UnavailableReason.LOST, "libfprint") if what == "removed" else _failure(message)


def _check_opened(answer: Message, nobody: UnavailableReason) -> None:
    """Raises what stands against using libfprint's device; `nobody` is why there is none."""
    what = answer.text("is")
    if what == "missing":
        raise DeviceUnavailable(UnavailableReason.LIBRARY_MISSING, INSTALL)
    if what == "refused" and not answer.fields.get("devices"):
        raise DeviceUnavailable(nobody, "libfprint")
    if what == "refused":
        raise NotSupported(f"libfprint: {answer.text('why')}")
    if what != "opened":
        raise _failure(answer)


def _failure(message: Message) -> HalError:
    domain, code = message.text("domain"), message.number("code", 100_000)
    if reason := _FAILURES.get((domain, code)):
        return DeviceUnavailable(reason, "libfprint")
    return DeviceFault(f"libfprint: {domain} {code}")
