"""The updater port on RAUC, carried out by the updater service: the kiosk has no right to write a system."""

from typing import Any

from hal.clock import Clock
from hal.errors import DeviceFault
from hal.standin import Stage
from hal.transport.verbs import Service
from hal.updater import Offer, Refusal, Updater, UpdateStage, UpdateStatus
from hal.values import DeviceIdentity

STATUS_S = 30.0  # it answers at once, but for a look of somebody else
LOOK_S = 300.0  # the slot handler's 60 s, then all bundles (updates.BUNDLES_S), and some to spare
ACT_S = 120.0


class RaucUpdater(Updater):
    """Signed bundles into two pairs of slots."""

    MAKE = "RAUC"
    MODEL = "A/B slots"
    TOLD_BY_UDEV = False

    def __init__(self, clock: Clock, stage: Stage) -> None:
        self._service = Service(stage.wiring.updater_helper, "updater")

    @property
    def identity(self) -> DeviceIdentity:
        return DeviceIdentity("updater", "rauc", self.MAKE, self.MODEL)

    def open(self) -> None:
        self._service.open("status", STATUS_S)

    def close(self) -> None:
        self._service.close()

    def status(self) -> UpdateStatus:
        told = self._service.use("status", STATUS_S)
        try:
            fraction, running = float(told["fraction"]), str(told["running"])
            refusal = told["refusal"] and Refusal(told["refusal"])
            return UpdateStatus(
                UpdateStage(told["stage"]), running, fraction, str(told["version"]), refusal, str(told["rolled_back"])
            )
        except (KeyError, TypeError, ValueError) as error:
            raise DeviceFault("updater: an impossible status") from error

    def look(self) -> Offer | None:
        told = self._service.use("look", LOOK_S)
        try:
            return None if told["offer"] is None else _offer(told["offer"])
        except (KeyError, TypeError, ValueError) as error:
            raise DeviceFault("updater: an impossible offer") from error

    def fetch(self) -> None:
        self._service.use("fetch", ACT_S)

    def install(self) -> None:
        self._service.use("install", ACT_S)

    def restart(self) -> None:
        self._service.use("restart", ACT_S)


def _offer(told: dict[str, Any]) -> Offer:
    return Offer(str(told["version"]), told["refusal"] and Refusal(told["refusal"]))
