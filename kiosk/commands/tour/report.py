"""tour.json: what happened, by person, in numbers; no name, no NIK."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from kiosk.core.measures import FingerMeasures
from kiosk.core.state import Session


@dataclass
class Report:
    """Filled as the day goes on. `happened` are events between people: power, handovers, take-ins."""

    seed: int
    source: str
    people: list[dict[str, Any]] = field(default_factory=list)
    happened: list[dict[str, Any]] = field(default_factory=list)
    afis: list[str] = field(default_factory=list)
    purged: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def person(self, session: Session, acts: list[str], parks: int, times: tuple[float, float]) -> None:
        """One finished person. Times are seconds of the simulated day."""
        self.people.append(
            {
                "record": session.record_id,
                "bundle": session.bundle,
                "started_s": round(times[0], 1),
                "closed_s": round(times[1], 1),
                "parked": parks,
                "captures": [_capture(c) for c in session.captures],
                "exemptions": [
                    {"position": x.position, "reason": x.reason, "lasting": x.lasting} for x in session.exemptions
                ],
                "check": asdict(session.check) if session.check else None,
                "endorsement": session.endorsement,
                "attested": session.attestation is not None,
                "flags": list(session.flags),
                "acts": acts,
            }
        )

    def note(self, what: str, **facts: object) -> None:
        """Something between people."""
        self.happened.append({"what": what, **facts})

    def as_json(self) -> dict[str, Any]:
        """For json.dumps."""
        return asdict(self)


def decisions(report: dict[str, Any]) -> list[Any]:
    """What two runs with one seed must have in common: everything that was decided, nothing that is random or a key."""
    kept = ("captures", "exemptions", "check", "endorsement", "attested", "flags", "acts", "parked")
    return [{name: person[name] for name in kept} for person in report["people"]]


def _capture(capture: Any) -> dict[str, Any]:
    measures = capture.measures
    nfiq2 = measures.nfiq2 if isinstance(measures, FingerMeasures) else None
    return {
        "position": capture.position,
        "purpose": capture.purpose,
        "attempts": capture.attempts,
        "worn": capture.worn,
        "nfiq2": nfiq2,
        "measures": {k: round(v, 3) if isinstance(v, float) else v for k, v in asdict(measures).items()}
        if measures
        else None,
        "provenance": capture.origin.provenance,
    }


class Source(StrEnum):
    """Where the tour's pictures come from."""

    TWINS = "simulated"
    IMAGES = "recorded"
