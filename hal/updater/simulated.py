"""An updater without slots: what a stick offers is said by whoever plays with it; time passes on the clock."""

from dataclasses import dataclass, replace

from hal.clock import Clock
from hal.errors import DeviceFault, DeviceUnavailable, UnavailableReason
from hal.standin import Stage, StandIn
from hal.updater import Offer, Refusal, Updater, UpdateStage, UpdateStatus

COPY_S = 40.0  # 400 MB from a stick of 10 MB a second
CHECK_S = 5.0
INSTALL_S = 60.0
NEXT = {UpdateStage.COPYING: UpdateStage.CHECKING, UpdateStage.CHECKING: UpdateStage.COPIED}


@dataclass(frozen=True)
class _Bundle:
    version: str
    refused_at: UpdateStage | None
    refusal: Refusal | None


class SimulatedUpdater(StandIn, Updater):
    """Two systems that are names. `offer` lays a bundle on the stick, `start_again` is the next power-on, `touched`
    says whether the other system was ever written to."""

    MODEL = "simulated updater"
    PORT = "updater"
    DRIVER = "simulated"

    def __init__(self, clock: Clock, stage: Stage) -> None:
        super().__init__(clock, stage)
        self.touched = False
        self._asked = False
        self._bundle: _Bundle | None = None
        self._kept_s = 0.0  # of a copy that was cut off
        self._since_s = 0.0
        self._status = UpdateStatus(UpdateStage.IDLE, "0.1.0")

    def offer(self, version: str, refusal: Refusal | None = None, at: UpdateStage | None = None) -> None:
        """Lay a bundle on the stick. It is refused when it is looked at, or only `at` COPYING, CHECKING, INSTALLING."""
        self._bundle, self._kept_s = _Bundle(version, at, refusal), 0.0

    def take_away(self) -> None:
        """No bundle is on the stick any more; what is being copied is cut off, and goes on where it was."""
        status = self._advanced()
        if status.stage is UpdateStage.COPYING:
            self._kept_s = self._clock.monotonic() - self._since_s
            self._status = replace(status, stage=UpdateStage.REFUSED, refusal=Refusal.PULLED, fraction=0.0)
        self._bundle = None

    def start_again(self, comes_up: bool = True) -> None:
        """The box starts: into the update where that was asked for, and where it does not come up, back."""
        tried, asked = self._advanced(), self._asked
        self._asked = False
        if asked and comes_up:
            self._status = UpdateStatus(UpdateStage.IDLE, tried.version)
        elif asked:
            self._status = UpdateStatus(UpdateStage.IDLE, tried.running, rolled_back=tried.version)
        elif tried.stage is not UpdateStage.INSTALLED:
            self._status = UpdateStatus(UpdateStage.IDLE, tried.running)

    def put_back(self, version: str) -> None:
        """The same bundle again."""
        self._bundle = _Bundle(version, None, None)

    def status(self) -> UpdateStatus:
        self._begin("status")
        return self._advanced()

    def look(self) -> Offer | None:
        self._begin("look")
        self._not_while_running()
        self._status = replace(self._status, rolled_back="")
        if self._bundle is None:
            return None
        late = self._bundle.refused_at is not None
        return Offer(self._bundle.version, None if late else self._bundle.refusal)

    def fetch(self) -> None:
        self._begin("fetch")
        self._not_while_running()
        if self._bundle is None:
            self._status = replace(self._status, stage=UpdateStage.REFUSED, refusal=Refusal.PULLED)
        elif self._bundle.refusal and self._bundle.refused_at is None:
            self._status = replace(self._status, stage=UpdateStage.REFUSED, refusal=self._bundle.refusal)
        else:
            self._enter(UpdateStage.COPYING, self._bundle.version)
            self._since_s -= self._kept_s

    def install(self) -> None:
        self._begin("install")
        self._not_while_running()
        if self._status.stage is not UpdateStage.COPIED:
            raise DeviceFault("updater: nothing was copied and checked")
        self.touched = True
        self._enter(UpdateStage.INSTALLING, self._status.version)

    def restart(self) -> None:
        self._begin("restart")
        status = self._advanced()
        if status.stage is not UpdateStage.INSTALLED:
            raise DeviceFault("updater: nothing is installed that was not tried")
        self._asked = True

    def _not_while_running(self) -> None:
        if self._advanced().stage in _TAKES_S:
            raise DeviceUnavailable(UnavailableReason.BUSY, "updater")

    def _enter(self, stage: UpdateStage, version: str) -> None:
        self._status = replace(self._status, stage=stage, version=version, refusal=None, fraction=0.0)
        self._since_s = self._clock.monotonic()

    def _advanced(self) -> UpdateStatus:
        """The status as it is by now."""
        while (stage := self._status.stage) in _TAKES_S:
            if self._bundle and self._bundle.refused_at is stage:
                refused = UpdateStage.REFUSED
                self._status = replace(self._status, stage=refused, refusal=self._bundle.refusal, fraction=0.0)
                break
            passed = self._clock.monotonic() - self._since_s
            if passed < _TAKES_S[stage]:
                self._status = replace(self._status, fraction=passed / _TAKES_S[stage])
                break
            self._enter(NEXT.get(stage, UpdateStage.INSTALLED), self._status.version)
            self._since_s += _TAKES_S[stage] - passed
            self._kept_s = 0.0
        return self._status


_TAKES_S = {UpdateStage.COPYING: COPY_S, UpdateStage.CHECKING: CHECK_S, UpdateStage.INSTALLING: INSTALL_S}
