"""What a bundle says of itself in the clear: its place in the chain and its blobs, nothing of a person
(docs/formats.md 3)."""

import re
from dataclasses import dataclass, fields
from enum import StrEnum
from itertools import pairwise
from typing import Any, NamedTuple

from kiosk.core.record import Blob, VoidReason
from kiosk.core.recording import Moment
from kiosk.exchange import jws
from kiosk.exchange.errors import BundleError, Reason
from kiosk.exchange.jws import SigningKey
from kiosk.exchange.shapes import (
    VERSION,
    BoxId,
    Count,
    Incarnation,
    LastHead,
    Seq,
    Sha256,
    structure,
    unstructure,
    without_version,
)

TYP = "jemput-manifest"
MAX_BLOBS = 63  # with manifest.jws 64 files
_NAME = re.compile(r"([A-Z0-9]{2,12}(?:-[A-Z0-9]{1,8})?)_([0-9a-f]{8})_([0-9]{8})")


class Kind(StrEnum):
    """What a number was given for."""

    PERSON = "person"
    VOID = "void"
    COMMISSIONING = "commissioning"
    AMENDMENT = "amendment"
    WITHDRAWAL = "withdrawal"
    ATTESTATION = "attestation"


@dataclass(frozen=True)
class Person:
    """A recording; everything about it is sealed."""


@dataclass(frozen=True)
class Void:
    """A recording that was destroyed: the hashes that were, by which officer, why."""

    destroyed: tuple[Sha256, ...]
    reason: VoidReason
    officer: str


@dataclass(frozen=True)
class Commissioning:
    """Number 1 of an incarnation."""

    last_head: LastHead | None


@dataclass(frozen=True)
class Amendment:
    """Blobs of an earlier bundle that rotted on the box."""

    names: Sha256
    lost: tuple[Sha256, ...]


@dataclass(frozen=True)
class Withdrawal:
    """A closed bundle that the person takes back."""

    names: Sha256
    officer: str


@dataclass(frozen=True)
class LateAttestation:
    """An officer's word at the day's end: this person and the family card were seen."""

    names: Sha256
    officer: str


Body = Person | Void | Commissioning | Amendment | Withdrawal | LateAttestation
_BODIES: tuple[tuple[Kind, type], ...] = (
    (Kind.PERSON, Person),
    (Kind.VOID, Void),
    (Kind.COMMISSIONING, Commissioning),
    (Kind.AMENDMENT, Amendment),
    (Kind.WITHDRAWAL, Withdrawal),
    (Kind.ATTESTATION, LateAttestation),
)


@dataclass(frozen=True)
class _Clear:
    """The members beside `kind` and `body`."""

    box: BoxId
    incarnation: Incarnation
    seq: Seq
    prev: Sha256 | None
    office: str
    recipients: tuple[Sha256, ...]
    firmware: str
    training: bool
    day: Count
    time: Moment
    audit: Sha256
    blobs: tuple[Blob, ...]


@dataclass(frozen=True)
class Manifest(_Clear):
    """A bundle's manifest; `prev` is the manifest hash of seq - 1, `blobs` sorted by hash."""

    body: Body

    @property
    def kind(self) -> Kind:
        """What the number was given for."""
        return next(kind for kind, cls in _BODIES if isinstance(self.body, cls))

    @property
    def name(self) -> str:
        """The bundle's name."""
        return bundle_name(self.box, self.incarnation, self.seq)


class BundleName(NamedTuple):
    """The parts of a bundle's name."""

    box: str
    incarnation: str
    seq: int


def bundle_name(box: str, incarnation: str, seq: int) -> str:
    """`SINTANG-03_9f3c01ab_00000042`."""
    return f"{box}_{incarnation}_{seq:08d}"


def parse_bundle_name(name: str) -> BundleName:
    """The parts; BundleError(BAD_NAME)."""
    found = _NAME.fullmatch(name)
    if not found or not int(found[3]):
        raise BundleError(Reason.BAD_NAME)
    return BundleName(found[1], found[2], int(found[3]))


def sign_manifest(manifest: Manifest, key: SigningKey) -> bytes:
    """manifest.jws. BundleError(BAD_FORMAT) where no reader would take it."""
    payload = {"kind": manifest.kind.value, **unstructure(manifest)}
    _structure(payload)
    return jws.sign(TYP, {"v": VERSION, **payload}, key)


def open_manifest(raw: bytes, box_public: str) -> Manifest:
    """The manifest that this box signed, in itself consistent. BundleError."""
    return _structure(without_version(jws.verify(TYP, raw, box_public)))


def _structure(payload: dict[str, Any]) -> Manifest:
    clear = {name: value for name, value in payload.items() if name not in ("kind", "body")}
    shape = next((cls for kind, cls in _BODIES if kind.value == payload.get("kind")), None)
    if shape is None:
        raise BundleError(Reason.BAD_FORMAT, "kind")
    body = structure(payload.get("body"), shape)
    members = structure(clear, _Clear)
    manifest = Manifest(**{f.name: getattr(members, f.name) for f in fields(members)}, body=body)
    if not (_chains(manifest) and _blobs_fit(manifest)):
        raise BundleError(Reason.BAD_FORMAT, manifest.name)
    return manifest


def _chains(manifest: Manifest) -> bool:
    first = manifest.seq == 1
    return (manifest.prev is None) == first == (manifest.kind is Kind.COMMISSIONING)


def _blobs_fit(manifest: Manifest) -> bool:
    count, kind = len(manifest.blobs), manifest.kind
    if any(a.sha256 >= b.sha256 for a, b in pairwise(manifest.blobs)):
        return False
    if kind is Kind.PERSON:
        return 1 <= count <= MAX_BLOBS and len(manifest.recipients) >= 2
    if kind is Kind.COMMISSIONING:
        return count == 1 and len(manifest.recipients) >= 2
    return count == 0
