"""From an accepted capture to durable bytes, and from a finished person to a numbered, signed bundle."""

import secrets
from collections.abc import Callable
from dataclasses import replace

from hal import Clock
from kiosk.core.effects import Close, Void
from kiosk.core.padding import IMAGE_STEP, TEXT_STEP
from kiosk.core.record import Blob
from kiosk.exchange import jws
from kiosk.exchange.certificate import Request, sign_request
from kiosk.exchange.manifest import (
    Amendment,
    Body,
    Commissioning,
    LateAttestation,
    Manifest,
    Person,
    sign_manifest,
)
from kiosk.exchange.manifest import Void as VoidBody
from kiosk.exchange.meta import write_meta
from kiosk.exchange.shapes import LastHead
from kiosk.flow.identity import FIRMWARE, Identity
from kiosk.flow.tray import Held
from kiosk.imaging.measurer import Measurer
from kiosk.imaging.requests import EncodePng
from kiosk.store import BundleKind, BundleRow, SignedManifest, Slot, Store
from kiosk.store.vault import seal

COMMISSIONING_TEXT = b"Jemput: this box can seal to this office."


def sealed_capture(held: Held, measurer: Measurer, identity: Identity) -> bytes:
    """The sealed bytes of one capture: ink as it is, pictures as lossless PNG; made once, before the verdict is told,
    so that acceptance only writes. MeasureFailed where it cannot be encoded."""
    if held.sealed is None:
        held.sealed = _sealed(held, measurer, identity)
    return held.sealed


def _sealed(held: Held, measurer: Measurer, identity: Identity) -> bytes:
    if held.ink is not None:
        return seal(held.ink, identity.recipients(), TEXT_STEP)
    if held.pixels is None:
        raise ValueError("nothing to seal")
    png = measurer.request(EncodePng(held.pixels, held.ppi))
    if not isinstance(png, bytes):
        raise TypeError("an encoder answers with bytes")
    return seal(png, identity.recipients(), IMAGE_STEP)


def close_person(effect: Close, store: Store, identity: Identity, clock: Clock) -> BundleRow:
    """Seal the meta, give the number, sign: one row, one directory in the outbox."""
    commission_once(store, identity, clock)
    recording = replace(
        effect.recording, box=identity.box, incarnation=identity.incarnation, closed=identity.now(clock)
    )
    meta = store.drafts.keep(recording.record_id, seal(write_meta(recording), identity.recipients(), TEXT_STEP))
    blobs = (*(c.blob for c in recording.captures), meta)
    nik = recording.resident.nik
    signer, vouched = _signer(Person(), blobs, identity, clock), recording.attestation is not None
    return store.bundles.close(recording.record_id, BundleKind.PERSON, nik, blobs, signer, unattested=not vouched)


def close_void(effect: Void, store: Store, identity: Identity, clock: Clock) -> BundleRow:
    """The destroyed hashes, why and by whom; the blobs are unlinked after the void is durable."""
    commission_once(store, identity, clock)
    destroyed = tuple(sorted(b.sha256 for b in effect.destroyed))
    body = VoidBody(destroyed, effect.reason, effect.officer)
    return store.bundles.close(effect.record_id, BundleKind.VOID, None, (), _signer(body, (), identity, clock))


def close_attestation(manifest_hash: str, officer: str, store: Store, identity: Identity, clock: Clock) -> BundleRow:
    """An officer's word for a closed person, said at the day's end."""
    commission_once(store, identity, clock)
    body = LateAttestation(manifest_hash, officer)
    return store.bundles.attest(manifest_hash, _signer(body, (), identity, clock))


def close_amendment(row: BundleRow, lost: tuple[str, ...], store: Store, identity: Identity, clock: Clock) -> BundleRow:
    """These blobs of a bundle rotted: the office takes the rest and marks those parts to be recorded again."""
    commission_once(store, identity, clock)
    body = Amendment(row.manifest_hash, lost)
    return store.bundles.amend(row.name, lost, _signer(body, (), identity, clock))


def commission_once(store: Store, identity: Identity, clock: Clock) -> None:
    """Number 1 of the present incarnation, where it has none yet: it is nobody's but the commissioning bundle's."""
    head = store.bundles.head()
    if head is None or head.incarnation != identity.incarnation:
        _commission(secrets.token_hex(16), store, identity, clock)


def _commission(record_id: str, store: Store, identity: Identity, clock: Clock) -> BundleRow:
    blob = store.drafts.keep(record_id, seal(COMMISSIONING_TEXT, identity.recipients(), TEXT_STEP))
    body = Commissioning(_last_head(store))
    return store.bundles.close(
        record_id, BundleKind.COMMISSIONING, None, (blob,), _signer(body, (blob,), identity, clock)
    )


def certificate_request(store: Store, identity: Identity) -> bytes:
    """What the box asks the office to certify."""
    intake = store.vault.intake_recipient
    if intake is None:
        raise ValueError("a box asks for its certificate after its first opening")
    request = Request(
        identity.box, identity.incarnation, identity.key.public, intake, identity.board, _last_head(store)
    )
    return sign_request(request, identity.key)


def _last_head(store: Store) -> LastHead | None:
    current = store.incarnations.current()
    last = current.last_head if current else None
    return LastHead(last.incarnation, last.seq, last.manifest_hash) if last else None


def _signer(body: Body, blobs: tuple[Blob, ...], identity: Identity, clock: Clock) -> Callable[[Slot], SignedManifest]:
    def sign(slot: Slot) -> SignedManifest:
        manifest = Manifest(
            box=slot.box,
            incarnation=slot.incarnation,
            seq=slot.seq,
            prev=slot.prev,
            office=identity.papers.office.office,
            recipients=identity.recipient_hashes() if blobs else (),
            firmware=FIRMWARE,
            training=identity.papers.training,
            day=slot.day,
            time=identity.now(clock),
            audit=slot.audit_head,
            blobs=tuple(sorted(blobs, key=lambda b: b.sha256)),
            body=body,
        )
        raw = sign_manifest(manifest, identity.key)
        return SignedManifest(raw, jws.payload_hash(raw))

    return sign
