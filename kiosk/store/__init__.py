"""Everything a box must not lose: sealed captures, drafts, bundles, keys, roster and audit. Start at `records`."""

from kiosk.store.errors import KeyringRefused, StoreDamaged, StoreError, StoreFull, StoreLocked
from kiosk.store.keyring import InMemoryKeyring, KernelKeyring, Keyring
from kiosk.store.memory import InMemoryStore
from kiosk.store.records import Store
from kiosk.store.rows import (
    Alarm,
    AlarmKind,
    BundleKind,
    BundleRow,
    BundleState,
    DraftHead,
    Earlier,
    Head,
    Incarnation,
    Listed,
    Rejection,
    Settled,
    SignedManifest,
    Slot,
    Verdicts,
)
from kiosk.store.vault import seal, unlock_officer

__all__ = [
    "Alarm",
    "AlarmKind",
    "BundleKind",
    "BundleRow",
    "BundleState",
    "DraftHead",
    "Earlier",
    "Head",
    "InMemoryKeyring",
    "InMemoryStore",
    "Incarnation",
    "KernelKeyring",
    "Keyring",
    "KeyringRefused",
    "Listed",
    "Rejection",
    "Settled",
    "SignedManifest",
    "Slot",
    "Store",
    "StoreDamaged",
    "StoreError",
    "StoreFull",
    "StoreLocked",
    "Verdicts",
    "seal",
    "unlock_officer",
]
