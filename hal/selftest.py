"""Tries one device and says, in the workshop's words, whether its part is in order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any

from hal.catalog import load
from hal.clock import Clock, Stop
from hal.errors import CaptureTimeout, DeviceFault, DeviceUnavailable, HalError, NotSupported, UnavailableReason
from hal.standin import Stage
from hal.values import Ask, DeviceIdentity, Frame, Lamp, Position, Presence

LOOK_S = 5.0  # a camera streams long before; an empty platen is told by the time running out
PARTS = {
    "fingerprint": "fingerprint reader",
    "iris": "iris camera",
    "camera": "face camera",
    "card": "card reader",
    "battery": "battery gauge",
    "panel": "button and lamps",
    "stick": "USB socket for sticks",
    "modem": "modem",
    "speaker": "speaker",
    "updater": "updates",
}
Use = Callable[[Any, float], str]  # of an open device, looking for so many seconds where it looks
SHOWN = {"fingerprint": Position.RIGHT_INDEX, "iris": Position.EYE_RIGHT, "camera": Position.PORTRAIT}


class Verdict(StrEnum):
    """What the workshop does about the part, the most telling first."""

    GOOD = "good"
    BROKEN = "broken"
    NOT_READY = "not ready"
    MISSING = "missing"


@dataclass(frozen=True)
class Finding:
    """One driver of a part: the verdict, one sentence what was seen or what to do, and for engineers the device's name
    or what the driver said."""

    driver: str
    verdict: Verdict
    note: str
    detail: str


ADVICE = {
    UnavailableReason.ABSENT: "nothing answers: check that it is plugged in and has power",
    UnavailableReason.LOST: "it left while it was tried: check its cable and plug",
    UnavailableReason.BUSY: "another program holds it: stop the kiosk first",
    UnavailableReason.PERMISSION: "this user may not open it: install udev/70-jemput.rules and join the group jemput",
    UnavailableReason.LIBRARY_MISSING: "its software is not installed",
    UnavailableReason.CLOSED: "it closed by itself: try again, then replace the part",
}


def examine(port: str, driver: str, clock: Clock, stage: Stage, patience: int = 1) -> Finding:
    """Open, use once, close. Takes at most about ten seconds; an emulated processor is given `patience` times as
    long."""
    try:
        with load(port, driver)(clock, stage) as device:
            seen = USES[port](device, LOOK_S * patience)
            return Finding(driver, Verdict.GOOD, seen, name_of(device.identity))
    except DeviceUnavailable as gone:
        missing = gone.reason in (UnavailableReason.ABSENT, UnavailableReason.LOST)
        return Finding(driver, Verdict.MISSING if missing else Verdict.NOT_READY, ADVICE[gone.reason], str(gone))
    except (DeviceFault, CaptureTimeout) as broken:
        return Finding(driver, Verdict.BROKEN, "replace the part if it happens again", str(broken))
    except NotSupported as wrong:
        return Finding(driver, Verdict.NOT_READY, "box.toml asks for what it cannot do", str(wrong))
    except HalError as other:
        return Finding(driver, Verdict.GOOD, "it works", str(other))


def name_of(who: DeviceIdentity) -> str:
    """Make, model and serial number, as far as the device tells."""
    return " ".join(word for word in (who.make, who.model, who.serial) if word)


def telling(findings: Sequence[Finding]) -> list[Finding]:
    """Those worth showing of one part: what is in order; otherwise the worst, which is what somebody can act on."""
    for verdict in Verdict:
        if found := [finding for finding in findings if finding.verdict is verdict]:
            return found
    return []


def _platen(device: Any, look_s: float) -> str:
    """A reader is in order when it waits for a finger, or shows one."""
    try:
        seen = next(iter(device.look(Ask((SHOWN["fingerprint"],), timeout_s=look_s), Stop())))
    except CaptureTimeout:
        return "it waits for a finger; lay one on and run: python -m hal capture fingerprint"
    return "it sees a finger" if isinstance(seen, Presence) else _size(seen)


def _stream(position: Position) -> Use:
    def use(device: Any, look_s: float) -> str:
        looks = device.look(Ask((position,), timeout_s=look_s), Stop())
        frames = list(islice((item for item in looks if isinstance(item, Frame)), 3))
        if not frames:
            raise DeviceFault("it streams nothing")
        return f"it streams: {_size(frames[-1])}"

    return use


def _size(frame: Frame) -> str:
    height, width = frame.pixels.shape[:2]
    return f"{width} x {height} pixels"


def _blink(device: Any, _: float) -> str:
    device.lamp(Lamp.WORKING)
    return "its lamp blinks now: look at it, and press the button with: python -m hal watch"


USES: dict[str, Use] = {
    "fingerprint": _platen,
    "iris": _stream(SHOWN["iris"]),
    "camera": _stream(SHOWN["camera"]),
    "card": lambda device, _: f"card: {device.status().state}",
    "battery": lambda device, _: f"{device.read().fraction:.0%} full",
    "panel": _blink,
    "stick": lambda device, _: f"stick: {device.status().state}",
    "modem": lambda device, _: "registered" if device.status().registered else "no network here",
    "speaker": lambda device, _: "it opens; play a prompt to hear it",
    "updater": lambda device, _: f"version {device.status().running}",
}
