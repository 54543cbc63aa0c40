"""What the screens need of the kiosk; `kiosk.flow.kiosk.Kiosk` has these doors. Nothing of `hal` is known here."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kiosk.core.desk import Desk, DeskEvent
from kiosk.core.events import SessionEvent
from kiosk.core.record import Endorsement
from kiosk.flow.preview import Preview


class Doors(Protocol):
    """None of these blocks, but where it is said."""

    preview: Preview

    @property
    def desk(self) -> Desk:
        """The state as last shown."""
        ...

    def code_for_office(self) -> str | None:
        """The short code that the clerk compares; None once the box is certified. Blocks for a moment."""
        ...

    def face(self, manifest_hash: str) -> NDArray[np.uint8] | None:
        """A small picture of a closed person of this day, while an officer may still vouch for them."""
        ...

    def touch(self, event: SessionEvent) -> None:
        """Into the session."""

    def post(self, event: DeskEvent) -> None:
        """An act at the desk itself."""

    def start(self) -> None:
        """Somebody touched the start."""

    def draw(self, ink: bytes, kind: Endorsement, width: int, height: int) -> None:
        """A signature or a mark."""

    def attest(self) -> None:
        """For the open session."""

    def attest_later(self, manifest_hash: str) -> None:
        """For a closed person of this day."""

    def take_up(self, record_id: str) -> None:
        """A parked person goes on."""

    def hand_over(self) -> None:
        """To the stick."""

    def open_day(self, card: str, pin: str) -> None:
        """StoreLocked where card and PIN are not an officer's. Blocks for a second."""
