"""Sealing to the regency, the officer's opening of the box, and the working key with what it wraps.

Nothing here opens a capture: the box has no identity that could."""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyrage
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kiosk.core.padding import pad
from kiosk.store.database import Database
from kiosk.store.days import Days
from kiosk.store.durable import Disk
from kiosk.store.errors import StoreDamaged, StoreError, StoreLocked
from kiosk.store.keyring import Keyring
from kiosk.store.secret import KEY_BYTES, SecretKey

LEAST_RECIPIENTS = 2  # the office and the recovery medium; an officer and the recovery medium
CARD_SECRET_BYTES = 16
_SCRYPT_BYTES = 2**26  # scrypt's own need at N=2^15, r=8 is 32 MiB and a little


def seal(plain: bytes, recipients: Sequence[str], step: int) -> bytes:
    """An age file of the padded bytes for two or more X25519 recipients (age1…); ValueError for fewer or wrong ones."""
    return _to_recipients(pad(plain, step), recipients)


def unlock_officer(sealed: bytes, salt: bytes, pin: str, card_secret: bytes) -> str:
    """The officer's age identity from the config's `sealed` and `salt` (decoded), the PIN and the card's 16 bytes.

    Slow on purpose (scrypt, 32 MiB). StoreLocked where PIN or card are not the ones; docs/formats.md 2.
    """
    if len(card_secret) != CARD_SECRET_BYTES:
        raise StoreLocked("the card's secret has a wrong length")
    stretched = hashlib.scrypt(pin.encode(), salt=salt, n=2**15, r=8, p=1, maxmem=_SCRYPT_BYTES, dklen=KEY_BYTES)
    key = HKDF(SHA256(), KEY_BYTES, salt, b"jemput-officer").derive(stretched + card_secret)
    try:
        return SecretKey(key).decrypt(sealed, "").decode("ascii")
    except (StoreDamaged, UnicodeDecodeError) as error:
        raise StoreLocked("the PIN or the card is not this officer's") from error


@dataclass(frozen=True)
class _Opened:
    working: SecretKey
    lookup: bytes = field(repr=False)
    intake: str = field(repr=False)


