"""What the office root certifies: the office's keys and the recipients of every capture (docs/formats.md 2)."""

from dataclasses import dataclass

from kiosk.exchange.jws import SigningKey
from kiosk.exchange.shapes import Count, PublicKey, Recipient, open_shape, sign_shape

TYP = "jemput-office"


@dataclass(frozen=True)
class KeysByType:
    """Which key signs which types."""

    receipt: PublicKey
    config: PublicKey
    roster: PublicKey


@dataclass(frozen=True)
class OfficeKeys:
    """One office; `recipients` are the opening identity's, then the recovery's."""

    counter: Count
    office: str
    keys: KeysByType
    recipients: tuple[Recipient, ...]


def sign_office(office: OfficeKeys, root: SigningKey) -> bytes:
    """The office file. BundleError(BAD_FORMAT) where no reader would take it."""
    return sign_shape(TYP, office, root)


def open_office(raw: bytes, root_public: str) -> OfficeKeys:
    """The office that this root vouches for. BundleError."""
    return open_shape(TYP, OfficeKeys, raw, root_public)
