"""The stick port on the kernel's own mounts, carried out by the stick helper: the kiosk has no right to mount."""

import json
import socket
from pathlib import Path
from typing import Any

from hal.clock import Clock
from hal.device import closed
from hal.errors import DeviceFault, DeviceUnavailable, UnavailableReason
from hal.standin import Stage
from hal.stick import StickPort
from hal.values import DeviceIdentity, Mounted, StickState, StickStatus

LONGEST_REPLY = 4096
STATUS_S = 90.0  # the first look at a stick mounts it; usual is 0.3 s
MOUNT_S = 150.0
SETTLE_S = 900.0  # ten thousand people on a stick of 5 MB a second


class UsbStick(StickPort):
    """One stick in any USB socket: vfat, exfat or ext4, on its first partition or on the whole disk."""

    MAKE = "Linux"
    MODEL = "USB mass storage"

    def __init__(self, clock: Clock, stage: Stage) -> None:
        self._socket = stage.wiring.stick_helper
        self._opened = self._lost = False

    @property
    def identity(self) -> DeviceIdentity:
        return DeviceIdentity("stick", "usb", self.MAKE, self.MODEL)

    def open(self) -> None:
        self._ask("status", STATUS_S)
        self._opened, self._lost = True, False

    def close(self) -> None:
        self._opened = self._lost = False

    def status(self) -> StickStatus:
        told = self._use("status", STATUS_S)
        try:
            state = StickState(told["state"])
            size, writable = int(told["free_bytes"]), bool(told["writable"])
            return StickStatus(state, str(told["stick_id"]), str(told["filesystem"]), size, writable)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise DeviceFault("stick helper: an impossible status") from error

    def mount(self) -> Mounted:
        return _mounted(self._use("mount", MOUNT_S))

    def settle(self) -> Mounted:
        return _mounted(self._use("settle", SETTLE_S))

    def release(self) -> None:
        self._use("release", SETTLE_S)

    def _use(self, verb: str, seconds: float) -> dict[str, Any]:
        if self._lost:
            raise DeviceUnavailable(UnavailableReason.LOST, "stick helper")
        if not self._opened:
            raise closed("stick")
        return self._ask(verb, seconds)

    def _ask(self, verb: str, seconds: float) -> dict[str, Any]:
        try:
            with socket.socket(socket.AF_UNIX) as channel:
                channel.settimeout(seconds)
                channel.connect(str(self._socket))
                channel.sendall(verb.encode() + b"\n")
                told = _reply(channel)
        except PermissionError as error:
            raise DeviceUnavailable(UnavailableReason.PERMISSION, "stick helper") from error
        except TimeoutError as error:
            raise DeviceFault(f"stick: {verb} took longer than {seconds:.0f} s") from error
        except BlockingIOError as error:  # more callers wait than it holds
            raise DeviceUnavailable(UnavailableReason.BUSY, "stick helper") from error
        except OSError as error:
            self._lost = self._lost or self._opened  # the service ended; it knows nothing of what was mounted before
            reason = UnavailableReason.LOST if self._lost else UnavailableReason.ABSENT
            raise DeviceUnavailable(reason, "stick helper") from error
        if "unavailable" in told:
            gone = told["unavailable"] == UnavailableReason.LOST
            raise DeviceUnavailable(UnavailableReason.LOST if gone else UnavailableReason.ABSENT, "stick")
        if "fault" in told:
            raise DeviceFault(str(told["fault"]))
        return told


def _reply(channel: socket.socket) -> dict[str, Any]:
    line = b""
    while not line.endswith(b"\n") and len(line) < LONGEST_REPLY:
        more = channel.recv(LONGEST_REPLY)
        if not more:
            raise ConnectionError("the stick helper hung up")
        line += more
    try:
        told = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DeviceFault("stick helper: not JSON") from error
    if not isinstance(told, dict):
        raise DeviceFault("stick helper: not an object")
    return told


def _mounted(told: dict[str, Any]) -> Mounted:
    try:
        return Mounted(Path(told["path"]), bool(told["writable"]))
    except (KeyError, TypeError) as error:
        raise DeviceFault("stick helper: an impossible mount") from error
