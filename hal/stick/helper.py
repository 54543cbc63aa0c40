"""The stick helper: a service of its own, the only part of a box that may mount. `python -m hal.stick.helper --help`.

It listens on a socket that only the kiosk's user may open and knows four verbs without arguments: status, mount,
settle, release. A line with a verb is answered by a line of JSON.
"""

import argparse
import pwd
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hal.stick.mounting import Sticks
from hal.transport.verbs import Verb, listening, serve
from hal.values import Mounted


def verbs(sticks: Sticks) -> Mapping[bytes, Verb]:
    """What may be asked."""

    def mounted(act: Callable[[], Mounted]) -> Verb:
        def carried_out() -> Mapping[str, Any]:
            told = act()
            return {"path": str(told.path), "writable": told.writable}

        return carried_out

    def released() -> Mapping[str, Any]:
        sticks.release()
        return {}

    return {
        b"status": lambda: asdict(sticks.status()),
        b"mount": mounted(sticks.mount),
        b"settle": mounted(sticks.settle),
        b"release": released,
    }


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
            serve(listener, verbs(sticks), frozenset({0, kiosk.pw_uid}))
        finally:
            sticks.close()


if __name__ == "__main__":
    main()
