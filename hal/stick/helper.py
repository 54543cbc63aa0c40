"""The stick helper: a service of its own, the only part of a box that may mount. `python -m hal.stick.helper --help`.

It listens on a socket that only the kiosk's user may open and knows four verbs without arguments: status, mount,
settle, release. A line with a verb is answered by a line of JSON.
"""

import argparse
import json
import os
import pwd
import signal
import socket
import struct
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hal.errors import DeviceFault, DeviceUnavailable
from hal.stick.mounting import Sticks
from hal.values import Mounted, StickStatus

LONGEST_LINE = 64
WAITING_S = 5.0  # for the verb of whoever connects
CALLERS = 16  # who may wait: the worker of the port, and whoever refreshes the box


def serve(listener: socket.socket, sticks: Sticks, may_ask: frozenset[int]) -> None:
    """Answer one caller after another, until the listener is closed."""
    verbs: dict[bytes, Callable[[], StickStatus | Mounted | None]] = {
        b"status": sticks.status,
        b"mount": sticks.mount,
        b"settle": sticks.settle,
        b"release": sticks.release,
    }
    while True:
        try:
            caller, _ = listener.accept()
        except OSError:
            return
        with caller:
            if _user(caller) in may_ask:
                _answer(caller, verbs)


def _answer(caller: socket.socket, verbs: dict[bytes, Callable[[], StickStatus | Mounted | None]]) -> None:
    caller.settimeout(WAITING_S)
    try:
        line = caller.recv(LONGEST_LINE).strip()
        reply = _carried_out(verbs[line]) if line in verbs else {"fault": "no such verb"}
        caller.sendall(json.dumps(reply).encode() + b"\n")
    except OSError:  # whoever asked is gone
        return


def _carried_out(verb: Callable[[], StickStatus | Mounted | None]) -> dict[str, Any]:
    try:
        told = verb()
    except DeviceUnavailable as gone:
        return {"unavailable": gone.reason.value}
    except (DeviceFault, OSError) as broken:
        return {"fault": str(broken)}
    if isinstance(told, Mounted):
        return {"path": str(told.path), "writable": told.writable}
    return asdict(told) if told else {}


def _user(caller: socket.socket) -> int:
    told = caller.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return struct.unpack("3i", told)[1]


def main() -> None:
    """Run until stopped."""
    parser = argparse.ArgumentParser(
        description="Mounts one USB stick for the kiosk. Example: python -m hal.stick.helper --user jemput"
    )
    parser.add_argument("--socket", type=Path, default=Path("/run/jemput/stick.sock"), help="where the kiosk asks")
    parser.add_argument("--at", type=Path, default=Path("/run/jemput/stick"), help="where the stick is mounted")
    parser.add_argument("--user", default="jemput", help="the kiosk's user")
    parser.add_argument("--under", default="/usb", help="the part of sysfs in which sticks stand")
    told = parser.parse_args()
    kiosk = pwd.getpwnam(told.user)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that a service that is stopped leaves nothing mounted
    with listening(told.socket, (kiosk.pw_uid, kiosk.pw_gid)) as listener:
        sticks = Sticks(told.at, (kiosk.pw_uid, kiosk.pw_gid), told.under)
        sticks.close()  # what a helper left that was killed
        try:
            serve(listener, sticks, frozenset({0, kiosk.pw_uid}))
        finally:
            sticks.close()


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


if __name__ == "__main__":
    main()
