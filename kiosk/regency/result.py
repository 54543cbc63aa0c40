"""What a take-in says afterwards: by bundle name and code, never by a person."""

from dataclasses import dataclass

from kiosk.exchange.errors import Reason


@dataclass(frozen=True)
class Named:
    """A bundle (or another file) and why it was not taken in; `against` are the other sides of a fork."""

    name: str
    reason: Reason
    against: tuple[str, ...] = ()


@dataclass(frozen=True)
class Missing:
    """Numbers of an incarnation that are not here: between others (a gap), or after the last one that came."""

    box: str
    incarnation: str
    first: int
    last: int
    at_end: bool


@dataclass(frozen=True)
class Asking:
    """A box that wants a certificate. What its code must be is not said: it is read from the box's screen."""

    box: str
    incarnation: str


@dataclass(frozen=True)
class TakeInResult:
    """`accepted` came new, `known` came again; `rejected` a receipt says no to; `refused` nobody known vouches for;
    `quarantined` waits for a person or a certificate; of those in `damaged` the office's own copy rotted; `awaited` are
    manifest hashes that a completion file names and that are nowhere; parts of those in `again` rotted on the box; the
    record ids in `withdrawn` were taken back, says their box, and wait for `withdraw`; `receipts` stand on the stick;
    `removed` left it."""

    accepted: tuple[str, ...]
    known: tuple[str, ...]
    rejected: tuple[Named, ...]
    refused: tuple[Named, ...]
    quarantined: tuple[Named, ...]
    damaged: tuple[str, ...]
    missing: tuple[Missing, ...]
    awaited: tuple[str, ...]
    again: tuple[str, ...]
    withdrawn: tuple[str, ...]
    asking: tuple[Asking, ...]
    receipts: int
    removed: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Whether nobody has to look at anything."""
        bundles = self.rejected or self.refused or self.quarantined or self.damaged or self.missing or self.awaited
        return not (bundles or self.again or self.withdrawn)
