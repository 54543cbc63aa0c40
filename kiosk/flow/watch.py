"""Looks after what changes by itself: battery, stick, room on the card. Posts a fact when it changed, nothing else."""

from collections.abc import Callable
from contextlib import suppress

from hal import Box, Clock, Device, HalError, StickState, Stop
from kiosk.core.desk import ChargeRead, DeskEvent, InUpdate, RoomRead, StickSeen
from kiosk.core.power import Charge
from kiosk.core.update import UpdateTold
from kiosk.flow import translate
from kiosk.store import StoreError

EVERY_S = 1.0  # a stick should be seen as soon as a hand leaves it
ROOM_STEP = 10_000_000  # bytes; less is no news


class Watch:
    """One thread over the ports that no session uses."""

    def __init__(self, box: Box, clock: Clock, room: Callable[[], int], post: Callable[[DeskEvent], None]) -> None:
        self._box = box
        self._clock = clock
        self._room = room
        self._post = post
        self._stop = Stop()
        self._last: dict[object, DeskEvent] = {}
        clock.spawn("watch", self._run)

    def close(self) -> None:
        """End."""
        self._stop.set()

    def _run(self) -> None:
        while True:
            self.look()
            if self._clock.wait(EVERY_S, self._stop):
                return

    def look(self) -> None:
        """Read everything once and post what is new."""
        self._news(ChargeRead(self._charge()))
        self._news(StickSeen(self._stick()))
        with suppress(StoreError):  # a card that does not even tell its room: whoever writes to it hears of it
            self._news(RoomRead(self._room() // ROOM_STEP * ROOM_STEP))
        self._box.refresh()
        self._update()
        for port, identity in self._box.present().items():
            if port in translate.CAPTURE_PORTS:
                device = self._device(port) if identity else None
                self._news(translate.device_seen(port, device, self._box.rivals(port)), key=port)

    def tell_again(self, port: str) -> None:
        """Somebody waits for this port: say who serves it at the next look, whether that is news or not."""
        self._last.pop(port, None)

    def _device(self, port: str) -> Device | None:
        try:
            return self._box.lend(port)
        except HalError:
            return None

    def _news(self, event: DeskEvent, key: object = None) -> None:
        key = key or type(event)
        if self._last.get(key) != event:
            self._last[key] = event
            self._post(event)

    def _charge(self) -> Charge | None:
        """None where the config lists no battery: such a box stands on external power."""
        if "battery" not in self._box.present():
            return None
        try:
            return translate.charge(self._box.lend("battery").read())
        except HalError:
            return None if ChargeRead not in self._last else self._kept()

    def _kept(self) -> Charge | None:
        last = self._last[ChargeRead]
        return last.charge if isinstance(last, ChargeRead) else None

    def _update(self) -> None:
        """What became of the last update: told once, as soon as the updater answers and is at rest. One that outlived
        a restart of this program has to end first."""
        if UpdateTold in self._last or "updater" not in self._box.present():
            return
        with suppress(HalError):
            status = self._box.lend("updater").status()
            if status.stage not in translate.UPDATING:
                self._news(InUpdate(translate.update_told(status)), key=UpdateTold)

    def _stick(self) -> bool:
        try:
            return self._box.lend("stick").status().state is StickState.READY
        except HalError:
            return False
