"""What an examined bundle changes in the register, by its kind; to be called within one transaction."""

import json

from kiosk.core.recording import Recording
from kiosk.core.status import Status
from kiosk.exchange.errors import Reason
from kiosk.exchange.manifest import Amendment, LateAttestation, Manifest, Withdrawal
from kiosk.regency.examine import Examined, Rejected
from kiosk.regency.register import Held, Person, Register


def enter(register: Register, found: Examined) -> None:
    """The bundle, and who is in it."""
    manifest, body = found.manifest, found.manifest.body
    given_up = body.lost if isinstance(body, Amendment) else found.lost
    register.add_bundle(
        Held(
            manifest=found.hash,
            box=manifest.box,
            incarnation=manifest.incarnation,
            seq=manifest.seq,
            prev=manifest.prev,
            kind=manifest.kind.value,
            name=manifest.name,
            training=manifest.training,
            names=body.names if isinstance(body, Amendment | Withdrawal | LateAttestation) else None,
            officer=body.officer if isinstance(body, LateAttestation) else None,
            lost=given_up,
            copies=1,
            disputed=False,
        )
    )
    own = "WHERE manifest = (SELECT manifest FROM bundles WHERE manifest = ? AND box = ?)"
    if isinstance(body, Withdrawal):
        register.write(f"UPDATE people SET withdrawn = 1 {own}", body.names, manifest.box)
    if isinstance(body, LateAttestation):
        register.write(f"UPDATE people SET attested_by = ? {own}", body.officer, body.names, manifest.box)
    if found.recording and found.meta:
        register.add_person(_person(register, found, found.recording, found.meta))


def check_new(register: Register, found: Examined) -> None:
    """Rejected where its record id is somebody else's already."""
    if found.recording and register.people("record_id = ?", found.recording.record_id):
        raise Rejected(found.manifest, found.hash, Reason.BAD_META)


def given_up(register: Register, manifest: Manifest, digest: str) -> tuple[str, ...]:
    """Hashes of this bundle that amendments of the same box gave up."""
    sql = "SELECT lost FROM bundles WHERE kind = 'amendment' AND names = ? AND box = ?"
    return tuple(sha256 for row in register.rows(sql, digest, manifest.box) for sha256 in json.loads(row["lost"]))


def _is_withdrawn(register: Register, manifest: Manifest, digest: str) -> bool:
    """Whether a withdrawal of the same box, which came earlier, names this bundle."""
    sql = "SELECT 1 FROM bundles WHERE kind = 'withdrawal' AND names = ? AND box = ?"
    return bool(register.rows(sql, digest, manifest.box))


def attested_late(register: Register, manifest: Manifest, digest: str) -> str | None:
    """The officer whose word came in a bundle of its own, from the same box."""
    sql = "SELECT officer FROM bundles WHERE kind = 'attestation' AND names = ? AND box = ? ORDER BY seq"
    return next((row["officer"] for row in register.rows(sql, digest, manifest.box)), None)


def _person(register: Register, found: Examined, recording: Recording, meta: str) -> Person:
    late = attested_late(register, found.manifest, found.hash)
    again = tuple(sorted({c.position.value for c in recording.captures if c.blob.sha256 in found.lost}))
    return Person(
        record_id=recording.record_id,
        manifest=found.hash,
        meta=meta,
        nik=recording.resident.nik,
        name=recording.resident.name,
        status=_status(register, recording, found.manifest.training, again),
        training=found.manifest.training,
        attested_by=recording.attestation.officer if recording.attestation else late,
        linked=recording.linked,
        again=again,
        withdrawn=_is_withdrawn(register, found.manifest, found.hash),
    )


def _status(register: Register, recording: Recording, training: bool, again: tuple[str, ...]) -> Status:
    if again:
        return Status.ENROLL_FAILURE_AT_REGIONAL  # incomplete: those parts are to be recorded again
    others = register.people("nik = ? AND training = ?", recording.resident.nik, training)
    if others and recording.linked not in {person.record_id for person in others}:
        return Status.ADJUDICATE_RECORD
    return Status.PROCESSING
