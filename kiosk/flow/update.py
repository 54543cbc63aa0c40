"""Carries out the update's effects: the stick is mounted for the updater, which works by itself, and its progress is
followed until it ends. Runs on the handover worker: both need the stick."""

from collections.abc import Callable
from contextlib import suppress

import hal
from hal import Box, Clock, HalError, StickState, Stop, UnavailableReason, UpdateStage, UpdateStatus
from kiosk.core import update as u
from kiosk.core.desk import DeskEvent, InUpdate
from kiosk.flow.translate import UPDATING

EVERY_S = 0.5
DOWN_S = 120.0  # the system has ended every program by then, this one at once (jemput-kiosk.service: 90 s)


class StickUpdate:
    """One update at a time."""

    def __init__(self, box: Box, clock: Clock, post: Callable[[DeskEvent], None]) -> None:
        self._box, self._clock = box, clock
        self._post = post
        self._stop = Stop()

    def close(self) -> None:
        """Follow nothing any more; the updater goes on by itself."""
        self._stop.set()

    def carry_out(self, effect: u.UpdateEffect) -> None:
        """Until its answer is posted; whatever goes wrong is an answer too."""
        try:
            self._carry_out(effect)
        except HalError as error:
            self._refused(effect.attempt, _named(error))

    def _carry_out(self, effect: u.UpdateEffect) -> None:
        match effect:
            case u.LookForUpdate(attempt):
                self._look(attempt)
            case u.FetchUpdate(attempt):
                self._fetch(attempt)
            case u.InstallUpdate(attempt):
                self._box.lend("updater").install()
                self._follow(attempt, UpdateStage.INSTALLED, u.Installed(attempt))
            case u.RestartIntoTrial(attempt):
                self._box.lend("updater").restart()
                if not self._clock.wait(DOWN_S, self._stop):  # it did not go down: the officer gets the desk back
                    self._refused(attempt, u.Refusal.FAILED)

    def _look(self, attempt: int) -> None:
        try:
            offer = self._box.lend("updater").look() if self._mounted() else None
        finally:
            self._release()
        if offer is not None and offer.refusal is not None:
            self._refused(attempt, u.Refusal(offer.refusal.value))
        else:
            self._tell(u.Found(attempt, offer.version if offer else ""))

    def _fetch(self, attempt: int) -> None:
        try:
            if not self._mounted():
                self._refused(attempt, u.Refusal.PULLED)
                return
            self._box.lend("updater").fetch()
            self._follow(attempt, UpdateStage.COPIED, u.Fetched(attempt))
        finally:
            self._release()

    def _follow(self, attempt: int, until: UpdateStage, reached: u.Fetched | u.Installed) -> None:
        """Tell progress, and at the end what came of it. Silent where the program ends meanwhile."""
        told = None
        while (status := self._box.lend("updater").status()).stage in UPDATING:
            news = u.Progress(attempt, UPDATING[status.stage], int(status.fraction * 100))
            if news != told:
                self._tell(news)
                told = news
            if self._clock.wait(EVERY_S, self._stop):
                return
        if status.stage is until:
            self._tell(reached)
        else:
            self._refused(attempt, _why(status))

    def _mounted(self) -> bool:
        port = self._box.lend("stick")
        if port.status().state is not StickState.READY:
            return False
        port.mount()
        return True

    def _release(self) -> None:
        with suppress(HalError):  # the officer will pull it
            self._box.lend("stick").release()

    def _refused(self, attempt: int, refusal: u.Refusal) -> None:
        self._tell(u.UpdateRefused(attempt, refusal))

    def _tell(self, event: u.UpdateEvent) -> None:
        self._post(InUpdate(event))


def _why(status: UpdateStatus) -> u.Refusal:
    return u.Refusal(status.refusal.value) if status.refusal else u.Refusal.FAILED


def _named(error: HalError) -> u.Refusal:
    if isinstance(error, hal.DeviceUnavailable):
        return u.Refusal.BUSY if error.reason is UnavailableReason.BUSY else u.Refusal.ABSENT
    return u.Refusal.FAILED
