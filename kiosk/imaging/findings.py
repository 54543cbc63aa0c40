"""Verdicts over measured picture files, as rows of a table and as lines of JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from rich.table import Table

from kiosk.core.judgement import Grade, Hint, Judgement, useless
from kiosk.core.measures import FaceMeasures, FingerMeasures, IrisMeasures
from kiosk.core.quality import judge
from kiosk.imaging.examine import Examined, Kind, Shown
from kiosk.words import say

VERDICTS = {Grade.GOOD: "accepted", Grade.FAIR: "again", Grade.POOR: "again", Grade.USELESS: "refused"}
FINGERS_OF_A_SLAP = 2  # at least: one alone is a single finger
# What a table shows of each kind, and how; what was not measured is left out.
FIGURES = {
    FingerMeasures: {
        "coverage": "ridges {:.0%}", "area_mm2": "{:.0f} mm²", "period_px": "period {:.1f} px",
        "sharpness": "sharp {:.1f}", "coherence": "coherent {:.2f}", "darkness": "dark {:.2f}",
        "clipped": "clipped {:.0%}", "cut": "cut {:.0%}",
    },
    IrisMeasures: {
        "diameter_px": "iris {:.0f} px", "pupil_ratio": "pupil {:.2f}", "contrast": "contrast {:.0f}",
        "sharpness": "sharp {:.2f}", "open_share": "open {:.0%}", "gaze": "gaze {:.2f}", "motion": "motion {:.2f}",
        "glare": "glare {:.0%}", "glasses": "glasses {:.2f}", "lens": "lens {:.2f}",
    },
    FaceMeasures: {
        "faces": "faces {}", "eye_distance_px": "eyes {:.0f} px", "roll_deg": "roll {:.0f}°", "yaw_deg": "yaw {:.0f}°",
        "pitch_deg": "pitch {:.0f}°", "brightness": "light {:.0f}", "sharpness": "sharp {:.1f}",
        "eyes_open": "eyes open {:.2f}", "mouth_open": "mouth {:.2f}", "evenness": "even {:.2f}",
        "visible": "seen {:.0%}",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """A picture taken for one kind: each of what it shows is judged; the worst finger of a slap speaks for it."""

    kind: Kind
    shown: Shown
    judged: tuple[Judgement, ...]

    @property
    def grade(self) -> Grade:
        """Of the whole picture."""
        return max((one.grade for one in self.judged), key=_badness)

    @property
    def hints(self) -> tuple[Hint, ...]:
        """Of all that it shows, each once."""
        return tuple(dict.fromkeys(hint for one in self.judged for hint in one.hints))

    def as_json(self) -> dict[str, object]:
        """As `--json` documents it."""
        return {
            "verdict": VERDICTS[self.grade],
            "grade": self.grade.name.lower(),
            "reasons": [hint.value for hint in self.hints],
            "shown": [
                {"score": j.score, "grade": j.grade.name.lower(), "measures": asdict(m)}
                for j, m in zip(self.judged, self.shown, strict=True)
            ],
        }


def verdict(kind: Kind, shown: Shown) -> Verdict:
    """Judged as the box judges; a slap with fewer than two fingers is none."""
    if kind is Kind.SLAP and len(shown) < FINGERS_OF_A_SLAP:
        return Verdict(kind, (), (useless(Hint.SHOW_FINGER),))
    return Verdict(kind, shown, tuple(judge(one) for one in shown))


def best(verdicts: Sequence[Verdict]) -> Verdict | None:
    """What the picture most likely is: the best grade, of equals the first; None where it is nothing."""
    usable = [one for one in verdicts if one.grade is not Grade.USELESS]
    return min(usable, key=lambda one: _badness(one.grade), default=None)


def _badness(grade: Grade) -> int:
    return (Grade.GOOD, Grade.FAIR, Grade.POOR, Grade.USELESS).index(grade)


def line(name: str, examined: Examined) -> str:
    """One JSON object."""
    verdicts = [verdict(kind, shown) for kind, shown in examined.shown.items()]
    chosen = best(verdicts)
    size = {"width": examined.width, "height": examined.height, "ppi": examined.ppi, "ppi_from": examined.ppi_from}
    taken = {"best": chosen.kind.value if chosen else None, "as": {one.kind.value: one.as_json() for one in verdicts}}
    return json.dumps({"file": name, **size, **taken}, ensure_ascii=False)


def failed_line(name: str, why: str) -> str:
    """One JSON object for a file of which nothing is known."""
    return json.dumps({"file": name, "error": why}, ensure_ascii=False)


def table() -> Table:
    """The heads of the columns."""
    made = Table()
    made.add_column("file", overflow="fold")
    for head in ("kind", "size", "ppi", "measures", "verdict", "reasons"):
        made.add_column(head)
    made.add_column("NFIQ 2", justify="right")
    made.add_column("minutiae", justify="right")
    return made


def row(name: str, examined: Examined) -> tuple[str, ...]:
    """The cells of one picture. Taken for several kinds and good as none, it is "nothing", and no reason is picked."""
    verdicts = [verdict(kind, shown) for kind, shown in examined.shown.items()]
    chosen = best(verdicts) or (verdicts[0] if len(verdicts) == 1 else None)
    size = f"{examined.width} x {examined.height}"
    if chosen is None:
        why = f"good for none of {', '.join(examined.shown)}; --as KIND says why"
        return name, "nothing", size, _ppi(examined), "", VERDICTS[Grade.USELESS], why, "", ""
    prints = [one for one in chosen.shown if isinstance(one, FingerMeasures)]
    return (
        name,
        chosen.kind.value,
        size,
        "-" if chosen.kind in (Kind.IRIS, Kind.FACE) else _ppi(examined),
        "\n".join(figures(one) for one in chosen.shown),
        f"{VERDICTS[chosen.grade]} ({chosen.grade.name.lower()})",
        "\n".join(f"{hint.value}: {say(f'hint.{hint.value}', 'en')}" for hint in chosen.hints),
        "\n".join("-" if one.nfiq2 is None else str(one.nfiq2) for one in prints),
        "\n".join("-" if one.minutiae is None else str(one.minutiae) for one in prints),
    )


def failed_row(name: str, why: str) -> tuple[str, ...]:
    """The cells of a file of which nothing is known."""
    return name, "", "", "", "", "none", why, "", ""


def _ppi(examined: Examined) -> str:
    return f"{examined.ppi} (assumed)" if examined.ppi_from == "assumed" else str(examined.ppi)


def figures(measures: FingerMeasures | IrisMeasures | FaceMeasures) -> str:
    """What was measured, in few words."""
    values = ((form, getattr(measures, name)) for name, form in FIGURES[type(measures)].items())
    return ", ".join(form.format(value) for form, value in values if value is not None)
