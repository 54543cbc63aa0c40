"""Boxes and sticks for the regency's tests: real signatures and seals, no devices."""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pyrage
from pyrage.x25519 import Identity, Recipient
from regency_people import capture, excuse, recording, ridges

from kiosk.core.padding import IMAGE_STEP, TEXT_STEP, pad
from kiosk.core.record import EYES, FINGERS, Blob, Exemption, Origin, Position
from kiosk.core.recording import Moment, Purpose
from kiosk.exchange import jws, stick_layout
from kiosk.exchange.certificate import Request, sign_request
from kiosk.exchange.completion import Completion, sign_completion
from kiosk.exchange.disk import sha256
from kiosk.exchange.jws import SigningKey
from kiosk.exchange.manifest import (
    Amendment,
    Body,
    Commissioning,
    LateAttestation,
    Manifest,
    Person,
    Void,
    VoidReason,
    Withdrawal,
    sign_manifest,
)
from kiosk.exchange.meta import write_meta
from kiosk.exchange.shapes import Head
from kiosk.imaging.encode import png
from kiosk.regency.certify import Decision, certify, code_of
from kiosk.regency.office import Office

PNG = png(ridges(1), 500)
INK = json.dumps({"width": 400, "height": 200, "strokes": [[[10, 10, 0], [390, 190, 40]]]}).encode()


def fixed_now() -> datetime:
    """The office's clock in tests."""
    return datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Bundle:
    """A closed bundle: its files by name."""

    manifest: Manifest
    hash: str
    files: dict[str, bytes]

    @property
    def name(self) -> str:
        return self.manifest.name

    def put(self, root: Path) -> Path:
        """Onto a stick."""
        directory = root / stick_layout.TOP / stick_layout.bundle(self.name)
        directory.mkdir(parents=True, exist_ok=True)
        for name, data in self.files.items():
            (directory / name).write_bytes(data)
        return directory

    def meta_blob(self, opening: Identity) -> str:
        """The hash of the sealed meta."""
        for blob in self.manifest.blobs:
            if b'{"jemput_meta"' in pyrage.decrypt(self.files[f"{blob.sha256}.age"], [opening])[:64]:
                return blob.sha256
        raise AssertionError


@dataclass
class Box:
    """A box that closes bundles one after another."""

    office: Office
    name: str = "SINTANG-03"
    incarnation: str = "9f3c01ab"
    training: bool = True
    key: SigningKey = field(default_factory=SigningKey.new)
    intake: Identity = field(default_factory=Identity.generate)
    head: Head | None = None

    def request(self) -> bytes:
        return sign_request(
            Request(self.name, self.incarnation, self.key.public, str(self.intake.to_public()), "board-1", None),
            self.key,
        )

    def certified(self) -> "Box":
        raw = self.request()
        certify(self.office, raw, code_of(raw), Decision(self.training, "SERAWAI", ()))
        return self

    def copy(self) -> "Box":
        """The same card in another box."""
        return replace(self)

    def close(self, body: Body, blobs: dict[str, bytes] | None = None, **changes: object) -> Bundle:
        """The next number."""
        blobs = blobs or {}
        manifest = Manifest(
            box=self.name,
            incarnation=self.incarnation,
            seq=self.head.seq + 1 if self.head else 1,
            prev=self.head.manifest if self.head else None,
            office=self.office.name,
            recipients=tuple(sha256(r.encode()) for r in self.office.keys.recipients),
            firmware="0.1.0",
            training=self.training,
            day=3,
            time=Moment("2026-11-23T01:05:00Z", "system", False, 7, 360_000),
            audit="0" * 64,
            blobs=tuple(Blob(name, len(data)) for name, data in sorted(blobs.items())),
            body=body,
        )
        manifest = replace(manifest, **changes)  # type: ignore[arg-type]
        raw = sign_manifest(manifest, self.key)
        digest = jws.payload_hash(raw)
        self.head = Head(manifest.seq, digest)
        return Bundle(manifest, digest, {"manifest.jws": raw, **{f"{n}.age": d for n, d in blobs.items()}})

    def seal(self, plain: bytes, step: int) -> tuple[str, bytes]:
        sealed = pyrage.encrypt(pad(plain, step), [Recipient.from_str(r) for r in self.office.keys.recipients])
        return sha256(sealed), sealed

    def commission(self) -> Bundle:
        return self.close(Commissioning(None), dict([self.seal(b"commissioning", TEXT_STEP)]))

    def void(self) -> Bundle:
        return self.close(Void(("ab" * 32,), VoidReason.WITHDRAWN, "ofc-1"))

    def amend(self, names: Bundle, lost: Iterable[str]) -> Bundle:
        return self.close(Amendment(names.hash, tuple(sorted(lost))))

    def attest(self, names: Bundle) -> Bundle:
        return self.close(LateAttestation(names.hash, "ofc-2"))

    def withdraw(self, names: Bundle) -> Bundle:
        return self.close(Withdrawal(names.hash, "ofc-1"))

    def person(
        self,
        shown: Iterable[Position] = (Position.PORTRAIT, Position.RIGHT_INDEX, Position.SIGNATURE),
        picture: bytes = PNG,
        closing: dict[str, object] | None = None,
        origins: dict[Position, Origin] | None = None,
        **changes: object,
    ) -> Bundle:
        """Somebody whose other fingers and eyes are excused; `changes` are the recording's."""
        blobs: dict[str, bytes] = {}
        captures = []
        for position in shown:
            ink = position is Position.SIGNATURE
            digest, sealed = self.seal(INK if ink else picture, TEXT_STEP if ink else IMAGE_STEP)
            blobs[digest] = sealed
            purpose = Purpose.ENDORSEMENT if ink else Purpose.RECORD
            said_of = {"origin": origins[position]} if origins and position in origins else {}
            captures.append(capture(position, Blob(digest, len(sealed)), purpose=purpose, **said_of))
        missing: list[Exemption] = [excuse(p) for p in (*FINGERS, *EYES) if p not in {c.position for c in captures}]
        excused = changes.pop("exemptions", missing)
        changes = {"record_id": os.urandom(16).hex(), **changes, "box": self.name, "incarnation": self.incarnation}
        said = recording(captures, excused, **changes)  # type: ignore[arg-type]
        digest, sealed = self.seal(write_meta(said), TEXT_STEP)
        return self.close(Person(), {**blobs, digest: sealed}, **(closing or {}))

    def completion(self, root: Path, bundles: Iterable[Bundle], counter: int = 1) -> None:
        """The last file of a handover."""
        assert self.head
        told = Completion(counter, self.name, self.incarnation, self.head, tuple(b.hash for b in bundles))
        path = root / stick_layout.TOP / stick_layout.completion(self.name, self.incarnation, counter)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(sign_completion(told, self.key))
