"""HTTP/1.1 to a service on this machine's loopback: any verb, one request a connection, bounded in size and time.

Not for the network: it speaks to 127.0.0.1 alone, follows no redirect, keeps no cookie. The standard library's client
cannot be stopped while it waits, so this one waits in a `select` that includes the stop.
"""

import errno
import select
import socket
from collections.abc import Iterator, Mapping
from typing import Self

from hal.clock import Clock, Stop
from hal.errors import CaptureCancelled, DeviceFault, DeviceUnavailable, UnavailableReason

HOST = "127.0.0.1"
MOST_HEAD = 16 << 10
CHUNK = 1 << 16
MOST_CHUNK_LINE = 80  # a length in hexadecimal, with extensions nobody uses


class TookTooLong(Exception):
    """The deadline came before the answer; the caller knows what that means."""


class Exchange:
    """One request and its answer; closed when left."""

    def __init__(self, port: int, clock: Clock, deadline: float, stop: Stop | None) -> None:
        """Connect. Raises DeviceUnavailable(ABSENT) when nobody listens there."""
        self._clock = clock
        self._deadline = deadline
        self._stop = stop
        self._port = port
        self._buffer = bytearray()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        try:
            self._connect()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up; idempotent."""
        self._socket.close()

    def ask(self, verb: str, path: str, body: bytes, caller: str) -> tuple[int, dict[str, str]]:
        """Send the request; the status of its answer, 200 or an error of 400 and more, and its headers, names in small
        letters. Raises DeviceFault for any other, redirects included, and DeviceUnavailable(LOST) when the service ends
        before its answer does."""
        head = (
            f"{verb} {path} HTTP/1.1\r\nHost: {HOST}:{self._port}\r\nEXT: {caller}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        self._send(head.encode("ascii") + body)
        lines = self._until(b"\r\n\r\n", MOST_HEAD).split(b"\r\n")
        return _status(lines[0]), _headers(lines[1:])

    def body(self, headers: Mapping[str, str], most: int) -> bytes:
        """The whole answer. Raises DeviceFault when it is longer than `most`."""
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return b"".join(self._chunks(most))
        if "content-length" not in headers:
            return self._to_the_end(most)
        length = headers["content-length"]
        if not length.isascii() or not length.isdigit() or len(length) > 9 or int(length) > most:
            raise DeviceFault(f"the service announces an answer of more than {most} bytes")
        return self.take(int(length))

    def take(self, count: int) -> bytes:
        """Exactly so many bytes."""
        while len(self._buffer) < count:
            self._more()
        return self._cut(count)

    def line(self, most: int) -> bytes:
        """The bytes before the next line end. Raises DeviceFault when the line is longer."""
        return self._until(b"\r\n", most)

    def _chunks(self, most: int) -> Iterator[bytes]:
        left = most
        while True:
            size = self.line(MOST_CHUNK_LINE).partition(b";")[0].strip()
            if not size.isalnum() or len(size) > 8:
                raise DeviceFault("the service sends a broken chunk")
            try:
                count = int(size, 16)
            except ValueError:
                raise DeviceFault("the service sends a broken chunk") from None
            left -= count
            if left < 0:
                raise DeviceFault(f"the service answers with more than {most} bytes")
            yield self.take(count)
            if self.line(MOST_CHUNK_LINE):
                raise DeviceFault("the service sends a broken chunk")
            if not count:
                return

    def _to_the_end(self, most: int) -> bytes:
        while len(self._buffer) <= most:
            if not self._read():
                return self._cut(len(self._buffer))
        raise DeviceFault(f"the service answers with more than {most} bytes")

    def _until(self, mark: bytes, most: int) -> bytes:
        searched = 0
        while (at := self._buffer.find(mark, searched)) < 0:
            if len(self._buffer) > most:
                raise DeviceFault("the service answers with no HTTP")
            searched = max(len(self._buffer) - len(mark) + 1, 0)
            self._more()
        if at > most:
            raise DeviceFault("the service answers with no HTTP")
        found = self._cut(at)
        self._cut(len(mark))
        return found

    def _cut(self, count: int) -> bytes:
        cut = bytes(self._buffer[:count])
        del self._buffer[:count]
        return cut

    def _more(self) -> None:
        if not self._read():
            raise DeviceUnavailable(UnavailableReason.LOST, "device service: cut its answer short")

    def _read(self) -> bool:
        """More bytes into the buffer; False at the end."""
        self._wait([self._socket], [])
        try:
            read = self._socket.recv(CHUNK)
        except BlockingIOError:
            return True
        except OSError as broken:
            raise DeviceUnavailable(UnavailableReason.LOST, "device service") from broken
        self._buffer += read
        return bool(read)

    def _connect(self) -> None:
        code = self._socket.connect_ex((HOST, self._port))
        if code == errno.EINPROGRESS:
            self._wait([], [self._socket])
            code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise DeviceUnavailable(UnavailableReason.ABSENT, "device service")

    def _send(self, request: bytes) -> None:
        left = memoryview(request)
        while left:
            self._wait([], [self._socket])
            try:
                left = left[self._socket.send(left) :]
            except BlockingIOError:
                continue
            except OSError as broken:
                raise DeviceUnavailable(UnavailableReason.LOST, "device service") from broken

    def _wait(self, reading: list[socket.socket], writing: list[socket.socket]) -> None:
        left = self._deadline - self._clock.monotonic()
        watched = [*reading, self._stop] if self._stop else reading
        readable, writable, _ = select.select(watched, writing, [], max(left, 0.0))
        if self._stop is not None and self._stop in readable:
            raise CaptureCancelled("device service")
        if not readable and not writable:
            raise TookTooLong


def _status(line: bytes) -> int:
    parts = line.split(b" ", 2)
    if len(parts) < 2 or parts[0] not in (b"HTTP/1.1", b"HTTP/1.0") or not parts[1].isdigit() or len(parts[1]) != 3:
        raise DeviceFault("the service answers with no HTTP")
    status = int(parts[1])
    if status != 200 and status < 400:
        raise DeviceFault(f"the service answers with HTTP {status}")
    return status


_ONCE = ("content-length", "transfer-encoding", "content-type")  # twice would be two readings of one answer


def _headers(lines: list[bytes]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        key = name.decode("latin-1").strip().lower()
        if not colon or not key or (key in headers and key in _ONCE):
            raise DeviceFault("the service answers with no HTTP")
        headers[key] = value.decode("latin-1").strip()
    return headers
