"""One attempt at a port: looks until the fast fold takes a frame, and posts one event. Runs on the port's worker."""

from collections.abc import Callable, Iterator

import hal
from hal import Box, Clock, Stop
from kiosk.core.effects import Capture
from kiosk.core.events import Candidate, CaptureFailed, SessionEvent
from kiosk.core.judgement import Hint
from kiosk.core.measures import Measures
from kiosk.core.quality import Look, Stream, watch
from kiosk.core.record import Position
from kiosk.flow import translate
from kiosk.flow.preview import Preview, View
from kiosk.flow.tray import Held, Tray

Glance = Callable[[Position, hal.Frame], Measures | None]


class Capturer:
    """Carries out Capture effects with the devices of the box."""

    def __init__(self, box: Box, clock: Clock, tray: Tray, preview: Preview, glance: Glance) -> None:
        self._box = box
        self._clock = clock
        self._tray = tray
        self._preview = preview
        self._glance = glance

    def attempt(self, effect: Capture, stop: Stop, post: Callable[[SessionEvent], None]) -> None:
        """One attempt; posts Candidate or CaptureFailed, and nothing after the stop."""
        try:
            frame = self._take(effect, stop)
        except hal.CaptureCancelled:
            return
        except hal.CaptureRetry as error:
            post(CaptureFailed(effect.ticket, error.reason.value))
        except hal.CaptureTimeout:
            post(CaptureFailed(effect.ticket, "timeout"))
        except hal.HalError:
            post(CaptureFailed(effect.ticket, "device", device_gone=True))
        else:
            held = Held(frame.pixels, frame.ppi, frame.original)
            post(Candidate(effect.ticket, self._tray.put(held), translate.origin(frame)))
        finally:
            self._preview.clear()

    def _take(self, effect: Capture, stop: Stop) -> hal.Frame:
        position = effect.positions[0]
        device = self._box.lend(translate.PORT_OF[position])
        if not isinstance(device, hal.CaptureDevice):
            raise hal.NotSupported(translate.PORT_OF[position])
        self._preview.show(View(hint=effect.hint))
        seen = device.look(translate.ask(effect), stop)
        if position in translate.FINGERS:
            return self._first_frame(seen, effect.hint)
        return self._best_frame(seen, position, stop)

    def _first_frame(self, seen: Iterator[hal.Presence | hal.Frame], hint: Hint) -> hal.Frame:
        for item in seen:
            if isinstance(item, hal.Frame):
                self._preview.show(View(item.pixels, hint, touched=True))
                return item
            self._preview.show(View(hint=hint, touched=item is not hal.Presence.OFF))
        raise hal.CaptureTimeout("the sensor ended without a picture")

    def _best_frame(self, seen: Iterator[hal.Presence | hal.Frame], position: Position, stop: Stop) -> hal.Frame:
        stream, kept = Stream(), None
        for frame in (item for item in seen if isinstance(item, hal.Frame)):
            measures = self._glance(position, frame)
            if measures is None:
                return frame  # nothing of this kind is measured: a photo of both hands
            stream, look, hint = watch(stream, measures, self._clock.monotonic())
            self._preview.show(View(frame.pixels, hint))
            if look is Look.TAKE:
                return frame
            if look is Look.TAKE_KEPT:
                return frame if kept is None else kept
            kept = frame if look is Look.KEEP else kept
            if stop.is_set():
                raise hal.CaptureCancelled("stopped")
        raise hal.CaptureTimeout("the stream ended without a picture")
