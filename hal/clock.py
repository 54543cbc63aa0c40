"""All waiting goes through a clock: the real one, or one that makes a day pass in seconds and always the same way."""

import os
import queue
import select
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Generic, TypeVar

T = TypeVar("T")


class Stop:
    """An event with a file descriptor, so that one `select` waits for a device and for the wish to stop."""

    def __init__(self) -> None:
        self._fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._set = False

    def set(self) -> None:
        """Ask whoever waits to leave; idempotent."""
        if not self._set:
            self._set = True
            os.eventfd_write(self._fd, 1)

    def is_set(self) -> bool:
        """Whether somebody asked."""
        return self._set

    def fileno(self) -> int:
        """Readable from `set` on."""
        return self._fd

    def __del__(self) -> None:
        os.close(self._fd)


@dataclass(frozen=True)
class WallTime:
    """A hint of the date: `source` names who said it, `confident` whether anybody vouches for it."""

    utc: datetime
    source: str
    confident: bool


class Mailbox(ABC, Generic[T]):
    """A queue with one reader; the only way into a worker."""

    @abstractmethod
    def put(self, item: T) -> None:
        """Leave an item; never blocks."""

    @abstractmethod
    def get(self, timeout_s: float | None = None) -> T | None:
        """The next item, or None when the time is over."""


class Clock(ABC):
    """Time, waiting, mailboxes and threads, so that one stand-in replaces all four."""

    @abstractmethod
    def monotonic(self) -> float:
        """Seconds since some start; never goes back."""

    @abstractmethod
    def wall(self) -> WallTime:
        """The date as far as anybody knows it."""

    @abstractmethod
    def wait(self, seconds: float, stop: Stop) -> bool:
        """Let time pass; True as soon as stop is set."""

    @abstractmethod
    def mailbox(self) -> Mailbox:
        """A new mailbox on this clock."""

    @abstractmethod
    def spawn(self, name: str, target: Callable[[], None]) -> threading.Thread:
        """A started daemon thread that waits on this clock only."""


class _QueueMailbox(Mailbox[T]):
    def __init__(self) -> None:
        self._items: queue.SimpleQueue[T] = queue.SimpleQueue()

    def put(self, item: T) -> None:
        self._items.put(item)

    def get(self, timeout_s: float | None = None) -> T | None:
        try:
            return self._items.get(timeout=timeout_s)
        except queue.Empty:
            return None


class SystemClock(Clock):
    """The machine's own time."""

    def monotonic(self) -> float:
        return time.monotonic()

    def wall(self) -> WallTime:
        return WallTime(datetime.now(UTC), "system", confident=False)

    def wait(self, seconds: float, stop: Stop) -> bool:
        readable, _, _ = select.select([stop], [], [], max(seconds, 0.0))
        return bool(readable)

    def mailbox(self) -> Mailbox:
        return _QueueMailbox()

    def spawn(self, name: str, target: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=target, name=name, daemon=True)
        thread.start()
        return thread


class Deadlock(RuntimeError):
    """Every thread of a FakeClock waits and nothing is due: the program would hang for ever."""


class _Sleeper:
    """One thread of a FakeClock: when it is due, what else would wake it, and its own gate."""

    def __init__(self, name: str, lock: threading.Lock) -> None:
        self.name = name
        self.gate = threading.Condition(lock)
        self.may_run = False
        self.waiting = False
        self.due = inf
        self.ready: Callable[[], bool] = lambda: False
        self.since = 0


class FakeClock(Clock):
    """Time that moves only when every thread waits.

    One thread runs at a time. When it waits, the longest-waiting thread whose mailbox or stop has something runs next;
    where there is none, time jumps to the earliest due thread. The creating thread takes part from the start.
    """

    def __init__(self, start: datetime = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)) -> None:
        self._start = start
        self._now = 0.0
        self._lock = threading.Lock()
        self._sleepers: dict[int, _Sleeper] = {threading.get_ident(): _Sleeper("main", self._lock)}
        self._turn = 0
        self._dead = False

    def monotonic(self) -> float:
        return self._now

    def wall(self) -> WallTime:
        return WallTime(self._start + timedelta(seconds=self._now), "simulated", confident=True)

    def wait(self, seconds: float, stop: Stop) -> bool:
        with self._lock:
            self._block(self._now + max(seconds, 0.0), stop.is_set)
        return stop.is_set()

    def mailbox(self) -> Mailbox:
        return _FakeMailbox(self)

    def spawn(self, name: str, target: Callable[[], None]) -> threading.Thread:
        sleeper = _Sleeper(name, self._lock)

        def body() -> None:
            with self._lock:
                while not sleeper.may_run:
                    sleeper.gate.wait()
                sleeper.may_run = sleeper.waiting = False
            try:
                target()
            finally:
                with self._lock:
                    del self._sleepers[threading.get_ident()]
                    self._wake_next()

        thread = threading.Thread(target=body, name=name, daemon=True)
        with self._lock:
            self._turn += 1
            sleeper.waiting, sleeper.ready, sleeper.since = True, lambda: True, self._turn
            thread.start()
            self._sleepers[thread.ident or 0] = sleeper
        return thread

    def _block(self, due: float, ready: Callable[[], bool]) -> None:
        """Give the turn away and come back when due or ready; the lock is held."""
        me = self._sleepers[threading.get_ident()]
        self._turn += 1
        me.waiting, me.due, me.ready, me.since = True, due, ready, self._turn
        self._wake_next()
        while not me.may_run:
            if self._dead:
                raise Deadlock(", ".join(sorted(s.name for s in self._sleepers.values())))
            me.gate.wait()
        me.may_run = me.waiting = False

    def _wake_next(self) -> None:
        waiting = [s for s in self._sleepers.values() if s.waiting]
        ready = [s for s in waiting if s.ready()]
        if ready:
            chosen = min(ready, key=lambda s: s.since)
        elif waiting and (chosen := min(waiting, key=lambda s: (s.due, s.since))).due < inf:
            self._now = max(self._now, chosen.due)
        else:
            self._dead = bool(waiting)
            for sleeper in waiting:
                sleeper.gate.notify_all()
            return
        chosen.may_run = True
        chosen.gate.notify_all()


class _FakeMailbox(Mailbox[T]):
    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._items: deque[T] = deque()

    def put(self, item: T) -> None:
        self._items.append(item)

    def get(self, timeout_s: float | None = None) -> T | None:
        clock = self._clock
        with clock._lock:
            clock._block(inf if timeout_s is None else clock._now + timeout_s, lambda: bool(self._items))
        return self._items.popleft() if self._items else None
