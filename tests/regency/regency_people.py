"""People and pictures for the regency's tests: small, synthetic, the same every time."""

from collections.abc import Iterable
from datetime import date

import numpy as np

from kiosk.core.measures import FingerMeasures
from kiosk.core.record import (
    EYES,
    FINGERS,
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
from kiosk.core.recording import Check, Consent, Moment, Purpose, Recording, SealedCapture

EVERYTHING = (Position.PORTRAIT, *FINGERS, *EYES)
RECORD_ID = "0123456789abcdef0123456789abcdef"
RESIDENT = Resident("6105085404900001", "SITI É RAHMAWATI", date(1990, 4, 14), Sex.FEMALE, "SERAWAI")
STARTED = Moment("2026-11-23T01:00:00Z", "system", False, 7, 60_000)
CLOSED = Moment("2026-11-23T18:05:00Z", "system", False, 7, 360_000)


def ridges(seed: int, width: int = 320, height: int = 400) -> np.ndarray:
    """A grey picture with stripes like ridges, uint8 height x width."""
    y, x = np.mgrid[0:height, 0:width]
    bend = np.random.default_rng(seed).uniform(0.5, 1.5)
    return (128 + 100 * np.sin((x + bend * y * y / height) / 1.5)).astype(np.uint8)


def capture(position: Position, blob: Blob, **changes: object) -> SealedCapture:
    """A capture as a box would seal it."""
    finger = position in FINGERS
    origin = Origin(
        "Simulated FAP",
        Provenance.SIMULATED,
        Impression.LIVE_SCAN_PLAIN if finger else Impression.UNKNOWN,
        500 if finger else None,
        320,
        400,
    )
    measures = FingerMeasures(61, 44, 0.9, 0.5) if finger else None
    values = {"purpose": Purpose.RECORD, "origin": origin, "measures": measures, **changes}
    return SealedCapture(position=position, blob=blob, **values)  # type: ignore[arg-type]


def recording(captures: Iterable[SealedCapture], exemptions: Iterable[Exemption] = (), **changes: object) -> Recording:
    """A closed recording of these captures."""
    values = {
        "record_id": RECORD_ID,
        "box": "SINTANG-03",
        "incarnation": "9f3c01ab",
        "resident": RESIDENT,
        "listed": True,
        "consent": Consent("id"),
        "captures": tuple(captures),
        "exemptions": tuple(exemptions),
        "check": Check(CheckResult.MATCHED, 1, (Position.RIGHT_INDEX,)),
        "endorsement": Endorsement.SIGNATURE,
        "attestation": Attestation("ofc-1", 7, 350.0),
        "started": STARTED,
        "closed": CLOSED,
        "place": "SERAWAI",
        "officer": "ofc-1",
        **changes,
    }
    return Recording(**values)  # type: ignore[arg-type]


def excuse(position: Position, reason: Reason = Reason.AMPUTATED) -> Exemption:
    """An officer's word that a position is not there."""
    return Exemption(position, reason, Lasting.PERMANENT, "ofc-1")
