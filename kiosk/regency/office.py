"""A receiving office as a directory: its keys, its register, its sealed bundles; and how a new one is made.

The root and the recovery identity are written to another medium once and never stand in the office's directory.
"""

import fcntl
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pyrage.x25519 import Identity

from kiosk.core.recording import Moment
from kiosk.exchange.jws import SigningKey
from kiosk.exchange.office import KeysByType, OfficeKeys, sign_office
from kiosk.exchange.office import open_office as verify_office
from kiosk.regency.durable import make_directory, write_file
from kiosk.regency.errors import OfficeError
from kiosk.regency.register import Register

BUNDLES, QUARANTINE = "bundles", "quarantine"
_OFFICE, _ROOT, _REGISTER, _KEYS = "office.jws", "root.pub", "register.sqlite", "keys"
_RECOVERY_ROOT, _RECOVERY_IDENTITY = "root.key", "recovery.age-identity"
_SIGNING = ("receipt", "config", "roster")
_OPENING = "opening.age-identity"
_PRIVATE = 0o600
_LONGEST_NAME = 60


@dataclass(frozen=True)
class Office:
    """An open office; only one program has it open at a time. `signed` is office.jws as it goes to boxes."""

    directory: Path
    keys: OfficeKeys
    root_public: str
    signed: bytes
    opening: Identity = field(repr=False)
    receipt_key: SigningKey = field(repr=False)
    config_key: SigningKey = field(repr=False)
    roster_key: SigningKey = field(repr=False)
    register: Register
    now: Callable[[], datetime]

    @property
    def name(self) -> str:
        """The office's name, as every signed thing carries it."""
        return self.keys.office

    @property
    def bundles(self) -> Path:
        """Where the sealed bundles of people stand."""
        return self.directory / BUNDLES

    @property
    def quarantine(self) -> Path:
        """Where bundles wait for a person or a certificate."""
        return self.directory / QUARANTINE

    def moment(self) -> Moment:
        """The office's time as signed things state it; an office counts no boots."""
        return Moment(self.now().strftime("%Y-%m-%dT%H:%M:%SZ"), "office", confident=True, boot=0, boot_ms=0)


def init(office_dir: Path, recovery_dir: Path, name: str) -> OfficeKeys:
    """A new office: keys into OFFICE (mode 0600), root and recovery identity into the recovery medium.

    Raises OfficeError where either stands already, one lies inside the other, or the name is not one line.
    """
    _check_places(office_dir, recovery_dir)
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise OfficeError(f"The office's name must be one line of at most {_LONGEST_NAME} letters; give another.")
    root, recovery, opening = SigningKey.new(), Identity.generate(), Identity.generate()
    signing = {part: SigningKey.new() for part in _SIGNING}
    recipients = (str(opening.to_public()), str(recovery.to_public()))
    keys = OfficeKeys(1, name, KeysByType(**{part: key.public for part, key in signing.items()}), recipients)
    # The medium first: a power cut in between leaves no office that nobody could ever recover.
    make_directory(recovery_dir)
    write_file(recovery_dir / _RECOVERY_ROOT, _key_text(root), _PRIVATE)
    write_file(recovery_dir / _RECOVERY_IDENTITY, f"{recovery}\n".encode(), _PRIVATE)
    for part in (_KEYS, BUNDLES, QUARANTINE):
        make_directory(office_dir / part, 0o700)
    for part, key in signing.items():
        write_file(office_dir / _KEYS / f"{part}.key", _key_text(key), _PRIVATE)
    write_file(office_dir / _KEYS / _OPENING, f"{opening}\n".encode(), _PRIVATE)
    with Register(office_dir / _REGISTER):
        write_file(office_dir / _ROOT, f"{root.public}\n".encode())
        write_file(office_dir / _OFFICE, sign_office(keys, root))
    return keys


def _check_places(office_dir: Path, recovery_dir: Path) -> None:
    office, recovery = office_dir.resolve(), recovery_dir.resolve()
    if office.is_relative_to(recovery) or recovery.is_relative_to(office):
        raise OfficeError("The recovery keys must not lie with the office; name another medium for --recovery.")
    if (office / _OFFICE).exists():
        raise OfficeError("An office stands there already; name an empty directory.")
    if (recovery / _RECOVERY_ROOT).exists():
        raise OfficeError("That medium holds another office's root already; use an empty one.")


def _utc_now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def open_office(directory: Path, now: Callable[[], datetime] = _utc_now) -> Iterator[Office]:
    """The office in this directory. Raises OfficeError where there is none, or another program has it open."""
    if not (directory / _OFFICE).is_file():
        raise OfficeError("There is no office in that directory; make one with 'kiosk regency init'.")
    signed, root_public = (directory / _OFFICE).read_bytes(), (directory / _ROOT).read_text().strip()
    receipt, config, roster = (_read_key(directory / _KEYS / f"{part}.key") for part in _SIGNING)
    opening = Identity.from_str((directory / _KEYS / _OPENING).read_text().strip())
    keys = verify_office(signed, root_public)
    with _alone(directory), Register(directory / _REGISTER) as register:
        yield Office(directory, keys, root_public, signed, opening, receipt, config, roster, register, now)


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OfficeError("Another program has this office open; wait until it has ended.") from error
        yield
    finally:
        os.close(descriptor)


def _key_text(key: SigningKey) -> bytes:
    return urlsafe_b64encode(key.private_bytes()) + b"\n"


def _read_key(path: Path) -> SigningKey:
    return SigningKey.from_bytes(urlsafe_b64decode(path.read_bytes().strip()))
