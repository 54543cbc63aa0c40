"""What the office decided for a box when its papers were made, so that its certificate says the same."""

import json
from dataclasses import asdict, dataclass

from kiosk.regency.office import Office

_OF = "decided for "  # a setting of the register for every box


@dataclass(frozen=True)
class Decided:
    """`since` is the office's time (ISO 8601, UTC); the others are as in the box's config."""

    since: str
    training: bool
    place: str
    below_grade: bool


def decided(office: Office, box: str) -> Decided | None:
    """None where no papers were made for this box."""
    said = office.register.setting(_OF + box)
    return Decided(**json.loads(said)) if said else None


def decide(office: Office, box: str, now: Decided) -> None:
    """Kept with the papers, in their transaction."""
    office.register.set(_OF + box, json.dumps(asdict(now)))
