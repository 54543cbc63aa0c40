"""What a serial driver talks through: a wire of bytes, how its traffic is kept, and how it is replayed.

A kept wire is a text file. Its first line is `wire <source> <baud>`, every other one `<seconds> <direction> <hex>`: `>`
what the driver wrote, `<` what it read, `=` the baud rate from then on.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, TextIO

from hal.clock import Clock, Stop
from hal.errors import CaptureCancelled, DeviceFault, DeviceUnavailable, UnavailableReason
from hal.values import Source

MOST_FILE = 64 << 20  # a 7 s picture is 100 kB of hex
_HEAD = re.compile(r"wire (simulated|recorded|real) ([1-9][0-9]{2,6})")
_LINE = re.compile(r"([0-9]{1,6}\.[0-9]{6}) ([<>=]) ([0-9a-f]{2,131072}|[1-9][0-9]{2,6})")


class Wire(ABC):
    """An open serial line, used by one thread. Whoever cannot go on raises DeviceUnavailable(LOST) and nothing else."""

    source: Source  # what comes through it can be at most this real

    @abstractmethod
    def write(self, data: bytes, stop: Stop, deadline: float) -> None:
        """Send all of it by the deadline (monotonic). Raises CaptureCancelled at the stop, DeviceFault at the deadline:
        the line takes nothing."""

    @abstractmethod
    def read(self, most: int, stop: Stop, deadline: float) -> bytes:
        """What is there now, or the first bytes to come, at most so many; empty when nothing came by the deadline.
        Raises CaptureCancelled at the stop."""

    @abstractmethod
    def baud(self, rate: int) -> None:
        """Bytes travel at this rate from now on; what is under way is dropped."""

    def there(self) -> bool:
        """Whether the line is still plugged in, without a byte on it."""
        return True

    @abstractmethod
    def close(self) -> None:
        """Idempotent."""


class KeptWire(Wire):
    """Writes down what passes through another wire. What it keeps is as personal as what passed."""

    def __init__(self, wire: Wire, path: Path, rate: int, clock: Clock) -> None:
        """Raises DeviceFault where the file cannot be made anew."""
        self.source = wire.source
        self._wire = wire
        self._clock = clock
        self._began = clock.monotonic()
        try:
            self._file: TextIO = path.open("x", encoding="ascii")
        except OSError as error:
            raise DeviceFault("recording: the file exists or cannot be made") from error
        self._file.write(f"wire {wire.source.name.lower()} {rate}\n")

    def write(self, data: bytes, stop: Stop, deadline: float) -> None:
        self._wire.write(data, stop, deadline)
        self._keep(">", data.hex())

    def read(self, most: int, stop: Stop, deadline: float) -> bytes:
        data = self._wire.read(most, stop, deadline)
        if data:
            self._keep("<", data.hex())
        return data

    def baud(self, rate: int) -> None:
        self._wire.baud(rate)
        self._keep("=", str(rate))

    def there(self) -> bool:
        return self._wire.there()

    def close(self) -> None:
        self._wire.close()
        with suppress(OSError):  # a full disk was told when it was written to
            self._file.close()

    def _keep(self, direction: str, what: str) -> None:
        try:
            self._file.write(f"{self._clock.monotonic() - self._began:.6f} {direction} {what}\n")
        except OSError as full:
            raise DeviceFault("recording: cannot be written") from full


class _Passed(NamedTuple):
    at_s: float
    direction: str
    what: str


class RecordedWire(Wire):
    """Replays a kept wire, in its own time, to a driver that says the same again. At its end the device is lost."""

    def __init__(self, path: Path, clock: Clock) -> None:
        """Raises DeviceUnavailable(ABSENT) without the file, DeviceFault when it is no kept wire."""
        origin, self._lines = _parsed(path)
        self.source = min(Source.RECORDED, origin)
        self._clock = clock
        self._last_s = 0.0
        self._rest = b""

    def write(self, data: bytes, stop: Stop, deadline: float) -> None:
        self._rest = b""
        while self._lines and self._lines[0].direction == "<":
            self._lines.popleft()  # what the driver did not care to read
        self._expect(">", data.hex())

    def read(self, most: int, stop: Stop, deadline: float) -> bytes:
        if not self._rest:
            if not self._lines:
                raise DeviceUnavailable(UnavailableReason.LOST, "end of the recording")
            if self._lines[0].direction != "<":
                self._wait(deadline - self._clock.monotonic(), stop)
                return b""
            line = self._lines.popleft()
            self._wait(line.at_s - self._last_s, stop)
            self._last_s, self._rest = line.at_s, bytes.fromhex(line.what)
        given, self._rest = self._rest[:most], self._rest[most:]
        return given

    def baud(self, rate: int) -> None:
        self._rest = b""
        self._expect("=", str(rate))

    def close(self) -> None:
        self._lines.clear()

    def _expect(self, direction: str, what: str) -> None:
        if not self._lines:
            raise DeviceUnavailable(UnavailableReason.LOST, "end of the recording")
        line = self._lines.popleft()
        if (line.direction, line.what) != (direction, what):
            raise DeviceFault("recording: the driver says something else than it did then")
        self._last_s = line.at_s

    def _wait(self, seconds: float, stop: Stop) -> None:
        if self._clock.wait(seconds, stop):
            raise CaptureCancelled("serial")


def _parsed(path: Path) -> tuple[Source, deque[_Passed]]:
    try:
        if path.stat().st_size > MOST_FILE:
            raise DeviceFault("recording: too large")
        head, *lines = path.read_text(encoding="ascii").splitlines()
    except FileNotFoundError as missing:
        raise DeviceUnavailable(UnavailableReason.ABSENT, "recording") from missing
    except (OSError, ValueError) as broken:
        raise DeviceFault("recording: not a kept wire") from broken
    known, passed = _HEAD.fullmatch(head), [_LINE.fullmatch(line) for line in lines]
    if known is None or None in passed:
        raise DeviceFault("recording: not a kept wire")
    found = deque(_Passed(float(m[1]), m[2], m[3]) for m in passed if m)
    if any(p.direction != "=" and len(p.what) % 2 for p in found):
        raise DeviceFault("recording: not a kept wire")
    return Source[known[1].upper()], found
