"""Wrong inputs of every kind and good ones, judged as one attempt is judged: what was refused, and with which words."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from rich.table import Table

from bench.inputs import Input, faces, fingers, irises, shared
from bench.rows import Row
from kiosk.core.judgement import Grade, Hint
from kiosk.core.measures import FaceMeasures, FingerMeasures, IrisMeasures
from kiosk.core.quality import Answer, decide, judge
from kiosk.imaging.crew import Crew
from kiosk.imaging.measurer import MeasureFailed, Measurer
from kiosk.imaging.requests import MeasureFace, MeasureFinger, MeasureIris, Request

LEAST_WRONG = 200  # inputs in all
# Percent of the inputs, at most.
NOT_REFUSED, WRONG_REASON, NOT_ACCEPTED = 1.0, 10.0, 3.0

Drawn = tuple[Iterable[Input], Iterable[Input]]
DRAWN: Mapping[str, Callable[[int], Drawn]] = {
    "finger": lambda fresh: (fingers.wrong(fresh=fresh), chain(fingers.good(fresh=fresh), shared.fingers())),
    "iris": lambda fresh: (irises.wrong(fresh=fresh), chain(irises.good(fresh=fresh), shared.irises())),
    "face": lambda fresh: (faces.wrong(fresh=fresh), chain(faces.good(fresh=fresh), shared.faces())),
}
REQUESTS: Mapping[str, Callable[[Input], Request]] = {
    "finger": lambda one: MeasureFinger(one.pixels, one.ppi),
    "iris": lambda one: MeasureIris(one.pixels),
    "face": lambda one: MeasureFace(one.pixels),
}


@dataclass(frozen=True)
class Judged:
    """What one attempt led to: `accepted` at once, `useless` never kept, `hint` what the person sees."""

    kind: str
    wanted: tuple[Hint, ...]
    accepted: bool
    useless: bool
    hint: Hint

    @property
    def right(self) -> bool:
        """Refused with one of the right hints; a picture that could not be measured has only `again`."""
        return not self.accepted and self.hint in self.wanted


def rows(say: Callable[[object], object], fresh: int = 0) -> Iterator[Row]:
    """The rows of this part, of the inputs' set `fresh`: on 0 the rules were tuned, every other number draws others."""
    wrong: list[Judged] = []
    with Crew(os.cpu_count() or 1) as crew:
        for modality, drawn in DRAWN.items():
            say(f"quality: {modality}, set {fresh}")
            bad, good = ([*judged(crew, modality, inputs)] for inputs in drawn(fresh))
            say(_wrong_table(modality, bad))
            say(_good_table(modality, good))
            yield from _limits(modality, bad, good)
            wrong += bad
    yield Row("quality", "wrong inputs too few, of all kinds", LEAST_WRONG, "inputs", "tried", len(wrong), 1.0)
    yield from _limits("all", wrong, [])


def judged(crew: Crew, modality: str, inputs: Iterable[Input]) -> Iterator[Judged]:
    """Each input as the first attempt at its position."""

    def one_attempt(measurer: Measurer, one: Input) -> Judged:
        try:
            answer = measurer.request(REQUESTS[modality](one))
        except MeasureFailed:
            return Judged(one.kind, one.hints, accepted=False, useless=True, hint=Hint.AGAIN)
        measures = answer[0] if isinstance(answer, tuple) else answer
        if not isinstance(measures, FingerMeasures | IrisMeasures | FaceMeasures):
            raise TypeError(f"not a measure of a {modality}")
        verdict = judge(measures)
        accepted = decide([measures]).answer is Answer.ACCEPT
        return Judged(one.kind, one.hints, accepted, verdict.grade is Grade.USELESS, verdict.hint)

    return crew.map(one_attempt, inputs)


def share(part: int, whole: int) -> float:
    """In percent; nothing of nothing is 100, so that an empty table holds no promise."""
    return 100 * part / whole if whole else 100.0


def _limits(modality: str, wrong: list[Judged], good: list[Judged]) -> Iterator[Row]:
    refused = [one for one in wrong if not one.accepted]
    figures = {
        "wrong inputs not refused": (share(len(wrong) - len(refused), len(wrong)), NOT_REFUSED),
        "wrong inputs without the right reason": (share(sum(not one.right for one in wrong), len(wrong)), WRONG_REASON),
    }
    if good:
        figures["good inputs not accepted at once"] = (
            share(sum(not g.accepted for g in good), len(good)),
            NOT_ACCEPTED,
        )
    for figure, (value, most) in figures.items():
        yield Row("quality", f"{modality}: {figure}", value, "%", "limit", most, 1.0)


def _by_kind(inputs: list[Judged]) -> Iterator[tuple[str, list[Judged]]]:
    for kind in dict.fromkeys(one.kind for one in inputs):
        yield kind, [one for one in inputs if one.kind == kind]


def _wrong_table(modality: str, inputs: list[Judged]) -> Table:
    table = Table(
        "kind",
        "n",
        "refused",
        "never kept",
        "right reason",
        "right would be",
        "else was said",
        title=f"wrong: {modality}",
    )
    for kind, ones in [*_by_kind(inputs), ("all", inputs)]:
        other = Counter("accepted" if one.accepted else one.hint.value for one in ones if not one.right)
        table.add_row(
            kind,
            str(len(ones)),
            str(sum(not one.accepted for one in ones)),
            str(sum(one.useless for one in ones)),
            str(sum(one.right for one in ones)),
            "" if ones is inputs else ", ".join(hint.value for hint in ones[0].wanted),
            "" if ones is inputs else _counted(other),
        )
    return table


def _good_table(modality: str, inputs: list[Judged]) -> Table:
    table = Table("kind", "n", "accepted at once", "never kept", "else was said", title=f"good: {modality}")
    for kind, ones in [*_by_kind(inputs), ("all", inputs)]:
        other = Counter(one.hint.value for one in ones if not one.accepted)
        accepted, useless = sum(one.accepted for one in ones), sum(one.useless for one in ones)
        table.add_row(kind, str(len(ones)), str(accepted), str(useless), "" if ones is inputs else _counted(other))
    return table


def _counted(words: Counter[str]) -> str:
    return ", ".join(f"{count} {word}" for word, count in words.most_common())
