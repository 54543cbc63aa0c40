"""What the workshop's report speaks of: parts, verdicts, one line each."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """What is looked at beside the ports."""

    BOX_FILE = "box-file"
    DATA = "data"
    STORE = "store"
    CLOCK = "clock"
    PAPERS = "papers"
    SYSTEM = "system"
    POWER = "power"


class Verdict(StrEnum):
    """As the bench tool's selftest has them."""

    GOOD = "good"
    BROKEN = "broken"
    NOT_READY = "not ready"
    MISSING = "missing"


@dataclass(frozen=True)
class Check:
    """One line of the report. `part` is a Part or a port's name; `detail` is for engineers, in English, and never holds
    anything personal."""

    part: str
    verdict: Verdict
    detail: str


def is_ready(checks: Iterable[Check]) -> bool:
    """Whether the box may go out: every part is in order."""
    return all(check.verdict is Verdict.GOOD for check in checks)
