"""The stick helper: a service of its own, the only part of a box that may mount. `python -m hal.stick.helper --help`.

It listens on a socket that only the kiosk's user may open and knows four verbs without arguments: status, mount,
settle, release. A line with a verb is answered by a line of JSON.
"""

import argparse
import json
import os
import pwd
import socket
import struct
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hal.errors import DeviceFault, DeviceUnavailable
from hal.stick.mounting import Sticks
from hal.values import Mounted, StickStatus

LONGEST_LINE = 64
WAITING_S = 5.0  # for the verb of whoever connects


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
    told.socket.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    told.socket.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        old = os.umask(0o177)
        listener.bind(str(told.socket))
        os.umask(old)
        os.chown(told.socket, kiosk.pw_uid, kiosk.pw_gid)
        listener.listen(1)
        sticks = Sticks(told.at, (kiosk.pw_uid, kiosk.pw_gid), told.under)
        try:
            serve(listener, sticks, frozenset({0, kiosk.pw_uid}))
        finally:
            sticks.close()


if __name__ == "__main__":
    main()