class Vault:
    """The working key while a day is open, and what is wrapped by it for good: intake identity and lookup key.

    At rest the working key exists as `working-<generation>.age` only, for each officer and the recovery recipient. The
    generation in force stands in the database, so that replacing the key is one transaction: a crash before its
    commit leaves the old generation, after it the new one, and the other file is swept away.
    """

    def __init__(self, db: Database, disk: Disk, directory: Path, keyring: Keyring, days: Days) -> None:
        self._db, self._disk, self._directory, self._keyring, self._days = db, disk, directory, keyring, days
        self._opened: _Opened | None = None
        held = keyring.read()
        if held is not None and self.generation:
            self._take_up(held)

    @property
    def generation(self) -> int:
        """Counts working keys; 0 before the first."""
        return self._db.value("select generation from vault") or 0

    @property
    def age_days(self) -> int:
        """Opened working days since this working key was made."""
        return self._days.day - (self._db.value("select day from vault") or 0)

    @property
    def is_open(self) -> bool:
        """Whether the working key is here."""
        return self._opened is not None

    @property
    def intake_recipient(self) -> str | None:
        """The age recipient that rosters and messages for this box are sealed to; None before the first working key."""
        return self._db.value("select intake from vault")

    def unlock(self, identity: str) -> None:
        """Fetch the working key with an officer's or the recovery age identity; StoreLocked where it is neither."""
        name = _file_name(self.generation)
        try:
            raw = pyrage.decrypt(
                (self._directory / name).read_bytes(), [pyrage.x25519.Identity.from_str(identity.strip())]
            )
        except FileNotFoundError as error:
            if not self.generation:
                raise StoreLocked("there is no working key yet") from error
            raise StoreDamaged("the working key's file is gone") from error
        except pyrage.IdentityError as error:
            raise StoreLocked("not an age identity") from error
        except pyrage.DecryptError as error:
            if "No matching keys" in str(error):  # pyrage tells a stranger from damage by its words only
                raise StoreLocked("the working key is not wrapped for this identity") from error
            raise StoreDamaged("the working key's file does not open") from error
        self._hold(self._unwrapped(SecretKey(raw)))

    def lock(self) -> None:
        """The working key leaves this program and the keyring; idempotent."""
        self._opened = None
        self._keyring.clear()

    def working_key(self) -> SecretKey:
        """StoreLocked where it is not here."""
        return self._open().working

    def intake_identity(self) -> str:
        """Opens what is sealed to this box; never a recipient of a capture. StoreLocked."""
        return self._open().intake

    def tag(self, purpose: str, nik: str) -> bytes:
        """What a NIK is looked up by: says nothing without the lookup key. StoreLocked."""
        return hmac.digest(self._open().lookup, f"{purpose} {nik}".encode(), "sha256")

    def rekey(self, recipients: Sequence[str], move: Callable[[SecretKey, SecretKey], None]) -> None:
        """A new working key for these recipients; `move` carries live data over inside the same transaction.

        The first call makes the first key, the intake identity and the lookup key. StoreLocked where there is a key
        and it is not here; ValueError for fewer than two recipients.
        """
        opened = self._open() if self.generation else _founded()
        new, generation = SecretKey.make(), self.generation + 1
        wrapped = _to_recipients(new.expose(), recipients)
        self._disk.write_file(self._directory, _file_name(generation), wrapped)
        with self._db.write():
            move(opened.working, new)
            self._keep_secret("lookup", new.encrypt(opened.lookup, "secret lookup"))
            self._keep_secret("intake", new.encrypt(opened.intake.encode(), "secret intake"))
            self._db.execute(
                "replace into vault values (1, ?, ?, ?)", (generation, self._days.day, _recipient_of(opened.intake))
            )
        self._hold(_Opened(new, opened.lookup, opened.intake))
        self.sweep()

    def sweep(self) -> None:
        """Remove the files of generations that are not in force."""
        stale = [p.name for p in self._directory.glob("working-*.age") if p.name != _file_name(self.generation)]
        if stale:
            self._disk.remove_files(self._directory, *stale)

    def _open(self) -> _Opened:
        if self._opened is None:
            raise StoreLocked("no day is open")
        return self._opened

    def _take_up(self, raw: bytes) -> None:
        """A key that the keyring held over a restart of the program; one of another store is dropped."""
        try:
            self._opened = self._unwrapped(SecretKey(raw))
        except StoreError:
            self._keyring.clear()

    def _hold(self, opened: _Opened) -> None:
        self._opened = opened
        self._keyring.write(opened.working.expose())

    def _unwrapped(self, working: SecretKey) -> _Opened:
        lookup = working.decrypt(self._secret("lookup"), "secret lookup")
        return _Opened(working, lookup, working.decrypt(self._secret("intake"), "secret intake").decode())

    def _secret(self, name: str) -> bytes:
        wrapped = self._db.value("select wrapped from secrets where name = ?", (name,))
        if wrapped is None:
            raise StoreDamaged(f"no secret {name}")
        return wrapped

    def _keep_secret(self, name: str, wrapped: bytes) -> None:
        self._db.execute("replace into secrets values (?, ?)", (name, wrapped))


def _founded() -> _Opened:
    return _Opened(SecretKey.make(), SecretKey.make().expose(), str(pyrage.x25519.Identity.generate()))


def _recipient_of(identity: str) -> str:
    return str(pyrage.x25519.Identity.from_str(identity).to_public())


def _file_name(generation: int) -> str:
    return f"working-{generation}.age"


def _to_recipients(plain: bytes, recipients: Sequence[str]) -> bytes:
    if len(set(recipients)) < LEAST_RECIPIENTS:
        raise ValueError("sealing needs two recipients or more")
    try:
        return pyrage.encrypt(plain, [pyrage.x25519.Recipient.from_str(r) for r in recipients])
    except pyrage.RecipientError as error:
        raise ValueError("not an age X25519 recipient") from error
