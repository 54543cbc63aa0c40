"""The box's switches and lamps on GPIO lines, as its wiring says."""

from collections import deque
from collections.abc import Iterator
from functools import partial

from hal.clock import Clock, Stop
from hal.device import closed
from hal.errors import NotSupported
from hal.panel import Panel
from hal.standin import Stage
from hal.transport.gpio import Gpio
from hal.values import DeviceIdentity, Lamp, PanelEvent

POLL_S = 0.1  # a finger feels nothing below
LONGEST_BUZZ_S = 5.0


class RpiGpioPanel(Panel):
    """Lamps: ready shines, working blinks the same lamp, alert shines the other. A part that is not wired is left out
    in silence; a panel of which nothing is wired is NotSupported."""

    MAKE = "Raspberry Pi"
    MODEL = "GPIO header"

    def __init__(self, clock: Clock, stage: Stage) -> None:
        self._clock = clock
        self._wiring = stage.wiring
        self._gpio: Gpio | None = None
        self._events: deque[PanelEvent] = deque()

    @property
    def identity(self) -> DeviceIdentity:
        return DeviceIdentity("panel", "rpi_gpio", self.MAKE, self.MODEL)

    def open(self) -> None:
        if self._gpio:
            return
        wiring = self._wiring
        lamps = [line for line in (wiring.lamp_ready, wiring.lamp_alert, wiring.buzzer) if line is not None]
        switches = {wiring.button: PanelEvent.BUTTON, wiring.tamper: PanelEvent.TAMPER}
        switches.pop(None, None)
        if not lamps and not switches:
            raise NotSupported("panel: no line is wired; write [wiring] in box.toml")
        gpio = Gpio(wiring.active_low)
        try:
            for line in lamps:
                gpio.output(line)
            for line, event in switches.items():
                if gpio.input(line or 0, partial(self._events.append, event)) and event is PanelEvent.TAMPER:
                    self._events.append(event)  # the box was opened while nobody watched
        except BaseException:
            gpio.close()
            raise
        self._gpio = gpio

    def close(self) -> None:
        if gpio := self._gpio:
            self._gpio = None
            gpio.close()

    def watch(self, stop: Stop) -> Iterator[PanelEvent]:
        self._opened()
        return self._watch(stop)

    def _watch(self, stop: Stop) -> Iterator[PanelEvent]:
        while not stop.is_set():
            self._opened()
            if self._events:
                yield self._events.popleft()
            else:
                self._clock.wait(POLL_S, stop)

    def lamp(self, state: Lamp) -> None:
        gpio = self._opened()
        ready, alert = self._wiring.lamp_ready, self._wiring.lamp_alert
        if alert is not None:
            gpio.set(alert, state is Lamp.ALERT)
        if ready is not None and state is Lamp.WORKING:
            gpio.blink(ready)
        elif ready is not None:
            gpio.set(ready, state is Lamp.READY)

    def buzz(self, seconds: float) -> None:
        gpio, line = self._opened(), self._wiring.buzzer
        if line is None:
            return

        def sound() -> None:
            self._clock.wait(min(seconds, LONGEST_BUZZ_S), Stop())
            if self._gpio is gpio:
                gpio.set(line, False)

        gpio.set(line, True)
        self._clock.spawn("buzzer", sound)

    def _opened(self) -> Gpio:
        if self._gpio is None:
            raise closed("panel")
        return self._gpio
