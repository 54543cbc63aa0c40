"""A child process for what cannot promise to return: event loops and libraries of makers. It can always be killed.

Both ends speak frames over one socket pair: two big-endian lengths, a JSON object, then raw bytes. The child finds the
number of its end as its last argument and leaves when that end is closed. It has no standard streams, so that nothing a
library prints reaches a log.
"""

import json
import os
import select
import socket
import struct
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hal.clock import Clock, Stop
from hal.errors import CaptureCancelled, DeviceFault, DeviceUnavailable, UnavailableReason

HEAD = struct.Struct(">II")  # bytes of JSON, bytes of body
MOST_JSON = 64 << 10
MOST_BODY = 64 << 20  # a 12-megapixel colour picture is 36 MB
CHUNK = 1 << 16  # a megabyte here costs a megabyte of zeroed buffer a read
REAP_S = 0.2  # a killed process is gone within milliseconds, unless a driver of the kernel holds it


@dataclass(frozen=True)
class Message:
    """What the child says: a JSON object and bytes that belong to it."""

    fields: Mapping[str, Any]
    body: bytes = b""

    def number(self, name: str, most: int) -> int:
        """A whole number from 0 to `most`. Raises DeviceFault."""
        value = self.fields.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            raise DeviceFault(f"the child process gave an impossible {name}")
        return value

    def text(self, name: str) -> str:
        """At most 200 characters. Raises DeviceFault."""
        value = self.fields.get(name, "")
        if not isinstance(value, str) or len(value) > 200:
            raise DeviceFault(f"the child process gave an impossible {name}")
        return value


class Unpacker:
    """Messages out of a stream of bytes that come in any pieces."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, more: bytes) -> None:
        """What was read."""
        self._bytes += more

    def take(self) -> Message | None:
        """The next message, or None while it is not complete. Raises DeviceFault where the bytes are none."""
        if len(self._bytes) < HEAD.size:
            return None
        json_bytes, body_bytes = HEAD.unpack_from(self._bytes)
        if json_bytes > MOST_JSON or body_bytes > MOST_BODY:
            raise DeviceFault("the child process sends what is no message")
        begin = HEAD.size + json_bytes
        end = begin + body_bytes
        if len(self._bytes) < end:
            return None
        fields = _json_object(bytes(self._bytes[HEAD.size : begin]))
        body = bytes(self._bytes[begin:end])
        del self._bytes[:end]
        return Message(fields, body)


def _json_object(text: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise DeviceFault("the child process sends what is no message")
    return fields


class Child:
    """One child process; used by one thread. After anything went wrong with it, it is dead and `alive` is False."""

    def __init__(self, command: Sequence[str], clock: Clock) -> None:
        """Start it. Raises DeviceUnavailable(LIBRARY_MISSING) when there is no such program."""
        self._clock = clock
        self._name = Path(command[0]).name
        self._heard = Unpacker()
        ours, theirs = socket.socketpair()
        try:
            self._process = subprocess.Popen(
                [*command, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,  # a key pressed on a console is not for it
            )
        except OSError as missing:
            ours.close()
            raise DeviceUnavailable(UnavailableReason.LIBRARY_MISSING, self._name) from missing
        finally:
            theirs.close()
        self._pidfd = os.pidfd_open(self._process.pid)
        ours.setblocking(False)
        self._socket: socket.socket | None = ours

    @property
    def alive(self) -> bool:
        """Whether it may still be spoken to."""
        return self._socket is not None

    def send(self, fields: Mapping[str, Any], body: bytes = b"") -> None:
        """Say something small; it never blocks. Raises DeviceUnavailable(LOST) when nobody listens any more."""
        if self._socket is None:
            raise self._lost()
        text = json.dumps(fields).encode()
        frame = HEAD.pack(len(text), len(body)) + text + body
        try:
            sent = self._socket.send(frame)
        except OSError as broken:
            self.kill()
            raise self._lost() from broken
        if sent < len(frame):  # it has not read for so long that the socket is full
            self.kill()
            raise self._lost()

    def receive(self, deadline: float, stop: Stop | None = None) -> Message | None:
        """The next message, or None at the deadline of the clock. Raises CaptureCancelled at the stop,
        DeviceUnavailable(LOST) when the child has ended, DeviceFault when it sends what is no message."""
        if stop is not None and stop.is_set():  # heard also where the child talks without a pause
            raise CaptureCancelled(self._name)
        while (message := self._next()) is None:
            if not self._readable(deadline, stop):
                return None
            self._read()
        return message

    def kill(self) -> None:
        """End it now, whatever it does; idempotent. Nothing of it stays: no process, no descriptor."""
        if self._socket is None:
            return
        self._socket.close()
        self._socket = None
        self._process.kill()
        select.select([self._pidfd], [], [], REAP_S)
        os.close(self._pidfd)
        if self._process.poll() is None:  # the kernel still holds it: somebody else waits, so that no zombie stays
            self._clock.spawn("reaper", self._collect)

    def leave(self, timeout_s: float) -> None:
        """Let it end by itself, so that it can put its device to rest, and kill it when it does not; idempotent."""
        if self._socket is None:
            return
        self._socket.shutdown(socket.SHUT_WR)
        select.select([self._pidfd], [], [], timeout_s)
        self.kill()

    def _collect(self) -> None:
        self._process.wait()

    def _readable(self, deadline: float, stop: Stop | None) -> bool:
        if self._socket is None:
            raise self._lost()
        left = deadline - self._clock.monotonic()
        readable, _, _ = select.select([self._socket, *([stop] if stop else [])], [], [], max(left, 0.0))
        if stop in readable:
            raise CaptureCancelled(self._name)
        return bool(readable)

    def _read(self) -> None:
        assert self._socket is not None
        try:
            read = self._socket.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            read = b""
        if not read:
            self.kill()
            raise self._lost()
        self._heard.feed(read)

    def _next(self) -> Message | None:
        try:
            return self._heard.take()
        except DeviceFault:
            self.kill()
            raise

    def _lost(self) -> DeviceUnavailable:
        return DeviceUnavailable(UnavailableReason.LOST, self._name)
