"""The list of residents a box confirms biodata from: signed, then sealed to that box (docs/formats.md 7)."""

from dataclasses import dataclass
from datetime import date

import pyrage
from pyrage.x25519 import Identity
from pyrage.x25519 import Recipient as SealTo

from kiosk.core.record import Resident, Sex
from kiosk.exchange.errors import BundleError, Reason
from kiosk.exchange.jws import SigningKey
from kiosk.exchange.shapes import BoxId, Count, open_shape, sign_shape

TYP = "jemput-roster"
MAX_ROSTER = 64 * 1024 * 1024
MAX_SEALED = MAX_ROSTER * 3 // 2


@dataclass(frozen=True)
class Listed:
    """One resident as the office lists them; `status` is kept as it came."""

    nik: str
    name: str
    birth: date
    sex: Sex
    place: str
    status: str

    @property
    def resident(self) -> Resident:
        """The same without the status."""
        return Resident(self.nik, self.name, self.birth, self.sex, self.place)


@dataclass(frozen=True)
class Roster:
    """A list for the boxes it names."""

    counter: Count
    office: str
    boxes: tuple[BoxId, ...]
    residents: tuple[Listed, ...]


def seal_roster(roster: Roster, key: SigningKey, intake: str) -> bytes:
    """The age file for one box's intake recipient (`age1…`). BundleError BAD_FORMAT or TOO_LARGE."""
    signed = sign_shape(TYP, roster, key, max_payload=MAX_ROSTER)
    return pyrage.encrypt(signed, [SealTo.from_str(intake)])


def open_roster(identity: Identity, raw: bytes, roster_public: str) -> Roster:
    """The list in an age file; whether it names this box and is newer is the reader's to check. BundleError."""
    if len(raw) > MAX_SEALED:
        raise BundleError(Reason.TOO_LARGE, TYP)
    try:
        signed = pyrage.decrypt(raw, [identity])
    except pyrage.DecryptError as error:
        ours = "No matching keys" not in str(error)  # pyrage tells the two apart by its words only
        raise BundleError(Reason.UNREADABLE if ours else Reason.NOT_SEALED_TO_US, TYP) from error
    return open_shape(TYP, Roster, signed, roster_public, max_payload=MAX_ROSTER)
