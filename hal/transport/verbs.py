"""A service of the box that answers fixed verbs on a socket, and who asks it: a line with a verb, a line of JSON."""

import json
import os
import socket
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hal.device import closed
from hal.errors import DeviceFault, DeviceUnavailable, UnavailableReason

LONGEST_LINE = 64
LONGEST_REPLY = 4096
WAITING_S = 5.0  # for the verb of whoever connects
CALLERS = 16  # who may wait: the worker of the port, and whoever refreshes the box

Verb = Callable[[], Mapping[str, Any]]


def listening(path: Path, owner: tuple[int, int]) -> socket.socket:
    """A socket at this path that `owner` (user, group) and root alone may open."""
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    old = os.umask(0o177)
    try:
        listener.bind(str(path))
    finally:
        os.umask(old)
    os.chown(path, *owner)
    listener.listen(CALLERS)
    return listener


def serve(listener: socket.socket, verbs: Mapping[bytes, Verb], may_ask: frozenset[int]) -> None:
    """Answer one caller after another, until the listener is closed. Users that may not ask are hung up on."""
    while True:
        try:
            caller, _ = listener.accept()
        except OSError:
            return
        with caller:
            if user(caller) in may_ask:
                answer(caller, verbs)


def answer(caller: socket.socket, verbs: Mapping[bytes, Verb]) -> None:
    """One line, one reply; what is no verb does nothing."""
    caller.settimeout(WAITING_S)
    try:
        line = caller.recv(LONGEST_LINE).strip()
        reply = _carried_out(verbs[line]) if line in verbs else {"fault": "no such verb"}
        caller.sendall(json.dumps(reply).encode() + b"\n")
    except OSError:  # whoever asked is gone
        return


def _carried_out(verb: Verb) -> Mapping[str, Any]:
    try:
        return verb()
    except DeviceUnavailable as gone:
        return {"unavailable": gone.reason.value}
    except (DeviceFault, OSError) as broken:
        return {"fault": str(broken)}


def user(caller: socket.socket) -> int:
    """Whose process is at the other end, as the kernel says."""
    told = caller.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return struct.unpack("3i", told)[1]


class Service:
    """The asking end, as a driver uses it. `name` stands in errors. A service that ended is LOST until opened again."""

    def __init__(self, path: Path, name: str) -> None:
        self._path, self._name = path, name
        self._opened = self._lost = False

    def open(self, verb: str, seconds: float) -> None:
        """It is open when it answers this verb. Raises DeviceUnavailable."""
        self._ask(verb, seconds)
        self._opened, self._lost = True, False

    def close(self) -> None:
        """Ask no more."""
        self._opened = self._lost = False

    def use(self, verb: str, seconds: float) -> dict[str, Any]:
        """What it says. DeviceUnavailable where it is not there or says so, DeviceFault for anything impossible."""
        if self._lost:
            raise DeviceUnavailable(UnavailableReason.LOST, self._name)
        if not self._opened:
            raise closed(self._name)
        return self._ask(verb, seconds)

    def _ask(self, verb: str, seconds: float) -> dict[str, Any]:
        told = self._told(verb, seconds)
        if "unavailable" in told:
            raise DeviceUnavailable(_reason(told["unavailable"]), self._name)
        if "fault" in told:
            raise DeviceFault(str(told["fault"]))
        return told

    def _told(self, verb: str, seconds: float) -> dict[str, Any]:
        try:
            with socket.socket(socket.AF_UNIX) as channel:
                channel.settimeout(seconds)
                channel.connect(str(self._path))
                channel.sendall(verb.encode() + b"\n")
                return self._reply(channel)
        except PermissionError as error:
            raise DeviceUnavailable(UnavailableReason.PERMISSION, self._name) from error
        except TimeoutError as error:
            raise DeviceFault(f"{self._name}: {verb} took longer than {seconds:.0f} s") from error
        except BlockingIOError as error:  # more callers wait than it holds
            raise DeviceUnavailable(UnavailableReason.BUSY, self._name) from error
        except OSError as error:
            self._lost = self._lost or self._opened
            reason = UnavailableReason.LOST if self._lost else UnavailableReason.ABSENT
            raise DeviceUnavailable(reason, self._name) from error

    def _reply(self, channel: socket.socket) -> dict[str, Any]:
        line = b""
        while not line.endswith(b"\n") and len(line) < LONGEST_REPLY:
            more = channel.recv(LONGEST_REPLY)
            if not more:
                raise ConnectionError(f"the {self._name} hung up")
            line += more
        try:
            told = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DeviceFault(f"{self._name}: not JSON") from error
        if not isinstance(told, dict):
            raise DeviceFault(f"{self._name}: not an object")
        return told


def _reason(told: object) -> UnavailableReason:
    try:
        return UnavailableReason(str(told))
    except ValueError:
        return UnavailableReason.ABSENT
