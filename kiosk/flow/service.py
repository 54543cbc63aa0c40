"""What the service manager is told over its socket (sd_notify(3)): ready, what goes on, alive, ending. Without a
manager nobody is told, and nothing else changes."""

import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from hal import Clock, Stop

STANDS = "The screens are there."  # whoever decides over a system on trial waits for this very status
READY, ALIVE, STOPPING = "READY=1", "WATCHDOG=1", "STOPPING=1"
FEEDINGS = 3  # in each watchdog time: one that comes late kills nobody
Answer = Callable[[], None]
Ask = Callable[[Answer], None]


@dataclass(frozen=True)
class Service:
    """`address` is the manager's socket, a path or @abstract, and "" where there is none; `watchdog_s` is how long it
    waits for a sign of life, 0 where it does not."""

    address: str = ""
    watchdog_s: float = 0.0

    @staticmethod
    def of(environment: Mapping[str, str]) -> "Service":
        """As systemd set the environment up."""
        meant = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        usec = int(environment.get("WATCHDOG_USEC", "0")) if meant else 0
        return Service(environment.get("NOTIFY_SOCKET", ""), usec / 1_000_000)

    def tell(self, *lines: str) -> None:
        """Send these in one datagram. OSError where the manager's socket is gone."""
        if not self.address:
            return
        place = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            sender.sendto("\n".join(lines).encode(), place)

    def ready(self, status: str) -> None:
        """The program does from now on what it was started for; `status` is for the workshop, nothing personal."""
        self.tell(READY, f"STATUS={status}")

    def ending(self) -> None:
        """The program is on its way out, whether anybody hears of it or not."""
        with suppress(OSError):
            self.tell(STOPPING)


class Heart:
    """Feeds the watchdog, at a third of its time, when every loop has answered since the last feeding: one that hangs
    starves it. `loops` are asked by handing them an answer to give from their own thread."""

    def __init__(self, service: Service, clock: Clock, loops: Mapping[str, Ask]) -> None:
        self._service, self._clock, self._loops = service, clock, loops
        self._stop = Stop()
        if service.watchdog_s:
            clock.spawn("heart", self._run)

    def close(self) -> None:
        """End."""
        self._stop.set()

    def _run(self) -> None:
        owed = self._ask()
        while not self._clock.wait(self._service.watchdog_s / FEEDINGS, self._stop):
            if not owed:
                with suppress(OSError):  # a manager that does not listen now is told again at the next turn
                    self._service.tell(ALIVE)
                owed = self._ask()

    def _ask(self) -> set[str]:
        owed = set(self._loops)
        for name, ask in self._loops.items():
            ask(partial(owed.discard, name))
        return owed
