"""The flow thread: one event at a time through the desk; the new state is saved before its effects are carried out or
it is shown. It forgives illegal events (a touch too late) and decides nothing."""

from collections.abc import Callable
from dataclasses import dataclass

from hal import Clock
from kiosk.core import desk as d
from kiosk.core.desk import Desk, DeskEffect, DeskEvent
from kiosk.core.events import StorageFailed
from kiosk.core.session import IllegalEvent
from kiosk.core.state import Session, Step
from kiosk.store import StoreDamaged, StoreError, StoreFull, StoreLocked

_CODES = ((StoreFull, "full"), (StoreDamaged, "damaged"), (StoreLocked, "locked"))
UNSAVED = (Step.SLIP, Step.GONE)  # the person is closed or nobody: there is no draft any more


def code_of(error: StoreError) -> str:
    """What went wrong in the store, as an event says it."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), "failed")


@dataclass(frozen=True)
class Hands:
    """What the runner works with: `save` is durable on return, `carry_out` returns at once, `show` draws."""

    save: Callable[[Session, DeskEvent], None]
    carry_out: Callable[[DeskEffect], None]
    show: Callable[[Desk], None]
    unforeseen: Callable[[Exception], None]


@dataclass(frozen=True)
class _Reached:
    answer: Callable[[], None]


class Runner:
    """The only owner of the desk's state."""

    def __init__(self, desk: Desk, hands: Hands, clock: Clock) -> None:
        self._desk = desk
        self._hands = hands
        self._events = clock.mailbox()
        clock.spawn("flow", self._run)

    @property
    def desk(self) -> Desk:
        """The state as last shown."""
        return self._desk

    def post(self, event: DeskEvent) -> None:
        """Something happened."""
        self._events.put(event)

    def when_reached(self, answer: Callable[[], None]) -> None:
        """Have this called on the flow thread, after everything that waits now."""
        self._events.put(_Reached(answer))

    def close(self) -> None:
        """End after the events that are waiting."""
        self._events.put(None)

    def _run(self) -> None:
        while (event := self._events.get()) is not None:
            try:
                event.answer() if isinstance(event, _Reached) else self._one(event)
            except Exception as error:
                self._hands.unforeseen(error)

    def _one(self, event: DeskEvent) -> None:
        before = self._desk
        try:
            after, effects = d.step(before, event)
        except IllegalEvent:
            return
        try:
            self._save(before, after, event)
        except StoreError as error:
            if before.session is None:
                raise
            after, effects = d.step(before, d.InSession(StorageFailed(code_of(error))))
        self._desk = after
        for effect in effects:
            self._hands.carry_out(effect)
        self._hands.show(after)

    def _save(self, before: Desk, after: Desk, event: DeskEvent) -> None:
        session = after.session or after.left
        if session is not None and session is not before.session and session.step not in UNSAVED:
            self._hands.save(session, event)
