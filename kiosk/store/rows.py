"""What the store takes and gives: values only."""

import re
from dataclasses import dataclass
from enum import StrEnum

from kiosk.core.record import Blob, Resident

_RECORD_ID = re.compile(r"[0-9a-f]{32}")


def is_record_id(text: str) -> bool:
    """Whether text is a record id as docs/formats.md 1 has it; also what makes it safe as a directory's name."""
    return _RECORD_ID.fullmatch(text) is not None


class BundleKind(StrEnum):
    """What a number was given for (docs/formats.md 3)."""

    PERSON = "person"
    VOID = "void"
    COMMISSIONING = "commissioning"
    AMENDMENT = "amendment"
    WITHDRAWAL = "withdrawal"
    ATTESTATION = "attestation"


class BundleState(StrEnum):
    """Where a bundle stands on this box. Only an accepting receipt leads to PURGING."""

    SEALED = "sealed"
    EXPORTED = "exported"
    REJECTED = "rejected"
    PURGING = "purging"
    PURGED = "purged"


@dataclass(frozen=True)
class Head:
    """One number of one incarnation and the hash of its manifest."""

    incarnation: str
    seq: int
    manifest_hash: str


@dataclass(frozen=True)
class Incarnation:
    """One signing key's life; `last_head` is the last number known before it began."""

    incarnation: str
    board: str
    last_head: Head | None


@dataclass(frozen=True)
class DraftHead:
    """A person under way, as far as a locked box may know."""

    record_id: str
    step: str


@dataclass(frozen=True)
class Slot:
    """The place of a new manifest in the chain; `audit_head` and `prev` are hashes."""

    box: str
    incarnation: str
    seq: int
    prev: str | None
    day: int
    audit_head: str
    boot: int

    @property
    def name(self) -> str:
        """The bundle's name."""
        return f"{self.box}_{self.incarnation}_{self.seq:08d}"


@dataclass(frozen=True)
class SignedManifest:
    """A compact JWS and the SHA-256 of its payload bytes."""

    jws: bytes
    manifest_hash: str


@dataclass(frozen=True)
class BundleRow:
    """What the box keeps of a bundle for ever; `receipt` is the accepting one, `exported` says where it was written."""

    name: str
    incarnation: str
    seq: int
    record_id: str
    kind: BundleKind
    manifest_hash: str
    state: BundleState
    day: int
    blobs: tuple[Blob, ...]
    receipt: str | None = None
    exported: str | None = None


@dataclass(frozen=True)
class Earlier:
    """A NIK was recorded on this box before."""

    record_id: str
    day: int
    name: str


@dataclass(frozen=True)
class Rejection:
    """Why the office did not take a bundle, and the hashes at fault."""

    manifest_hash: str
    reason: str
    hashes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdicts:
    """A checked receipt for this box: `jws` is kept, `receipt_id` is the SHA-256 of its payload; manifest hashes."""

    receipt_id: str
    jws: bytes
    accepted: tuple[str, ...]
    rejected: tuple[Rejection, ...] = ()


@dataclass(frozen=True)
class Settled:
    """What a receipt did here: names of bundles, and manifest hashes that this box does not hold."""

    accepted: tuple[str, ...]
    rejected: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True)
class Listed:
    """One line of the roster; `status` is the register's word as it came."""

    resident: Resident
    status: str


class AlarmKind(StrEnum):
    """What is not as it should be on the card."""

    MISSING_BLOB = "missing-blob"
    MISSING_BUNDLE = "missing-bundle"
    UNKNOWN_BUNDLE = "unknown-bundle"
    AUDIT_BROKEN = "audit-broken"


@dataclass(frozen=True)
class Alarm:
    """`name` is a bundle's name, a record id or the number of an audit row; `sha256` the blob, where there is one."""

    kind: AlarmKind
    name: str
    sha256: str = ""
