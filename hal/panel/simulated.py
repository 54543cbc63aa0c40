"""A panel without a panel: pressed and tampered with by whoever plays the officer."""

from collections import deque
from collections.abc import Iterator

from hal.clock import Clock, Stop
from hal.panel import Panel
from hal.standin import Stage, StandIn
from hal.values import Lamp, PanelEvent

POLL_S = 0.4  # within the 0.5 s in which a stop is obeyed


class SimulatedPanel(StandIn, Panel):
    """`shown` is the lamp now, `buzzes` how long each buzz was asked to last."""

    MODEL = "simulated panel"
    PORT = "panel"
    DRIVER = "simulated"

    def __init__(self, clock: Clock, stage: Stage) -> None:
        super().__init__(clock, stage)
        self.shown = Lamp.OFF
        self.buzzes: list[float] = []
        self._events: deque[PanelEvent] = deque()

    def press(self) -> None:
        """Somebody presses the button."""
        self._events.append(PanelEvent.BUTTON)

    def tamper(self) -> None:
        """Somebody opens the box."""
        self._events.append(PanelEvent.TAMPER)

    def watch(self, stop: Stop) -> Iterator[PanelEvent]:
        self._begin("watch")
        return self._watch(stop)

    def _watch(self, stop: Stop) -> Iterator[PanelEvent]:
        while not stop.is_set():
            if self._events:
                yield self._events.popleft()
            else:
                self._clock.wait(POLL_S, stop)
                self._begin("capture")

    def lamp(self, state: Lamp) -> None:
        self._begin("lamp")
        self.shown = state

    def buzz(self, seconds: float) -> None:
        self._begin("buzz")
        self.buzzes.append(seconds)
