"""From captures in the tray to numbers: asks the measuring process, answers with events. On the measuring worker."""

from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

import hal
from kiosk.core.effects import Compare, CompareEyes, Glimpse, Judge, JudgeSlap
from kiosk.core.events import Compared, EyesCompared, FaceSeen, Judged, Piece, SlapJudged
from kiosk.core.measures import Measures, RestMeasures
from kiosk.core.plan import SLAPS
from kiosk.core.record import EYES, FINGERS, Position
from kiosk.flow.tray import Held, Tray
from kiosk.imaging import requests as r
from kiosk.imaging.measurer import MeasureFailed, Measurer

PRINTS = frozenset({*FINGERS, Position.THUMB_PRINT})
UNLIKE = 1.0  # a distance that says nothing: an eye without a code is like no other
HANDS = (SLAPS[0], SLAPS[1])

A = TypeVar("A")


class Judging:
    """Full measures, comparisons, and the cheap glances at a stream."""

    def __init__(self, tray: Tray, measurer: Measurer) -> None:
        self._tray = tray
        self._measurer = measurer

    # What a session asks

    def judge(self, effect: Judge) -> Judged:
        """The full measure of a capture; None where it cannot be measured, which costs this attempt only."""
        held = self._tray.get(effect.capture)
        try:
            return Judged(effect.ticket, self._measured(effect.position, held) if held else None)
        except MeasureFailed:
            return Judged(effect.ticket, None)

    def judge_slap(self, effect: JudgeSlap) -> SlapJudged:
        """Each finger a capture of its own in the tray; none where they could not be told apart."""
        held = self._tray.get(effect.capture)
        if held is not None and held.parts:
            return SlapJudged(effect.ticket, self._pieces(effect, held))
        if held is None or held.pixels is None:
            return SlapJudged(effect.ticket, ())
        request = r.MeasureSlap(held.pixels, held.ppi or 0, effect.positions, effect.missing)
        found = self._answer(request, r.SlapMeasures)
        if found is None:
            return SlapJudged(effect.ticket, ())
        pieces = tuple(
            Piece(
                crop.position,
                self._tray.put(Held(crop.pixels, held.ppi, template=crop.template)),
                crop.measures,
                width=crop.pixels.shape[1],
                height=crop.pixels.shape[0],
            )
            for crop in found.crops
        )
        return SlapJudged(effect.ticket, pieces, _other_hand(found.hand, effect.positions))

    def _pieces(self, effect: JudgeSlap, held: Held) -> tuple[Piece, ...]:
        """The fingers as the device told them apart, but those that cannot be measured and those nobody asked for."""
        pieces = []
        for position, part in held.parts:
            with suppress(MeasureFailed):
                measures = self._measured(position, part) if position in effect.positions else None
                if measures is not None and part.pixels is not None:
                    height, width = part.pixels.shape[:2]
                    alone = replace(part, pixels=part.pixels.copy())  # the slap is wiped when it is forgotten
                    pieces.append(Piece(position, self._tray.put(alone), measures, width, height))
        return tuple(pieces)

    def compare(self, effect: Compare) -> Compared:
        """One score for each; a print whose template is not there is like no other and scores 0."""
        probe, others = self._templates(effect)
        scores = self._answer(r.Compare(probe, others), tuple) if probe else None
        return Compared(effect.ticket, scores if scores is not None else (0,) * len(others))

    def compare_eyes(self, effect: CompareEyes) -> EyesCompared:
        """One distance for each; an eye without a code is like no other."""
        probe, others = self._templates(effect)
        coded = tuple(code for code in others if code)
        found = self._answer(r.CompareEyes(probe, coded), tuple) if probe and coded else None
        distances = iter(found or ())
        return EyesCompared(effect.ticket, tuple(next(distances, UNLIKE) if code else UNLIKE for code in others))

    def glimpse(self, effect: Glimpse, frame: hal.Frame) -> FaceSeen | None:
        """Who stands there, beside the portrait; None where nobody can say."""
        held = self._tray.get(effect.capture)
        if held is None or held.template is None:
            return None
        seen = self._answer(r.CompareFace(frame.pixels, held.template), tuple)
        return None if seen is None else FaceSeen(effect.capture, *seen)

    # What a stream shows

    def frame(self, position: Position, frame: hal.Frame) -> Measures | None:
        """The measure of a stream's frame; None where nothing of its kind is measured (both hands), or it failed."""
        request = _guiding(position, frame)
        answer = self._answer(request, object) if request else None
        return answer if isinstance(answer, Measures) else None

    def rest(self, position: Position, frame: hal.Frame) -> RestMeasures | None:
        """The measure of a frame at rest; None where it failed."""
        return self._answer(r.MeasureRest(frame.pixels, finger=position in FINGERS), RestMeasures)

    def _measured(self, position: Position, held: Held) -> Measures | None:
        if held.pixels is None:
            return None
        if position in PRINTS:
            answer = self._measurer.request(r.MeasureFinger(held.pixels, held.ppi or 0))
            if not isinstance(answer, tuple):
                return None
            measures, held.template = answer
            return measures
        eye = position in EYES
        measures = self._measurer.request(r.MeasureIris(held.pixels) if eye else r.MeasureFace(held.pixels))
        held.template = self._answer(r.DescribeEye(held.pixels) if eye else r.DescribeFace(held.pixels), bytes)
        return measures if isinstance(measures, Measures) else None

    def _templates(self, effect: Compare | CompareEyes) -> tuple[bytes, tuple[bytes, ...]]:
        return self._template(effect.capture), tuple(self._template(capture) for capture in effect.against)

    def _template(self, capture: str) -> bytes:
        held = self._tray.get(capture)
        return (held.template if held else None) or b""

    def _answer(self, request: r.Request, kind: type[A]) -> A | None:
        """What the process answers; None where it failed or answered something else."""
        with suppress(MeasureFailed):
            answer = self._measurer.request(request)
            return answer if isinstance(answer, kind) else None
        return None


def _guiding(position: Position, frame: hal.Frame) -> r.Request | None:
    if position in EYES:
        return r.MeasureIris(frame.pixels, full=False)
    if position in FINGERS:
        return r.MeasureFinger(frame.pixels, frame.ppi or 0, full=False)
    return r.MeasureFace(frame.pixels, full=False) if position is Position.PORTRAIT else None


def _other_hand(hand: str | None, asked: tuple[Position, ...]) -> bool:
    """Whether four or fewer fingers of one hand have the lengths of the other; both thumbs tell nothing."""
    one_hand = any(set(asked) <= set(fingers) for fingers in HANDS)
    return one_hand and hand is not None and not asked[0].value.startswith(f"{hand.upper()}_")
