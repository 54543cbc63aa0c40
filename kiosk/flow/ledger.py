"""Which events leave a line in the audit: acts of consent, of officers, and what ended a session. Codes only."""

from kiosk.core import desk as d
from kiosk.core import events as e
from kiosk.core.desk import DeskEvent
from kiosk.core.state import Session
from kiosk.store.audit import Audit

CODES: dict[type, str] = {
    e.Agreed: "consent",
    e.Withdrawn: "withdrawn",
    e.Exempted: "exempted",
    e.OfficerContinues: "officer-continues",
    e.OfficerCancels: "officer-cancels",
    e.Corrected: "corrected",
    e.Attested: "attested",
    e.Retaken: "retaken",
    e.ParkWanted: "parked",
    e.Approved: "approved",
}


def note(audit: Audit, session: Session, event: DeskEvent) -> None:
    """One line for an act that somebody answers for; nothing personal stands in it."""
    inner = event.event if isinstance(event, d.InSession) else event
    code = "resumed" if isinstance(inner, d.TakenUp) else CODES.get(type(inner))
    if code:
        officer = getattr(inner, "officer", None) or session.officer
        audit.append(code, {"record": session.record_id, "officer": officer})
