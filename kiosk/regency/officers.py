"""Officers who may open a box: an age identity under PIN and card secret together (docs/formats.md 2)."""

import re
import secrets
from base64 import b32encode, urlsafe_b64encode
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from pyrage.x25519 import Identity

from kiosk.exchange.config import OfficerEntry
from kiosk.regency.errors import OfficeError
from kiosk.regency.office import Office

CARD_PREFIX = "JEMPUT1"
SECRET_BYTES = 16  # the card carries the strength; a PIN alone protects nothing
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
_PIN = re.compile(r"[0-9]{4,12}")


@dataclass(frozen=True)
class NewOfficer:
    """`entry` goes into configs; `card` is the text of the printed QR card, which exists nowhere else."""

    entry: OfficerEntry
    card: str


def new_officer(officer_id: str, pin: str) -> NewOfficer:
    """An officer with a fresh identity and card. OfficeError where id or PIN have no usable form."""
    if not _ID.fullmatch(officer_id):
        raise OfficeError("The officer's id must be letters, digits, dots and dashes; choose a short one.")
    if not _PIN.fullmatch(pin):
        raise OfficeError("The PIN must have 4 to 12 digits; choose another.")
    identity, secret, salt = Identity.generate(), secrets.token_bytes(SECRET_BYTES), secrets.token_bytes(16)
    nonce = secrets.token_bytes(12)
    sealed = nonce + ChaCha20Poly1305(officer_key(pin, secret, salt)).encrypt(nonce, str(identity).encode(), None)
    entry = OfficerEntry(officer_id, str(identity.to_public()), _b64(sealed), _b64(salt))
    return NewOfficer(entry, f"{CARD_PREFIX}:{officer_id}:{b32encode(secret).decode().rstrip('=')}")


def register_officer(office: Office, officer: OfficerEntry) -> None:
    """Put an officer into every config certified from now on; the same id again replaces card and PIN."""
    values = (officer.id, officer.recipient, officer.sealed, officer.salt)
    office.register.write("INSERT OR REPLACE INTO officers VALUES (?, ?, ?, ?)", *values)


def registered_officers(office: Office) -> tuple[OfficerEntry, ...]:
    """All officers of this office, by id."""
    return tuple(OfficerEntry(**row) for row in office.register.rows("SELECT * FROM officers ORDER BY id"))


def officer_key(pin: str, secret: bytes, salt: bytes) -> bytes:
    """The 32-byte key that seals an officer's identity; about 100 ms and 32 MiB on purpose."""
    stretched = Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(pin.encode())
    return HKDF(SHA256(), length=32, salt=salt, info=b"jemput-officer").derive(stretched + secret)


def _b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
