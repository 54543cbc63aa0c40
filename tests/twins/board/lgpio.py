"""A GPIO chip in memory behind the functions of lgpio that rpi-lgpio uses; `board` is the chip, and what stands on it.

Errors are raised as lgpio does it. Lines are 0 or 1; whoever claims one with a pull reads that until it is driven.
"""

from collections.abc import Callable
from typing import Any

RISING_EDGE, FALLING_EDGE, BOTH_EDGES = 1, 2, 3
SET_PULL_UP, SET_PULL_DOWN, SET_PULL_NONE = 0x20, 0x40, 0x80
GPIO_BUSY = -79
INPUT, OUTPUT, ALERT = 0x100, 0x200, 0x400
LINES = 54


class error(Exception):
    """What lgpio raises for everything."""


class Board:
    """`there` is False while the chip is unplugged."""

    def __init__(self) -> None:
        self.there, self.opened = True, 0
        self.level: dict[int, int] = {}
        self.mode: dict[int, int] = {}
        self.edges: dict[int, int] = {}
        self.pulse: dict[int, float] = {}  # line: Hz
        self.debounce_us: dict[int, int] = {}
        self.rises: dict[int, int] = {}
        self.listeners: list[callback] = []

    def drive(self, line: int, level: int) -> None:
        """Something outside puts a line to this level."""
        before, self.level[line] = self.level.get(line, 0), level
        edge = RISING_EDGE if level > before else FALLING_EDGE if level < before else 0
        for listener in list(self.listeners):
            if listener.line == line and self.mode.get(line, 0) & ALERT and self.edges[line] & edge:
                listener.told(0, line, level, 0)

    def answer(self) -> None:
        """Raises where there is no chip."""
        if not self.there:
            raise error("unknown handle")


board = Board()


class callback:
    """Hears the edges of a line until it is cancelled."""

    def __init__(
        self, handle: int, gpio: int, edge: int = RISING_EDGE, func: Callable[..., None] | None = None
    ) -> None:
        assert func is not None
        self.line, self.told = gpio, func
        board.listeners.append(self)

    def cancel(self) -> None:
        if self in board.listeners:
            board.listeners.remove(self)


def error_text(number: int) -> str:
    return f"lgpio error {number}"


def gpiochip_open(gpiochip: int) -> int:
    if not board.there:
        raise error("can not open gpiochip")
    board.opened += 1
    return 0


def gpiochip_close(handle: int) -> int:
    board.opened -= 1
    return 0


def gpio_get_chip_info(handle: int) -> tuple[int, int, str, str]:
    board.answer()
    return 0, LINES, "gpiochip0", "board"


def gpio_get_mode(handle: int, gpio: int) -> int:
    board.answer()
    return board.mode.get(gpio, 0)


def gpio_claim_input(handle: int, gpio: int, lFlags: int = 0) -> int:
    board.answer()
    board.mode[gpio] = INPUT | lFlags
    board.level.setdefault(gpio, int(bool(lFlags & SET_PULL_UP)))
    return 0


def gpio_claim_output(handle: int, gpio: int, level: int = 0, lFlags: int = 0) -> int:
    board.answer()
    board.mode[gpio] = OUTPUT | lFlags
    board.level[gpio] = int(level)
    return 0


def gpio_claim_alert(handle: int, gpio: int, eFlags: int, lFlags: int = 0, notify_handle: Any = None) -> int:
    board.answer()
    board.mode[gpio], board.edges[gpio] = ALERT | INPUT | lFlags, eFlags
    return 0


def gpio_free(handle: int, gpio: int) -> int:
    board.answer()
    board.mode.pop(gpio, None)
    return 0


def gpio_read(handle: int, gpio: int) -> int:
    board.answer()
    return board.level.get(gpio, 0)


def gpio_write(handle: int, gpio: int, level: int) -> int:
    board.answer()
    board.rises[gpio] = board.rises.get(gpio, 0) + (not board.level.get(gpio, 0) and bool(level))
    board.level[gpio] = int(level)
    return 0


def gpio_set_debounce_micros(handle: int, gpio: int, micros: int) -> int:
    board.answer()
    board.debounce_us[gpio] = micros
    return 0


def tx_pwm(handle: int, gpio: int, frequency: float, duty_cycle: float) -> int:
    board.answer()
    if frequency:
        board.pulse[gpio] = frequency
    else:
        board.pulse.pop(gpio, None)
    return 0
