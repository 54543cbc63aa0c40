"""The stick port on the kernel's own mounts, carried out by the stick helper: the kiosk has no right to mount."""

from pathlib import Path
from typing import Any

from hal.clock import Clock
from hal.errors import DeviceFault
from hal.standin import Stage
from hal.stick import StickPort
from hal.transport.verbs import Service
from hal.values import DeviceIdentity, Mounted, StickState, StickStatus

STATUS_S = 90.0  # the first look at a stick mounts it; usual is 0.3 s
MOUNT_S = 150.0
SETTLE_S = 900.0  # ten thousand people on a stick of 5 MB a second


class UsbStick(StickPort):
    """One stick in any USB socket: vfat, exfat or ext4, on its first partition or on the whole disk."""

    MAKE = "Linux"
    MODEL = "USB mass storage"

    def __init__(self, clock: Clock, stage: Stage) -> None:
        self._service = Service(stage.wiring.stick_helper, "stick helper")

    @property
    def identity(self) -> DeviceIdentity:
        return DeviceIdentity("stick", "usb", self.MAKE, self.MODEL)

    def open(self) -> None:
        self._service.open("status", STATUS_S)

    def close(self) -> None:
        self._service.close()

    def status(self) -> StickStatus:
        told = self._service.use("status", STATUS_S)
        try:
            state = StickState(told["state"])
            size, writable = int(told["free_bytes"]), bool(told["writable"])
            return StickStatus(state, str(told["stick_id"]), str(told["filesystem"]), size, writable)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise DeviceFault("stick helper: an impossible status") from error

    def mount(self) -> Mounted:
        return _mounted(self._service.use("mount", MOUNT_S))

    def settle(self) -> Mounted:
        return _mounted(self._service.use("settle", SETTLE_S))

    def release(self) -> None:
        self._service.use("release", SETTLE_S)


def _mounted(told: dict[str, Any]) -> Mounted:
    try:
        return Mounted(Path(told["path"]), bool(told["writable"]))
    except (KeyError, TypeError) as error:
        raise DeviceFault("stick helper: an impossible mount") from error
