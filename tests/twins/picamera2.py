"""The twin of `camera picamera2`: the library's interface over a camera in memory, whose name says that it is none."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any, Self

import numpy as np

from tests.twins.shape import CaptureTwin, Moment, NoTwin, Picture

RIBBON = Path(__file__).parent / "ribbon"


class Picamera2Twin(CaptureTwin):
    """A module shows a shade, redder to the right and greener below; nobody has to stand before it."""

    MOMENTS = (Moment.IDLE, Moment.CAPTURE)

    def __enter__(self) -> Self:
        self.rig = rig()
        self.rig.__init__()
        return self

    def vanish(self, moment: Moment = Moment.IDLE) -> None:
        if moment is Moment.CAPTURE:
            self.rig.after_frames = (2, self.rig.cameras.clear)
        else:
            self.rig.cameras.clear()

    def replug(self) -> None:
        self.rig.__init__()

    def leave(self) -> None:
        pass  # a camera streams whoever stands there

    def original(self) -> Picture | None:
        width, height = 1920, 1080
        seen = np.zeros((height, width, 3), np.uint8)
        seen[..., 0] = np.linspace(0, 255, width, dtype=np.uint8)
        seen[..., 1] = np.linspace(0, 200, height, dtype=np.uint8)[:, None]
        return seen

    def hold(self, card: Picture | None) -> None:
        self.rig.view = card


def rig() -> Any:
    """What is plugged into this process. Raises NoTwin."""
    if str(RIBBON) not in sys.path:
        sys.path.insert(0, str(RIBBON))
    found = import_module("picamera2")
    if not hasattr(found, "rig"):
        raise NoTwin("this process loaded the real picamera2 already")
    return found.rig
