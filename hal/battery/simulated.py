"""A battery that drains on the clock."""

from hal.battery import Battery
from hal.clock import Clock
from hal.standin import Stage, StandIn
from hal.values import BatteryReading


class SimulatedBattery(StandIn, Battery):
    """Full at first, draining and charging evenly, or standing where it was set."""

    MODEL = "simulated battery"
    PORT = "battery"
    DRIVER = "simulated"

    def __init__(self, clock: Clock, stage: Stage) -> None:
        super().__init__(clock, stage)
        self._fraction, self._since = 1.0, clock.monotonic()
        self._external = False
        self._drain_per_h, self._charge_per_h = 0.15, 0.5

    def read(self) -> BatteryReading:
        self._begin("read")
        return BatteryReading(self._now(), self._external)

    def set(
        self,
        fraction: float | None = None,
        external_power: bool | None = None,
        drain_per_h: float | None = None,
        charge_per_h: float | None = None,
    ) -> None:
        """From now on: the fraction left (0..1), the plug, and the fractions that an hour takes or brings."""
        self._fraction = self._now() if fraction is None else fraction
        self._since = self._clock.monotonic()
        self._external = self._external if external_power is None else external_power
        self._drain_per_h = self._drain_per_h if drain_per_h is None else drain_per_h
        self._charge_per_h = self._charge_per_h if charge_per_h is None else charge_per_h

    def _now(self) -> float:
        rate = self._charge_per_h if self._external else -self._drain_per_h
        return min(max(self._fraction + rate * (self._clock.monotonic() - self._since) / 3600, 0.0), 1.0)
