"""ZFM-20, R30x, AS608 and R503: cheap serial fingerprint modules, behind whatever USB bridge they came with."""

from collections.abc import Iterator
from dataclasses import replace
from math import inf

import numpy as np

from hal.clock import Clock, Stop
from hal.device import closed
from hal.errors import (
    CaptureCancelled,
    CaptureRetry,
    CaptureTimeout,
    DeviceFault,
    DeviceUnavailable,
    HalError,
    NotSupported,
    RetryReason,
    UnavailableReason,
)
from hal.fingerprint import FingerprintReader
from hal.fingerprint.r30x_module import RATES, Module, Said
from hal.standin import Stage
from hal.transport.serial import open_wire, serial_ports
from hal.transport.turn import Turn
from hal.values import Ask, DeviceIdentity, Frame, Impression, Position, Presence, Sensor, Source, Use

FINGERS = tuple(Position)[:10]
POLL_S = 0.1  # between looks at an empty platen
SETTLE_S = 0.1  # a finger that just touched has not yet met the platen everywhere
LEVEL = 17  # 4 bits to 8: 15 x 17 = 255
# Bytes of a picture: rows, columns, ppi as the makers' manuals state it. Two pixels a byte, the left one high.
SHAPES = {36_864: (288, 256, 500), 18_432: (192, 192, 508)}  # ZFM-20/R30x/AS608, R503


class R30xFingerprint(FingerprintReader):
    """One finger at a time, good for checking who somebody is and for training, not for enrolment: 16 grey levels."""

    MAKE = "ZhianTec or Grow"
    MODEL = "ZFM-20/R30x/AS608/R503"
    USB_IDS = ("10c4:ea60", "1a86:7523", "0403:6001")  # CP210x, CH340, FT232: serial bridges, of which it is asked
    SENSOR = Sensor(500, "the maker's manual, nominal", 16, (13.0, 14.6), "", Use.CHECK_ONLY)  # 256 x 288 at 500 ppi

    def __init__(self, clock: Clock, stage: Stage) -> None:
        self._clock = clock
        self._stage = stage
        self._module: Module | None = None
        self._turn = Turn()
        self._sensor = self.SENSOR
        self._lost = False
        self._busy = False  # something may still be under way
        self._taken = False  # a finger that was read still lies there

    @property
    def identity(self) -> DeviceIdentity:
        return DeviceIdentity("fingerprint", "r30x", self.MAKE, self.MODEL)

    @property
    def sensor(self) -> Sensor:
        return self._sensor

    def open(self) -> None:
        if self._is_there():
            return
        try:
            self._module = self._found()
        except DeviceUnavailable as missing:
            if self._lost and missing.reason is UnavailableReason.ABSENT:
                raise DeviceUnavailable(UnavailableReason.LOST, "fingerprint") from missing
            raise
        self._lost = self._busy = self._taken = False

    def close(self) -> None:
        if self._module is not None:
            self._module.wire.close()
            self._module = None
        self._lost = False

    def look(self, ask: Ask, stop: Stop) -> Iterator[Presence | Frame]:
        self._opened()
        wanted = next((p for p in ask.positions if p in FINGERS and p not in ask.missing), None)
        if wanted is None:
            raise NotSupported("fingerprint: shows nothing of this ask")
        return self._look(wanted, stop, self._clock.monotonic() + ask.timeout_s)

    def _look(self, wanted: Position, stop: Stop, deadline: float) -> Iterator[Presence | Frame]:
        done = False
        try:
            with self._turn.mine("fingerprint"):
                if self._busy:
                    self._opened().quiet(stop, deadline)
                yield from self._touch(wanted, stop, deadline)
            done = True
        except DeviceUnavailable as gone:
            if gone.reason is UnavailableReason.LOST:
                self._lose()
            raise
        finally:
            self._busy = not done

    def _touch(self, wanted: Position, stop: Stop, deadline: float) -> Iterator[Presence | Frame]:
        if self._taken:  # a look was left before its finger was lifted: the same touch is not taken twice
            self._until(Said.NO_FINGER, stop, deadline)
        self._taken = False
        self._until(Said.OK, stop, deadline)
        yield Presence.ON
        self._pass(SETTLE_S, stop, deadline)
        if self._opened().finger(stop) is not Said.OK:
            raise CaptureRetry(RetryReason.LIFTED_EARLY)
        packed = self._opened().picture(stop, deadline)
        self._taken = True
        yield self._frame(packed, wanted)
        yield Presence.TAKEN
        self._until(Said.NO_FINGER, stop, inf)  # a finger once read may leave the platen in its own time
        self._taken = False
        yield Presence.OFF

    def _until(self, said: Said, stop: Stop, deadline: float) -> None:
        while self._opened().finger(stop) is not said:
            self._pass(POLL_S, stop, deadline)

    def _is_there(self) -> bool:
        """Whether the module that was found may still be used; a look that runs finds out by itself."""
        with self._turn.if_free() as free:
            if free and self._module is not None and not self._module.wire.there():
                self._lose()
        return self._module is not None

    def _lose(self) -> None:
        module, self._module, self._lost = self._module, None, True
        if module is not None:
            module.wire.close()

    def _opened(self) -> Module:
        if self._module is None:
            raise DeviceUnavailable(UnavailableReason.LOST, "fingerprint") if self._lost else closed("fingerprint")
        return self._module

    def _pass(self, seconds: float, stop: Stop, deadline: float) -> None:
        left = deadline - self._clock.monotonic()
        if self._clock.wait(min(seconds, left), stop):
            raise CaptureCancelled("fingerprint")
        if seconds >= left:
            raise CaptureTimeout("fingerprint")

    def _frame(self, packed: bytes, position: Position) -> Frame:
        if len(packed) not in SHAPES:
            raise DeviceFault(f"a picture of {len(packed)} bytes is none that this family takes")
        rows, columns, ppi = SHAPES[len(packed)]
        pairs = np.frombuffer(packed, np.uint8)
        pixels = np.empty((rows, columns), np.uint8)
        pixels[:, 0::2] = (pairs >> 4).reshape(rows, -1) * LEVEL
        pixels[:, 1::2] = (pairs & 15).reshape(rows, -1) * LEVEL
        self._sensor = replace(self.SENSOR, ppi=ppi)
        source = min(Source.REAL, self._opened().wire.source)
        return Frame(pixels, (position,), self.identity, source, ppi, Impression.LIVE_SCAN_PLAIN)

    def _found(self) -> Module:
        """The first port behind which a module takes the password check."""
        refusals: list[HalError] = []
        ports = (*self._stage.wiring.serial, *serial_ports(self.USB_IDS))
        for path in dict.fromkeys(port.resolve() for port in ports):
            try:
                wire = open_wire(path, RATES[0], self._clock, self._stage.keep)
            except HalError as refusal:
                refusals.append(refusal)
                continue
            module = Module(wire, self._clock)
            try:
                module.find(Stop())
            except HalError as refusal:
                wire.close()
                if self._stage.keep:  # what is kept is the module's, wherever it is found
                    self._stage.keep.unlink()
                refusals.append(refusal)
            else:
                return module
        for refusal in refusals:
            if isinstance(refusal, DeviceUnavailable) and refusal.reason is not UnavailableReason.ABSENT:
                raise refusal
        raise DeviceUnavailable(UnavailableReason.ABSENT, "fingerprint") from (refusals[0] if refusals else None)
