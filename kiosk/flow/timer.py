"""One timer: a newer one replaces the one before, because only the present step's waiting counts."""

from collections.abc import Callable

from hal import Clock
from kiosk.core.effects import Timer


class OneTimer:
    """Calls `over` with the ticket when the newest timer's time has come."""

    def __init__(self, clock: Clock, over: Callable[[str], None]) -> None:
        self._clock = clock
        self._over = over
        self._started = clock.mailbox()
        clock.spawn("timer", self._run)

    def start(self, effect: Timer) -> None:
        """From now on only this one."""
        self._started.put((effect.ticket, effect.seconds))

    def close(self) -> None:
        """End."""
        self._started.put(("", 0.0))

    def _run(self) -> None:
        waiting: tuple[str, float] | None = None
        while True:
            newer = self._started.get(waiting[1] if waiting else None)
            if newer is None and waiting is not None:
                self._over(waiting[0])
            if newer is not None and not newer[0]:
                return
            waiting = newer
