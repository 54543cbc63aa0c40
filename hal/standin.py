"""What all stand-ins for hardware share: the stage they sense, opening without hardware, and the pace of a person."""

from __future__ import annotations

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from hal.clock import Clock, Stop
from hal.device import CaptureDevice, Device, closed
from hal.errors import CaptureCancelled, CaptureRetry, CaptureTimeout, NotSupported, RetryReason
from hal.faults import Faults
from hal.values import Ask, DeviceIdentity, Frame, Impression, Position, Presence, Source
from hal.wiring import Wiring

if TYPE_CHECKING:  # the world needs OpenCV, the folder Pillow; a box of real devices has to start without them
    from hal.transport.recorded import ImageFolder
    from hal.world.stage import World

Picture = NDArray[np.uint8]

PLACE_S = 0.8  # from the ask to a finger on the platen
READ_S = 0.3  # from ON to the picture
LIFT_S = 0.4  # from TAKEN to an empty platen
FRAME_S = 0.1  # between the frames of a stream


@dataclass
class Stage:
    """What devices meet in this box: real ones its `wiring`, stand-ins whoever stands there.

    Simulated drivers sense the `world`, recorded ones the `folder` of whoever stands there (None: nobody). What is
    `held` up (height x width x 3 RGB, a printed card) hides everything else from every camera. `faults` by port.
    What passes over a real device's wire is written to the new file `keep`, as plain as it is: for the workshop alone,
    so that no config can say it.
    """

    world: World | None = None
    folder: ImageFolder | None = None
    held: Picture | None = None
    faults: defaultdict[str, Faults] = field(default_factory=lambda: defaultdict(Faults))
    wiring: Wiring = field(default_factory=Wiring)
    keep: Path | None = None


@dataclass(frozen=True, eq=False)
class Touch:
    """What a person does with a platen: nothing (no picture), or a finger, perhaps taken away too soon; `residue` is
    what the empty platen showed before."""

    picture: Picture | None
    lifted_early: bool = False
    residue: Picture | None = None


class StandIn(Device):
    """A device of software; it never calls itself real."""

    MAKE: ClassVar[str] = "Jemput"
    PORT: ClassVar[str]
    DRIVER: ClassVar[str]
    SOURCE: ClassVar[Source] = Source.SIMULATED

    def __init__(self, clock: Clock, stage: Stage) -> None:
        self.faults = stage.faults[self.PORT]
        self._clock = clock
        self._stage = stage
        self._opened = False

    @property
    def identity(self) -> DeviceIdentity:
        return DeviceIdentity(self.PORT, self.DRIVER, self.MAKE, self.MODEL)

    def open(self) -> None:
        if not self._opened:
            self.faults.meet("open")
            self._opened = True

    def close(self) -> None:
        self._opened = False

    def _begin(self, action: str) -> None:
        """Every method starts here."""
        self._meet(action)
        if not self._opened:
            raise closed(self.PORT)

    def _meet(self, action: str) -> None:
        """Raise the fault that is due; who was pulled out has to be opened again."""
        try:
            self.faults.meet(action)
        finally:
            self._opened = self._opened and not self.faults.lost

    def _pass(self, seconds: float, stop: Stop, deadline: float) -> None:
        """Let a person take their time. Raises CaptureCancelled at the stop, CaptureTimeout at the deadline."""
        left = deadline - self._clock.monotonic()
        if self._clock.wait(min(seconds, left), stop):
            raise CaptureCancelled(self.PORT)
        if seconds >= left:
            raise CaptureTimeout(self.PORT)
        self._meet("wait")
        if not self._opened:
            raise closed(self.PORT)


class CaptureStandIn(StandIn, CaptureDevice):
    """A stand-in that looks at a person."""

    SHOWS: ClassVar[tuple[Position, ...]]  # what it can be asked for
    PPI: ClassVar[int | None] = None
    IMPRESSION: ClassVar[Impression] = Impression.UNKNOWN

    def look(self, ask: Ask, stop: Stop) -> Iterator[Presence | Frame]:
        self._begin("look")
        wanted = tuple(p for p in ask.positions if p in self.SHOWS and p not in ask.missing)
        if not wanted:
            raise NotSupported(f"{self.PORT}: shows nothing of this ask")
        return self._see(wanted, stop, self._clock.monotonic() + ask.timeout_s)

    @abstractmethod
    def _see(self, wanted: tuple[Position, ...], stop: Stop, deadline: float) -> Iterator[Presence | Frame]:
        """The look itself."""

    def _frame(self, picture: Picture, position: Position) -> Frame:
        return Frame(picture, (position,), self.identity, self.SOURCE, self.PPI, self.IMPRESSION)


class TouchStandIn(CaptureStandIn):
    """A platen: a look is one touch. One that takes slaps shows all that is asked, any other the first of it."""

    PPI: ClassVar[int | None] = 500
    SLAPS: ClassVar[bool] = False

    @abstractmethod
    def _touch(self, position: Position) -> Touch | None:
        """What whoever stands there does now; None while nobody stands there."""

    def _touch_all(self, wanted: tuple[Position, ...]) -> Touch | None:
        """The same with several fingers at once."""
        return self._touch(wanted[0])

    def _see(self, wanted: tuple[Position, ...], stop: Stop, deadline: float) -> Iterator[Presence | Frame]:
        touch = None
        while touch is None:
            self._pass(PLACE_S, stop, deadline)
            touch = self._touch_all(wanted)
        if touch.residue is not None:
            yield replace(self._frame(touch.residue, wanted[0]), positions=(), at_rest=True)
        if touch.picture is None:
            self._pass(inf, stop, deadline)
            return
        yield Presence.ON
        self._meet("capture")
        self._pass(READ_S, stop, deadline)
        if touch.lifted_early:
            raise CaptureRetry(RetryReason.LIFTED_EARLY)
        yield replace(self._frame(touch.picture, wanted[0]), positions=wanted if self.SLAPS else wanted[:1])
        yield Presence.TAKEN
        self._pass(LIFT_S, stop, inf)  # a finger once read may leave the platen in its own time
        yield Presence.OFF


class StreamStandIn(CaptureStandIn):
    """A sensor that streams: what is asked for takes turns, a frame each."""

    @abstractmethod
    def _view(self, position: Position) -> Callable[[int], Picture | None]:
        """One attempt at one position: the picture of a frame by its number, or None where there is nothing to see."""

    def _at_rest(self, position: Position) -> Picture | None:
        """What it sees with its illuminators off, where it can switch them off."""
        return None

    def _see(self, wanted: tuple[Position, ...], stop: Stop, deadline: float) -> Iterator[Presence | Frame]:
        resting = self._at_rest(wanted[0])
        if resting is not None:
            self._pass(FRAME_S, stop, deadline)
            yield replace(self._frame(resting, wanted[0]), positions=(), at_rest=True)
        views = [(position, self._view(position)) for position in wanted]
        begun = False
        for number in count():
            pictures = [(position, picture) for position, view in views if (picture := view(number)) is not None]
            for position, picture in pictures:
                self._pass(FRAME_S, stop, deadline)
                if begun:
                    self._meet("capture")
                begun = True
                yield self._frame(picture, position)
            if not pictures:
                self._pass(FRAME_S, stop, deadline)
