"""The updater: a service of its own, the only part of a box that may write systems and restart into them.
`python -m hal.updater.helper --help`.

It listens on a socket that only the kiosk's user may open and knows five verbs without arguments: status, look, fetch,
install, restart. A line with a verb is answered by a line of JSON.
"""

import argparse
import pwd
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hal.transport.verbs import Verb, listening, serve
from hal.updater.programs import Programs
from hal.updater.updates import Places, Updates


def verbs(updates: Updates) -> Mapping[bytes, Verb]:
    """What may be asked."""

    def looked() -> Mapping[str, Any]:
        offer = updates.look()
        return {"offer": None if offer is None else asdict(offer)}

    def done(act: Callable[[], None]) -> Verb:
        def carried_out() -> Mapping[str, Any]:
            act()
            return {}

        return carried_out

    return {
        b"status": lambda: asdict(updates.status()),
        b"look": looked,
        b"fetch": done(updates.fetch),
        b"install": done(updates.install),
        b"restart": done(updates.restart),
    }


def main() -> None:
    """Run until stopped."""
    programs, places = Programs(), Places()
    parser = argparse.ArgumentParser(
        description="Updates this box from a stick. Example: python -m hal.updater.helper --user jemput"
    )
    parser.add_argument("--socket", type=Path, default=Path("/run/jemput/updater.sock"), help="where the kiosk asks")
    parser.add_argument("--user", default="jemput", help="the kiosk's user")
    parser.add_argument("--stick", type=Path, default=places.stick, help="where the stick is mounted")
    parser.add_argument("--folder", type=Path, default=places.folder, help="where copies and notes are kept")
    parser.add_argument("--os-release", type=Path, default=places.os_release, help="what names this system")
    parser.add_argument("--rauc", type=Path, default=programs.rauc, help="the program that installs")
    parser.add_argument("--conf", type=Path, default=programs.conf, help="its system.conf")
    parser.add_argument("--slots", type=Path, default=programs.slots, help="the slot handler")
    told = parser.parse_args()
    kiosk = pwd.getpwnam(told.user)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    updates = Updates(
        Programs(told.rauc, told.conf, told.slots), Places(told.stick, told.folder, told.os_release, places.boot)
    )
    with listening(told.socket, (kiosk.pw_uid, kiosk.pw_gid)) as listener:
        serve(listener, verbs(updates), frozenset({0, kiosk.pw_uid}))


if __name__ == "__main__":
    main()
