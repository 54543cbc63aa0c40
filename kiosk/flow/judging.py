"""From captures in the tray to numbers: asks the measuring process, answers with events. On the measuring worker."""

import hal
from kiosk.core.effects import Compare, Judge
from kiosk.core.events import Compared, Judged
from kiosk.core.measures import Measures
from kiosk.core.record import EYES, FINGERS, Position
from kiosk.flow.measure import MeasureFailed, Measurer
from kiosk.flow.tray import Held, Tray
from kiosk.imaging.requests import Compare as CompareRequest
from kiosk.imaging.requests import MeasureFace, MeasureFinger, MeasureIris

PRINTS = frozenset({*FINGERS, Position.THUMB_PRINT})


class Judging:
    """Full measures, comparisons, and the cheap glance at a stream."""

    def __init__(self, tray: Tray, measurer: Measurer) -> None:
        self._tray = tray
        self._measurer = measurer

    def judge(self, effect: Judge) -> Judged:
        """The full measure of a capture; None where it cannot be measured, which costs this attempt only."""
        held = self._tray.get(effect.capture)
        try:
            return Judged(effect.ticket, self._measured(effect.position, held) if held else None)
        except MeasureFailed:
            return Judged(effect.ticket, None)

    def compare(self, effect: Compare) -> Compared:
        """One score for each; a print whose template is not there is like no other and scores 0."""
        held = self._tray.get(effect.capture)
        none = (0,) * len(effect.against)
        if held is None or held.template is None:
            return Compared(effect.ticket, none)
        others = tuple((other.template if (other := self._tray.get(c)) else None) or b"" for c in effect.against)
        try:
            scores = self._measurer.request(CompareRequest(held.template, others))
        except MeasureFailed:
            return Compared(effect.ticket, none)
        return Compared(effect.ticket, scores if isinstance(scores, tuple) else none)

    def glance(self, position: Position, frame: hal.Frame) -> Measures | None:
        """The measure of a stream's frame; None where nothing of its kind is measured (both hands), or it failed."""
        if position not in EYES and position is not Position.PORTRAIT:
            return None
        request = MeasureIris(frame.pixels) if position in EYES else MeasureFace(frame.pixels)
        try:
            answer = self._measurer.request(request)
        except MeasureFailed:
            return None
        return answer if isinstance(answer, Measures) else None

    def _measured(self, position: Position, held: Held) -> Measures | None:
        if held.pixels is None:
            return None
        if position in PRINTS:
            answer = self._measurer.request(MeasureFinger(held.pixels, held.ppi or 0))
            if not isinstance(answer, tuple):
                return None
            measures, held.template = answer
            return measures
        request = MeasureIris(held.pixels) if position in EYES else MeasureFace(held.pixels)
        answer = self._measurer.request(request)
        return answer if isinstance(answer, Measures) else None
