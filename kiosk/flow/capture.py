"""One attempt at a port: looks until the fast fold takes a frame, and posts one event. Runs on the port's worker."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import hal
from hal import Box, Clock, Stop
from kiosk.core.effects import Capture
from kiosk.core.events import Ability, Candidate, CaptureFailed, SessionEvent
from kiosk.core.judgement import Hint
from kiosk.core.measures import Measures, RestMeasures
from kiosk.core.quality import Look, Stream, watch, watch_rest
from kiosk.core.record import FINGERS, Position
from kiosk.flow import translate
from kiosk.flow.preview import Preview, View
from kiosk.flow.tray import Held, Tray

GLIMPSE_S = 2.0
CHECK_ONLY = "check-only"  # the reason of a sensor that may not enrol


class Glances(Protocol):
    """The cheap measures of a stream; None where nothing of its kind is measured, or it failed."""

    def frame(self, position: Position, frame: hal.Frame) -> Measures | None:
        """Of a person."""

    def rest(self, position: Position, frame: hal.Frame) -> RestMeasures | None:
        """Of an empty platen, or of a scanner with its illuminators off."""


@dataclass(frozen=True)
class _Taken:
    frames: tuple[hal.Frame, ...]
    noted: Hint | None


class Capturer:
    """Carries out Capture effects with the devices of the box."""

    def __init__(self, box: Box, clock: Clock, tray: Tray, preview: Preview, glances: Glances) -> None:
        self._box = box
        self._clock = clock
        self._tray = tray
        self._preview = preview
        self._glances = glances

    def attempt(self, effect: Capture, stop: Stop, post: Callable[[SessionEvent], None]) -> None:
        """One attempt; posts Candidate or CaptureFailed, and nothing after the stop."""
        try:
            device = self._lend(effect)
            if effect.enrol and translate.is_check_only(device):
                post(CaptureFailed(effect.ticket, CHECK_ONLY, device_gone=True))
                return
            taken = self._take(device, effect, stop)
            if effect.enrol and translate.is_check_only(device):  # some sensors tell what they are by their pictures
                post(CaptureFailed(effect.ticket, CHECK_ONLY, device_gone=True))
                return
        except hal.CaptureCancelled:
            return
        except hal.CaptureRetry as error:
            post(CaptureFailed(effect.ticket, error.reason.value))
        except hal.CaptureTimeout:
            post(CaptureFailed(effect.ticket, "timeout"))
        except hal.HalError:
            post(CaptureFailed(effect.ticket, "device", device_gone=True))
        else:
            origin = translate.origin(taken.frames[-1], device)
            post(Candidate(effect.ticket, self._tray.put(_held(taken.frames, effect)), origin, taken.noted))
        finally:
            self._preview.clear()

    def glimpse(self, stop: Stop) -> hal.Frame | None:
        """One frame of the camera in passing; None where it is not there, or nobody looks any more."""
        ask = hal.Ask((hal.Position.PORTRAIT,), timeout_s=GLIMPSE_S)
        with suppress(hal.HalError):
            for item in self._box.lend("camera").look(ask, stop):
                if isinstance(item, hal.Frame):
                    return item
        return None

    def _lend(self, effect: Capture) -> hal.CaptureDevice:
        port = translate.PORT_OF[effect.positions[0]]
        device = self._box.lend(port)
        if not isinstance(device, hal.CaptureDevice):
            raise hal.NotSupported(port)
        if len(effect.positions) > 1 and Ability.SLAP not in translate.device_seen(port, device).abilities:
            raise hal.NotSupported(f"{port}: one finger at a time")  # exchanged since the ask: the watch says so soon
        return device

    def _take(self, device: hal.CaptureDevice, effect: Capture, stop: Stop) -> _Taken:
        self._preview.show(View(hint=effect.hint))
        look = _Look(self._preview, self._glances, self._clock, effect)
        for item in device.look(translate.ask(effect), stop):
            taken = look.at(item)
            if taken:
                return _Taken(taken, look.stream.noted)
            if stop.is_set():
                raise hal.CaptureCancelled("stopped")
        if look.kept:  # a sensor may say that the finger left before it hands its picture over
            return _Taken(look.kept, look.stream.noted)
        raise hal.CaptureTimeout("the device ended without a picture")


def _held(frames: tuple[hal.Frame, ...], effect: Capture) -> Held:
    """One picture, or those of a slap that the device told apart."""
    if len(effect.positions) > 1 and _told_apart(frames[-1]):
        return Held(parts=tuple((Position(f.positions[0].value), _picture(f)) for f in frames))
    return _picture(frames[-1])


def _picture(frame: hal.Frame) -> Held:
    return Held(frame.pixels, frame.ppi, frame.original)


def _told_apart(frame: hal.Frame) -> bool:
    return len(frame.positions) == 1


class _Look:
    """One attempt while it lasts: what a device shows, the hint that fits it, and the best frame so far; of several
    fingers at once, one frame of all or one of each."""

    def __init__(self, preview: Preview, glances: Glances, clock: Clock, effect: Capture) -> None:
        self._preview, self._glances, self._clock = preview, glances, clock
        self._position, self._hint = effect.positions[0], effect.hint
        self._asked = frozenset(p.value for p in effect.positions)
        self._several = len(effect.positions) > 1
        self._touches = self._position in FINGERS
        self.kept: tuple[hal.Frame, ...] = ()
        self.stream = Stream()

    def at(self, item: hal.Presence | hal.Frame) -> tuple[hal.Frame, ...]:
        """What to take, once there is something."""
        if isinstance(item, hal.Presence):
            self._preview.show(View(hint=self._hint, touched=item is not hal.Presence.OFF))
            return self.kept if item is not hal.Presence.ON else ()
        if item.at_rest:
            self._rest(item)
        elif not item.positions or not self._asked.isdisjoint(p.value for p in item.positions):
            return self._person(item)
        return ()

    def _person(self, frame: hal.Frame) -> tuple[hal.Frame, ...]:
        if self._several:
            self._preview.show(View(frame.pixels, self._hint, touched=True))
            others = [f for f in self.kept if _told_apart(f) and f.positions != frame.positions]
            self.kept = (*others, frame) if _told_apart(frame) else (frame,)
            return ()
        if self._touches and not self.kept:
            self._preview.show(View(frame.pixels, self._hint, touched=True))
            self.kept = (frame,)  # one frame a touch is taken as it is; where another follows, the best is sought
            return ()
        return self._better(frame)

    def _rest(self, frame: hal.Frame) -> None:
        measures = self._glances.rest(self._position, frame)
        if measures is not None:
            self.stream = watch_rest(self.stream, self._position, measures)
        if self.stream.noted is not None:
            self._hint = self.stream.noted
            self._preview.show(View(hint=self._hint))

    def _better(self, frame: hal.Frame) -> tuple[hal.Frame, ...]:
        measures = self._glances.frame(self._position, frame)
        if measures is None:
            return (frame,)  # nothing of this kind is measured: a photo of both hands
        self.stream, look, hint = watch(self.stream, measures, self._clock.monotonic())
        self._preview.show(View(frame.pixels, hint, touched=self._touches))
        if look is Look.TAKE or (look is Look.TAKE_KEPT and not self.kept):
            return (frame,)
        self.kept = (frame,) if look is Look.KEEP else self.kept
        return self.kept if look is Look.TAKE_KEPT else ()
