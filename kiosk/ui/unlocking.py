"""Opening the day: find the card, take the PIN. The two calls that take long run behind the screens; the card's text
is held for as long as the PIN is asked for."""

from collections.abc import Callable

from kiosk.store import StoreLocked
from kiosk.ui.beside import Unlock

Job = Callable[[], None]


class Unlocking:
    """`behind` runs a job elsewhere; `changed` is called from there whenever `stage` is another."""

    def __init__(
        self,
        find_card: Callable[[], str | None],
        open_day: Callable[[str, str], None],
        behind: Callable[[Job], None],
        changed: Callable[[], None],
    ) -> None:
        self._find_card, self._open_day, self._behind, self._changed = find_card, open_day, behind, changed
        self.stage = Unlock.SHUT
        self._card = ""

    def look(self) -> None:
        """Look for a card before the camera."""
        self._to(Unlock.LOOKING)
        self._behind(self._look)

    def try_pin(self, pin: str) -> None:
        """Open the day with the card that was found."""
        self._to(Unlock.CHECKING)
        self._behind(lambda: self._try(pin))

    def forget(self) -> None:
        """The box is open, or nobody is there."""
        self._card = ""
        self.stage = Unlock.SHUT

    def _look(self) -> None:
        try:
            self._card = self._find_card() or ""
        except Exception:
            self._to(Unlock.FAILED)
            raise
        self._to(Unlock.PIN if self._card else Unlock.NOT_FOUND)

    def _try(self, pin: str) -> None:
        try:
            self._open_day(self._card, pin)
        except StoreLocked:
            self._to(Unlock.REFUSED)
        except Exception:
            self._to(Unlock.FAILED)
            raise

    def _to(self, stage: Unlock) -> None:
        self.stage = stage
        self._changed()
