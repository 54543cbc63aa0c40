"""The twin of `stick usb`, in the lab only: emulated USB sticks, the kernel, and the box's own stick helper as root."""

import pwd
import socket
import threading
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import ClassVar, Self

from hal import Stage, Stop, SystemClock, Wiring
from hal.stick import helper
from hal.stick.mounting import Sticks
from hal.transport.verbs import listening, serve
from tests.lab.inside.hands import CHANNEL, Host
from tests.twins.shape import Moment, NoTwin, StickTwin

PATIENCE_S = 30.0
LARGEST_MB = 64  # no promise depends on more, and the host makes every one anew
USER = "jemput"


class LabStick(StickTwin):
    """Sticks of the host's making; what is pulled out of the port itself is the helper, here a thread of this process:
    on an emulated processor another Python takes ten seconds to start."""

    LATE_S = 2.0
    CAN_BE_PULLED_HALF_WAY = False
    numbers: "ClassVar[count[int]]" = count()  # a stick's name is one for the whole run

    def __enter__(self) -> Self:
        if not Path(CHANNEL).exists():
            raise NoTwin("needs emulated USB: make lab")
        self.filesystem = "vfat"
        self.host = Host()
        self.names: dict[str, str] = {}
        self._in = ""
        self.at, self.socket = self.folder / "stick", self.folder / "sock"
        self.stage = Stage(wiring=Wiring(stick_helper=self.socket))
        self.replug()
        return self

    def __exit__(self, *exc: object) -> None:
        self.vanish()
        self.host.clear()
        self.host.close()

    def vanish(self, moment: Moment = Moment.IDLE) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._helper.join()
        self._listener.close()
        self._sticks.close()

    def replug(self) -> None:
        self._listener = listening(self.socket, owner())
        self._sticks = Sticks(self.at, owner())
        self._helper = threading.Thread(
            target=serve, args=(self._listener, helper.verbs(self._sticks), frozenset({0, owner()[0]})), daemon=True
        )
        self._helper.start()

    def plug(self, name: str, *, capacity_bytes: int = 8 << 30, read_only: bool = False) -> None:
        known = name in self.names
        device = self.names.setdefault(name, f"{name}{next(self.numbers)}")
        size = min(capacity_bytes >> 20, LARGEST_MB)
        self._plug(device, *(() if known else (self.filesystem, size)), *(("locked",) if read_only else ()))

    def plug_unusable(self) -> None:
        self._plug(f"none{next(self.numbers)}", "none", 8)

    def pull(self) -> None:
        before = usb_disks()
        self.host.pull(self._in)
        until(lambda: usb_disks() < before or not before)

    def _plug(self, device: str, *how: object) -> None:
        before = usb_disks()
        self.host.plug(device, *how)
        self._in = device
        until(lambda: usb_disks() > before)


def usb_disks() -> set[str]:
    """Those that the kernel has a medium of."""
    found = set()
    for path in Path("/sys/block").iterdir():
        try:
            if "/usb" in str(path.resolve()) and int((path / "size").read_text()):
                found.add(path.name)
        except OSError:
            continue
    return found


def owner() -> tuple[int, int]:
    """The kiosk's user and group."""
    told = pwd.getpwnam(USER)
    return told.pw_uid, told.pw_gid


def until(reached: Callable[[], object]) -> None:
    """Wait for it, not for ever."""
    clock = SystemClock()
    end = clock.monotonic() + PATIENCE_S
    while not reached():
        if clock.monotonic() > end:
            raise TimeoutError("the lab")
        clock.wait(0.05, Stop())
