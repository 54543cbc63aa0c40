"""What the store's tests share: an officer, a recovery medium, a signer that stands for exchange, and short deeds."""

import hashlib
import secrets
from dataclasses import dataclass, field

from pyrage.x25519 import Identity

from kiosk.core.padding import TEXT_STEP
from kiosk.core.record import Blob
from kiosk.store import BundleKind, BundleRow, SignedManifest, Slot, Store, Verdicts, seal

BOX = "SINTANG-03"
BOARD = "10000000a1b2c3d4"
OFFICER = "ani"
NIK = "6105017103900001"
OTHER_NIK = "6105010101800002"


@dataclass(frozen=True)
class Keys:
    """Age identities of one officer and the recovery medium."""

    officer: str = field(default_factory=lambda: str(Identity.generate()))
    recovery: str = field(default_factory=lambda: str(Identity.generate()))

    @property
    def recipients(self) -> tuple[str, str]:
        return public(self.officer), public(self.recovery)


def public(identity: str) -> str:
    return str(Identity.from_str(identity).to_public())


def sign(slot: Slot) -> SignedManifest:
    """Stands for exchange: the store asks only for bytes and their hash."""
    jws = repr(slot).encode()
    return SignedManifest(jws, hashlib.sha256(jws).hexdigest())


def record_id() -> str:
    return secrets.token_hex(16)


def found(store: Store, keys: Keys) -> None:
    """A box as it stands on its first working day."""
    store.start_boot()
    store.incarnation_for(BOARD)
    store.rekey(keys.recipients)
    store.open_day(OFFICER)


def touch(store: Store, keys: Keys, record: str, *held: Blob, content: bytes = b"a print") -> Blob:
    """One accepted capture: kept, and saved beside those held."""
    blob = store.drafts.keep(record, seal(content, keys.recipients, TEXT_STEP))
    store.drafts.save(record, "fingers", f"{len(held) + 1} captures".encode(), [*held, blob])
    return blob


def record_person(store: Store, keys: Keys, nik: str = NIK, kind: BundleKind = BundleKind.PERSON) -> BundleRow:
    record = record_id()
    blob = touch(store, keys, record)
    return store.bundles.close(record, kind, nik, () if kind is BundleKind.VOID else (blob,), sign)


def receipt(*accepted: BundleRow, name: str = "r1") -> Verdicts:
    return Verdicts(hashlib.sha256(name.encode()).hexdigest(), b"jws", tuple(row.manifest_hash for row in accepted))


def is_whole(store: Store, row: BundleRow) -> bool:
    """Whether a bundle stands in the outbox with exactly what its row names, every hash right."""
    directory = store.bundles.directory(row.name)
    if not directory.is_dir():
        return False
    names = {p.name for p in directory.iterdir()}
    hashes = {hashlib.sha256(p.read_bytes()).hexdigest() for p in directory.glob("*.age")}
    shas = {blob.sha256 for blob in row.blobs}
    return names == {"manifest.jws", *(f"{sha}.age" for sha in shas)} and hashes == shas
