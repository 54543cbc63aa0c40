"""From a finished session to the recording that is sealed as its meta."""

from kiosk.core.record import CheckResult, Endorsement
from kiosk.core.recording import Check, Recording
from kiosk.core.state import Session

UNATTESTED = "identity-unattested"


def recording(state: Session) -> Recording:
    """Everything known of the person; `closed` repeats `started` until flow stamps the moment of closing."""
    if state.resident is None or state.consent is None:
        raise ValueError("a person without biodata or consent cannot be closed")
    return Recording(
        record_id=state.record_id,
        box=state.box,
        incarnation=state.incarnation,
        resident=state.resident,
        listed=state.listed,
        consent=state.consent,
        captures=state.captures,
        exemptions=state.exemptions,
        check=state.check or Check(CheckResult.IMPOSSIBLE, 0),
        endorsement=state.endorsement or Endorsement.CANNOT,
        attestation=state.attestation,
        started=state.started,
        closed=state.started,
        place=state.place,
        officer=state.officer,
        corrections=state.corrections,
        flags=state.flags if state.attestation else (*state.flags, UNATTESTED),
        linked=state.linked,
    )
