"""Who this box is while it runs: papers, signing key, incarnation and boot, in one value that is replaced when an
incarnation begins or newer papers come."""

import hashlib
from dataclasses import dataclass

from hal import Clock
from kiosk.core.recording import Moment
from kiosk.exchange.jws import SigningKey
from kiosk.flow.moment import moment
from kiosk.flow.papers import Papers

FIRMWARE = "0.1.0"


@dataclass(frozen=True)
class Identity:
    """`boot_s` is the clock's monotonic reading when this boot was counted."""

    papers: Papers
    incarnation: str
    key: SigningKey
    board: str
    boot: int
    boot_s: float

    @property
    def box(self) -> str:
        """The box's id."""
        return self.papers.config.box

    def recipients(self) -> tuple[str, ...]:
        """Every capture's recipients."""
        return self.papers.office.recipients

    def recipient_hashes(self) -> tuple[str, ...]:
        """As a manifest names them."""
        return tuple(hashlib.sha256(r.encode()).hexdigest() for r in self.recipients())

    def now(self, clock: Clock) -> Moment:
        """The present moment in this boot."""
        return moment(clock, self.boot, self.boot_s)
