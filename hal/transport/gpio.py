"""GPIO lines through the RPi.GPIO interface: RPi.GPIO itself on older boards, rpi-lgpio on a Pi 5 and on any Linux."""

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from hal.errors import DeviceUnavailable, UnavailableReason

DEBOUNCE_MS = 30  # a pressed switch bounces for up to 10
BLINK_HZ = 1.0


class Gpio:
    """Some lines of the chip, by BCM number; those in `active_low` mean yes at 0 V. Lines of others are left alone.

    Raises DeviceUnavailable: LIBRARY_MISSING, PERMISSION, ABSENT on a machine without such a chip; LOST where a line
    that was taken answers no more.
    """

    def __init__(self, active_low: frozenset[int]) -> None:
        self._low = active_low
        self._library = _load()
        self._taken: list[int] = []
        self._driven: list[int] = []
        self._blinking: dict[int, Any] = {}

    def output(self, line: int) -> None:
        """Take a line to drive; it starts as off."""
        self._take(line, self._library.OUT, initial=self._level(line, False))
        self._driven.append(line)

    def input(self, line: int, became: Callable[[], None]) -> bool:
        """Take a line to listen to; `became` is called from the library's thread whenever it says yes. Whether it says
        yes already."""
        low = line in self._low
        pull = self._library.PUD_UP if low else self._library.PUD_DOWN
        self._take(line, self._library.IN, pull_up_down=pull)
        edge = self._library.FALLING if low else self._library.RISING
        _known(lambda: self._library.add_event_detect(line, edge, callback=lambda _: became(), bouncetime=DEBOUNCE_MS))
        return bool(_known(lambda: self._library.input(line))) is not low

    def set(self, line: int, on: bool) -> None:
        """Hold an output at yes or no from now on."""
        self._still(line)
        _known(lambda: self._library.output(line, self._level(line, on)), UnavailableReason.LOST)

    def blink(self, line: int) -> None:
        """Let an output say yes and no in turns, a second each pair."""
        if line not in self._blinking:
            pulse = _known(lambda: self._library.PWM(line, BLINK_HZ), UnavailableReason.LOST)
            self._blinking[line] = pulse
            _known(lambda: pulse.start(50), UnavailableReason.LOST)

    def check(self) -> None:
        """Raises DeviceUnavailable(LOST) where the chip answers no more."""
        for line in self._taken[:1]:
            _known(partial(self._library.input, line), UnavailableReason.LOST)

    def close(self) -> None:
        """Give the lines back, outputs off; idempotent, never raises."""
        for line in self._driven:
            with suppress(DeviceUnavailable):
                self.set(line, False)
        for line in self._taken:
            with suppress(DeviceUnavailable):
                _known(partial(self._library.cleanup, line))
        self._driven.clear()
        self._taken.clear()

    def _take(self, line: int, direction: int, **how: int) -> None:
        _known(lambda: self._library.setup(line, direction, **how))
        self._taken.append(line)

    def _still(self, line: int) -> None:
        if pulse := self._blinking.pop(line, None):
            _known(pulse.stop, UnavailableReason.LOST)

    def _level(self, line: int, on: bool) -> int:
        return self._library.HIGH if on is not (line in self._low) else self._library.LOW


def _load() -> Any:
    os.environ["LG_WD"] = str(_pipes())
    try:
        library = import_module("RPi.GPIO")
    except ImportError as missing:
        what = "GPIO needs python3-rpi-lgpio (Debian) or rpi-lgpio (PyPI)"
        raise DeviceUnavailable(UnavailableReason.LIBRARY_MISSING, what) from missing
    except RuntimeError as wrong_machine:  # how both libraries say that this is no Raspberry Pi
        raise DeviceUnavailable(UnavailableReason.ABSENT, "GPIO") from wrong_machine
    library.setwarnings(False)
    _known(lambda: library.setmode(library.BCM))
    return library


def _pipes() -> Path:
    """Where lgpio makes its pipes, which it otherwise does wherever we stand: a directory of this user alone."""
    own = Path(tempfile.gettempdir()) / f"lgpio-{os.getuid()}"
    own.mkdir(mode=0o700, exist_ok=True)
    if own.is_symlink() or own.stat().st_uid != os.getuid():
        raise DeviceUnavailable(UnavailableReason.PERMISSION, f"GPIO: {own} belongs to somebody else")
    return own


def _known(call: Callable[[], Any], otherwise: UnavailableReason = UnavailableReason.ABSENT) -> Any:
    """The call's answer; every way in which the libraries refuse is one known error."""
    try:
        return call()
    except Exception as error:  # RPi.GPIO raises RuntimeError and ValueError, lgpio a class of its own
        reason = UnavailableReason.PERMISSION if _forbidden() else otherwise
        raise DeviceUnavailable(reason, "GPIO") from error


def _forbidden() -> bool:
    """Whether there are chips of which this user may open none; both libraries say only that it did not work."""
    chips = list(Path("/dev").glob("gpiochip*"))
    return bool(chips) and not any(os.access(chip, os.R_OK | os.W_OK) for chip in chips)
