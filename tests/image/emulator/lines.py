"""What a machine says on a serial line, as it comes: lines to wait for, each with what was true when it was read."""

import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|\][^\x07]*\x07|[()][0-9A-B]|[=>78M])")
PIECE = 1 << 16


@dataclass(frozen=True)
class Line:
    """Its text without colours, and what `mark` told when it had been read."""

    text: str
    mark: int


class Lines:
    """One line of a machine, kept in a file as well. `mark` is asked once for every piece that arrives."""

    def __init__(self, channel: socket.socket, log: Path, mark: Callable[[], int] = lambda: 0) -> None:
        self._channel, self._mark = channel, mark
        self._log = log.open("wb")
        self._lines: list[Line] = []
        self._came = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._read, name=log.stem, daemon=True)
        self._thread.start()

    @property
    def lines(self) -> tuple[Line, ...]:
        """All that came so far."""
        with self._came:
            return tuple(self._lines)

    def send(self, text: str) -> None:
        """Type something."""
        self._channel.sendall(text.encode())

    def wait(self, pattern: str, within_s: float, after: int = 0) -> tuple[int, re.Match[str]]:
        """The first line that the pattern is found in, counted from `after`: its number and the match. Raises
        TimeoutError, and EOFError where the machine ended before."""
        wanted, at, until = re.compile(pattern), after, time.monotonic() + within_s
        with self._came:
            while True:
                for number in range(at, len(self._lines)):
                    if found := wanted.search(self._lines[number].text):
                        return number, found
                at = max(at, len(self._lines))
                if self._ended:
                    raise EOFError(f"the machine ended without saying {pattern!r}; {self._last()}")
                if not self._came.wait(until - time.monotonic()):
                    raise TimeoutError(f"nothing like {pattern!r} within {within_s:.0f} s; {self._last()}")

    def close(self) -> None:
        """After the machine has ended: whatever was still under way has come."""
        self._thread.join()
        self._channel.close()
        self._log.close()

    def _last(self) -> str:
        return "last said: " + " | ".join(line.text for line in self._lines[-3:])

    def _read(self) -> None:
        rest = b""
        while piece := self._piece():
            self._log.write(piece)
            self._log.flush()
            mark = self._mark()
            *whole, rest = (rest + piece).split(b"\n")
            if whole:
                self._say([Line(_plain(line), mark) for line in whole])
        with self._came:
            if rest:
                self._lines.append(Line(_plain(rest), self._mark()))
            self._ended = True
            self._came.notify_all()

    def _say(self, lines: list[Line]) -> None:
        with self._came:
            self._lines += lines
            self._came.notify_all()

    def _piece(self) -> bytes:
        try:
            return self._channel.recv(PIECE)
        except OSError:  # reset by a machine that was cut off
            return b""


def _plain(line: bytes) -> str:
    return ESCAPES.sub("", line.decode(errors="replace")).replace("\r", "")
