"""The twin of libfprint sensors: libfprint's own virtual image device, touched by a person in a thread.

Its socket is served while a capture runs and takes pairs of int32: width and height before grey bytes, or a negative
number for a happening. What comes while it rests it ignores or keeps for later, so the person touches again and again.
"""

import os
import socket
import struct
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import ClassVar, Self

import numpy as np

from hal import Ask, Device, Frame, Presence, Stop
from hal.world import fingers
from tests.twins.shape import CaptureTwin, Moment, NoTwin, Picture

VARIABLE = "FP_VIRTUAL_IMAGE"
RETRY, FAIL, AUTOMATIC, FINGER, UNPLUG = -1, -2, -3, -4, -5
NEEDED = ("usr/bin/python3", "usr/lib/python3/dist-packages/gi", "usr/lib/*/girepository-1.0/FPrint-2.0.typelib")
PACE_S = 0.04
REST_S = 0.3  # after a touch, in which libfprint looks for minutiae and the look ends


def lacking() -> str:
    """What this machine lacks, empty where nothing."""
    if all(any(Path("/").glob(path)) for path in NEEDED):
        return ""
    return "needs libfprint: apt install libfprint-2-2 gir1.2-fprint-2.0 python3-gi"


@cache
def impressions() -> tuple[Picture, Picture]:
    """Two prints of one finger, 480 x 400; libfprint refuses pictures without ridges."""
    finger = fingers.master(3)
    return tuple(fingers.impression(finger, np.random.default_rng(seed)) for seed in (1, 2))  # type: ignore[return-value]


class VirtualSensor:
    """The hand on the virtual device: connects when it listens, and says what happens on the platen."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._socket: socket.socket | None = None

    def say(self, code: int, value: int, pixels: bytes = b"") -> bool:
        """One happening; False where nobody listens."""
        try:
            if self._socket is None:
                self._socket = socket.socket(socket.AF_UNIX)
                self._socket.settimeout(2.0)
                self._socket.connect(os.fspath(self._path))
            self._socket.sendall(struct.pack("=ii", code, value) + pixels)
        except OSError:
            self.hang_up()
            return False
        return True

    def show(self, picture: Picture) -> bool:
        """The sensor has taken this picture."""
        height, width = picture.shape
        return self.say(width, height, picture.tobytes())

    def hang_up(self) -> None:
        """Let go of the device."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


class LibfprintTwin(CaptureTwin):
    """Somebody willing touches whenever a look runs."""

    LATE_S = 1.5  # the library's process has to start and to be scheduled
    MOMENTS: ClassVar[tuple[Moment, ...]] = tuple(Moment)

    def __init__(self, port: str, driver: str, folder: Path) -> None:
        super().__init__(port, driver, folder)
        self.sensor = VirtualSensor(folder / "sensor")
        self._looks = threading.Event()
        self._over = threading.Event()
        self._willing = True
        self._pull: Moment | None = None
        self._touches = 0
        self._shown: Picture | None = None
        self._person = threading.Thread(target=self._live, name="person", daemon=True)

    def __enter__(self) -> Self:
        if what := lacking():
            raise NoTwin(what)
        os.environ[VARIABLE] = os.fspath(self.folder / "sensor")
        self._person.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._over.set()
        self._looks.set()
        self._person.join()
        os.environ.pop(VARIABLE, None)

    def make(self) -> Device:
        """The driver's device; the person comes when somebody looks."""
        device = super().make()
        look = device.look  # type: ignore[attr-defined]

        def watched(ask: Ask, stop: Stop) -> Iterator[Presence | Frame]:
            seen = look(ask, stop)

            def follow() -> Iterator[Presence | Frame]:
                self._looks.set()
                try:
                    yield from seen
                finally:
                    self._looks.clear()

            return follow()

        device.look = watched  # type: ignore[attr-defined]
        return device

    def leave(self) -> None:
        self._willing = False

    def original(self) -> Picture | None:
        return self._shown

    def vanish(self, moment: Moment = Moment.IDLE) -> None:
        os.environ.pop(VARIABLE, None)  # from now on libfprint finds nothing
        self._pull = moment
        if moment in (Moment.IDLE, Moment.LEAVING):
            self._looks.set()

    def replug(self) -> None:
        self._pull = None
        os.environ[VARIABLE] = os.fspath(self.folder / "sensor")

    def _live(self) -> None:
        while not self._over.is_set():
            self._looks.wait()
            self._act()
            self._over.wait(PACE_S)
        self.sensor.hang_up()

    def _act(self) -> None:
        if self._pull in (Moment.IDLE, Moment.WAITING):
            self.sensor.say(UNPLUG, 0)
        elif self._willing:
            self._touch()

    def _touch(self) -> None:
        picture = impressions()[self._touches % 2]
        self.sensor.say(AUTOMATIC, 0)
        if not self.sensor.say(FINGER, 1):
            return
        self._over.wait(PACE_S)
        if self._pull is Moment.CAPTURE:
            self.sensor.say(UNPLUG, 0)
            return
        self._shown = picture
        self._touches += 1
        self.sensor.show(picture)
        self._over.wait(PACE_S)
        self.sensor.say(UNPLUG if self._pull is Moment.LEAVING else FINGER, 0)
        self._over.wait(REST_S)
