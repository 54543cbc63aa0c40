"""The twin of `panel rpi_gpio`: the real rpi-lgpio, with a chip in memory below it instead of the kernel's."""

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, Self

from hal import Lamp, Stage, Wiring
from tests.twins.shape import Moment, NoTwin, PanelTwin

BOARD = Path(__file__).parent / "board"
REVISION = "RPI_LGPIO_REVISION"
PI_4 = "c03114"
WIRING = Wiring(button=17, tamper=27, lamp_ready=22, lamp_alert=23, buzzer=24, active_low=frozenset({17, 23}))


class GpioPanelTwin(PanelTwin):
    """A button and a lamp that mean yes at 0 V, and others that do not. `board` is the chip."""

    MOMENTS = (Moment.IDLE, Moment.CAPTURE)

    def __enter__(self) -> Self:
        self._before = os.environ.get(REVISION)
        os.environ[REVISION] = PI_4
        self.board = chip()
        self.board.__init__()
        self.board.level.update({17: 1, 27: 0})
        self.stage = Stage(wiring=WIRING)
        self._buzzed = 0
        return self

    def __exit__(self, *exc: object) -> None:
        if self._before is None:
            del os.environ[REVISION]
        else:
            os.environ[REVISION] = self._before

    def vanish(self, moment: Moment = Moment.IDLE) -> None:
        self.board.there = False

    def replug(self) -> None:
        self.board.there = True

    def press(self) -> None:
        self._touch(17, 0)

    def tamper(self) -> None:
        self._touch(27, 1)

    def shown(self) -> Lamp:
        if 22 in self.board.pulse:
            return Lamp.WORKING
        if not self.board.level[23]:
            return Lamp.ALERT
        return Lamp.READY if self.board.level[22] else Lamp.OFF

    def buzzes(self) -> int:
        return self.board.rises.get(24, 0)

    def _touch(self, line: int, level: int) -> None:
        self.board.drive(line, level)
        self.board.drive(line, 1 - level)


def chip() -> Any:
    """The one of this process, which rpi-lgpio finds from now on. Raises NoTwin."""
    try:
        import_module("RPi")
    except ImportError as missing:
        raise NoTwin("needs rpi-lgpio: pip install rpi-lgpio") from missing
    if str(BOARD) not in sys.path:
        sys.path.insert(0, str(BOARD))
    found = import_module("lgpio")
    if not hasattr(found, "board"):
        raise NoTwin("this process loaded the machine's own lgpio already")
    return found.board
