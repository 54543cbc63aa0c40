"""Turns at a device: a look has it to itself, and whoever asks in another thread whether it is there never waits."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from hal.errors import DeviceUnavailable, UnavailableReason

TURN_S = 1.0  # for the one before to let go, which holds a turn for a moment only unless it is a look


class Turn:
    """One device's turn."""

    def __init__(self) -> None:
        self._lock = Lock()

    @contextmanager
    def mine(self, what: str) -> Iterator[None]:
        """For a look. Raises DeviceUnavailable(BUSY) while an earlier look is not over."""
        if not self._lock.acquire(timeout=TURN_S):
            raise DeviceUnavailable(UnavailableReason.BUSY, f"{what}: another look is not over")
        try:
            yield
        finally:
            self._lock.release()

    @contextmanager
    def if_free(self) -> Iterator[bool]:
        """For a question in passing: True where it is its turn now."""
        free = self._lock.acquire(blocking=False)
        try:
            yield free
        finally:
            if free:
                self._lock.release()
