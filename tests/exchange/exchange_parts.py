"""Synthetic keys, bundles and recordings for these tests."""

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyrage
from pyrage import x25519

from kiosk.core.measures import FaceMeasures, FingerMeasures, IrisMeasures
from kiosk.core.padding import pad
from kiosk.core.record import (
    Attestation,
    Blob,
    CheckResult,
    Endorsement,
    Exemption,
    Impression,
    Lasting,
    Origin,
    Position,
    Provenance,
    Reason,
    Resident,
    Sex,
)
from kiosk.core.recording import Check, Consent, Correction, Moment, Purpose, Recording, SealedCapture
from kiosk.exchange.bundle import MANIFEST, blob_name
from kiosk.exchange.disk import sha256
from kiosk.exchange.jws import SigningKey, payload_hash
from kiosk.exchange.manifest import Body, Commissioning, Manifest, Person, sign_manifest

BOX, INCARNATION, OFFICE = "SINTANG-03", "9f3c01ab", "KAB-SINTANG"
KEY = SigningKey.from_bytes(bytes(range(32)))
OTHER_KEY = SigningKey.from_bytes(bytes(range(1, 33)))
MOMENT = Moment("2026-11-23T01:02:03Z", "simulated", True, 4, 56_789)


def identity() -> x25519.Identity:
    """A fresh age identity."""
    return x25519.Identity.generate()


def capture(position: Position, blob: Blob, **changes: object) -> SealedCapture:
    """One capture with plausible members."""
    measures = {
        Position.PORTRAIT: FaceMeasures(1, 90.5, -1.25, 0.5, 0.45, 128.0, 35.125),
        Position.EYE_LEFT: IrisMeasures(240.0, 0.412, 40.5, 12.0, 0.9),
    }.get(position, FingerMeasures(62, 41, 0.93, 11.5))
    origin = Origin("simulated/twin", Provenance.SIMULATED, Impression.LIVE_SCAN_PLAIN, 500, 500, 620)
    return replace(SealedCapture(position, Purpose.RECORD, blob, origin, measures), **changes)


def recording(captures: tuple[SealedCapture, ...]) -> Recording:
    """One person that never was."""
    return Recording(
        record_id="0123456789abcdef0123456789abcdef",
        box=BOX,
        incarnation=INCARNATION,
        resident=Resident("6105014107900001", "Ñ. Contoh", date(1990, 7, 1), Sex.FEMALE, "Sintang"),
        listed=True,
        consent=Consent("id"),
        captures=captures,
        exemptions=(Exemption(Position.LEFT_RING, Reason.AMPUTATED, Lasting.PERMANENT, "P01"),),
        check=Check(CheckResult.MATCHED, 1, (Position.RIGHT_INDEX,)),
        endorsement=Endorsement.SIGNATURE,
        attestation=Attestation("P01", 4, 812.25),
        started=MOMENT,
        closed=replace(MOMENT, boot_ms=99_000),
        place="Balai Desa",
        officer="P01",
        corrections=(Correction("name", "Contoh", "P01"),),
        flags=("resumed",),
    )


def manifest(seq: int, prev: str | None, blobs: tuple[Blob, ...] = (), body: Body | None = None) -> Manifest:
    """A manifest of the test box; number 1 commissions."""
    return Manifest(
        box=BOX,
        incarnation=INCARNATION,
        seq=seq,
        prev=prev,
        office=OFFICE,
        recipients=(sha256(b"opening"), sha256(b"recovery")),
        firmware="0.1.0",
        training=True,
        day=3,
        time=MOMENT,
        audit=sha256(b"audit"),
        blobs=tuple(sorted(blobs, key=lambda blob: blob.sha256)),
        body=body or (Commissioning(None) if seq == 1 else Person()),
    )


def seal(plain: bytes, step: int, recipients: list[x25519.Recipient]) -> bytes:
    """An age file of the padded plaintext."""
    return pyrage.encrypt(pad(plain, step), recipients)


def blob_of(data: bytes) -> Blob:
    """Its hash and size."""
    return Blob(sha256(data), len(data))


def write_bundle(parent: Path, told: Manifest, sealed: list[bytes], key: SigningKey = KEY) -> Path:
    """A bundle's directory, as the store leaves it."""
    directory = parent / told.name
    directory.mkdir(parents=True)
    for data in sealed:
        (directory / blob_name(sha256(data))).write_bytes(data)
    (directory / MANIFEST).write_bytes(sign_manifest(told, key))
    return directory


def chain_of_bundles(parent: Path, count: int, blob_bytes: int = 3000) -> list[Path]:
    """Bundles 1..count whose blobs are random bytes: nothing in exchange opens them."""
    made: list[Path] = []
    prev = None
    for seq in range(1, count + 1):
        sealed = [os.urandom(blob_bytes) for _ in range(1 if seq == 1 else 2)]
        told = manifest(seq, prev, tuple(blob_of(data) for data in sealed))
        made.append(write_bundle(parent, told, sealed))
        prev = payload_hash((made[-1] / MANIFEST).read_bytes())
    return made
