"""The readiness report in words: part, verdict, what to do. Pure, without Kivy."""

from collections.abc import Sequence
from dataclasses import dataclass

from kiosk.core.readiness import Check, Part, Verdict
from kiosk.ui.models import Model
from kiosk.words import say

TOLD = 4  # of what is to be done; more fit no panel, and the report has them all


@dataclass(frozen=True)
class Line:
    """A part: its name, its verdict in words, whether it is good."""

    part: str
    verdict: str
    good: bool


@dataclass(frozen=True)
class ReadinessModel(Model):
    """`ready` is None while parts are still tried. `todo` are title and sentence of what is not good; `version` the
    system's, `kept` says where the report is."""

    ready: bool | None = None
    title: str = ""
    lines: tuple[Line, ...] = ()
    todo: tuple[tuple[str, str, str], ...] = ()
    more: str = ""
    about: str = ""
    kept: str = ""


def told(language: str, checks: Sequence[Check], ready: bool | None, about: str = "", kept: str = "") -> ReadinessModel:
    """The page as far as the parts were tried."""
    bad = [check for check in checks if check.verdict is not Verdict.GOOD]
    title = {None: "checking", True: "ready", False: "not_ready"}[ready]
    rest = len(bad) - TOLD
    return ReadinessModel(
        language,
        ready,
        say(f"readiness.{title}", language),
        tuple(Line(name(one, language), verdict(one, language), one.verdict is Verdict.GOOD) for one in checks),
        tuple((name(one, language), what_to_do(one, language), one.detail) for one in bad[:TOLD]),
        say("readiness.more", language, count=rest) if rest > 0 else "",
        say("readiness.next", language) if ready else about,
        kept,
    )


def name(check: Check, language: str) -> str:
    """Of the part."""
    own = check.part in set(Part)
    text = say(f"part.{check.part}" if own else f"port.{check.part}", language)
    return text if check.part == Part.BOX_FILE else text[0].upper() + text[1:]


def verdict(check: Check, language: str) -> str:
    """In one or two words."""
    return say(f"verdict.{check.verdict.name.lower()}", language)


def what_to_do(check: Check, language: str) -> str:
    """One sentence for the workshop; empty for what is good."""
    if check.verdict is Verdict.GOOD:
        return ""
    own = check.part in set(Part)
    return say(f"readiness_do.{check.part if own else check.verdict.name.lower()}", language)
