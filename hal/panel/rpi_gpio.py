"""The box's switches and lamps on GPIO lines, as its wiring says."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial

from hal.clock import Clock, Stop
from hal.device import closed
from hal.errors import DeviceUnavailable, NotSupported, UnavailableReason
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
        self._lost = False
        self._events: deque[PanelEvent] = deque()

    @property
    def identity(self) -> DeviceIdentity:
        return DeviceIdentity("panel", "rpi_gpio", self.MAKE, self.MODEL)

    def open(self) -> None:
        if self._gpio:
            with suppress(DeviceUnavailable), self._in_use() as gpio:
                gpio.check()
                return
        try:
            self._gpio = self._taken()
        except DeviceUnavailable as error:
            if self._lost and error.reason is UnavailableReason.ABSENT:
                raise DeviceUnavailable(UnavailableReason.LOST, "panel") from error
            raise
        self._lost = False

    def _taken(self) -> Gpio:
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
        return gpio

    def close(self) -> None:
        self._lost = False
        gpio, self._gpio = self._gpio, None
        if gpio:
            gpio.close()

    def watch(self, stop: Stop) -> Iterator[PanelEvent]:
        with self._in_use():
            return self._watch(stop)

    def _watch(self, stop: Stop) -> Iterator[PanelEvent]:
        while not stop.is_set():
            with self._in_use() as gpio:
                gpio.check()
            if self._events:
                yield self._events.popleft()
            else:
                self._clock.wait(POLL_S, stop)

    def lamp(self, state: Lamp) -> None:
        ready, alert = self._wiring.lamp_ready, self._wiring.lamp_alert
        with self._in_use() as gpio:
            gpio.check()
            if alert is not None:
                gpio.set(alert, state is Lamp.ALERT)
            if ready is not None and state is Lamp.WORKING:
                gpio.blink(ready)
            elif ready is not None:
                gpio.set(ready, state is Lamp.READY)

    def buzz(self, seconds: float) -> None:
        line = self._wiring.buzzer
        with self._in_use() as gpio:
            if line is None:
                return

            def silence() -> None:
                self._clock.wait(min(seconds, LONGEST_BUZZ_S), Stop())
                if self._gpio is gpio:
                    with suppress(DeviceUnavailable):
                        gpio.set(line, False)

            gpio.set(line, True)
            self._clock.spawn("buzzer", silence)

    @contextmanager
    def _in_use(self) -> Iterator[Gpio]:
        gpio = self._gpio
        if gpio is None:
            raise DeviceUnavailable(UnavailableReason.LOST, "panel") if self._lost else closed("panel")
        try:
            yield gpio
        except DeviceUnavailable:
            self.close()
            self._lost = True
            raise
