"""A clock on which the whole box runs in one thread, so that a tracer sees every system call in one order.

A worker's loop runs whenever somebody waits for an answer and that loop's mailbox holds something; it rests when the
mailbox is empty. Time moves by being waited for; nobody watches the ports and no timer ends.
"""

import threading
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from hal import Clock, Mailbox, Stop, WallTime

T = TypeVar("T")
RESTING = ("timer", "watch")
START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


class OneThreadClock(Clock):
    """Each loop reads the mailbox that was made just before it was spawned, as Worker and Runner do."""

    def __init__(self) -> None:
        self._now = 0.0
        self._loops: list[_Loop] = []
        self._last: _OneThreadMailbox | None = None

    def monotonic(self) -> float:
        return self._now

    def wall(self) -> WallTime:
        return WallTime(START + timedelta(seconds=self._now), "simulated", confident=True)

    def wait(self, seconds: float, stop: Stop) -> bool:
        self._now += max(seconds, 0.0)
        return stop.is_set()

    def mailbox(self) -> Mailbox:
        self._last = _OneThreadMailbox(self)
        return self._last

    def spawn(self, name: str, target: Callable[[], None]) -> threading.Thread:
        if name not in RESTING and self._last is not None:
            self._loops.append(_Loop(target, self._last))
        return threading.Thread(name=name)

    def turn(self) -> bool:
        """Let one loop that has something to do run until it has not; whether there was one."""
        for loop in self._loops:
            if loop.mailbox.items and not loop.runs:
                loop.runs = True
                try:
                    loop.target()
                finally:
                    loop.runs = False
                return True
        return False

    def owned(self, mailbox: "_OneThreadMailbox") -> bool:
        """Whether a loop reads it."""
        return any(loop.mailbox is mailbox for loop in self._loops)


class _Loop:
    def __init__(self, target: Callable[[], None], mailbox: "_OneThreadMailbox") -> None:
        self.target, self.mailbox, self.runs = target, mailbox, False


class _OneThreadMailbox(Mailbox[T]):
    def __init__(self, clock: OneThreadClock) -> None:
        self.items: deque[T] = deque()
        self._clock = clock

    def put(self, item: T) -> None:
        self.items.append(item)

    def get(self, timeout_s: float | None = None) -> T | None:
        while not self.items and not self._clock.owned(self) and self._clock.turn():
            pass
        return self.items.popleft() if self.items else None
