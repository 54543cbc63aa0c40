"""`kiosk run` as a service manager starts it: a process of its own, drawn off-screen, that tells over a socket."""

import os
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

PATIENCE_S = 60.0
RUN = "import sys\nsys.argv = ['kiosk', 'run', *sys.argv[1:]]\n{}\nfrom kiosk.__main__ import main\nmain()\n"


class KioskProcess:
    """`prelude` is Python that runs in the program before anything of it."""

    def __init__(
        self, place: Path, box: Path, *, prelude: str = "", watchdog_s: float = 0.0, service: bool = True
    ) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        address = str(place / "notify")
        Path(address).unlink(missing_ok=True)
        self._socket.bind(address)
        told = {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": str(round(watchdog_s * 1e6))} if service else {}
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUN.format(prelude), "--box", str(box), "--trouble", str(place / "trouble")],
            env={**os.environ, **told, "SDL_VIDEODRIVER": "offscreen", "SDL_AUDIODRIVER": "dummy"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> "KioskProcess":
        return self

    def __exit__(self, *exc: object) -> None:
        self.process.kill()
        self.process.communicate()
        self._socket.close()

    def hears(self, within_s: float = PATIENCE_S) -> str:
        """The next datagram, "" where none comes in time or the program ends first."""
        ends = os.pidfd_open(self.process.pid)
        try:
            ready = select.select([self._socket, ends], [], [], within_s)[0]
        finally:
            os.close(ends)
        return self._socket.recv(4096).decode() if self._socket in ready else ""

    def until(self, start: str) -> str:
        """The next datagram that starts so."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            if (told := self.hears()).startswith(start):
                return told
            assert told, self.process.communicate(timeout=1)
        raise AssertionError(f"never told {start}")

    def lines(self, count: int, start: str = "") -> list[str]:
        """So many lines of its stdout that start so."""
        found: list[str] = []
        assert self.process.stdout
        for line in self.process.stdout:
            found += [line.strip()] if line.startswith(start) else []
            if len(found) == count:
                return found
        raise AssertionError(f"ended after {found}")

    def ended(self) -> tuple[int, str, str]:
        """Its exit, stdout and stderr."""
        out, err = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, out, err

    def stop(self) -> tuple[int, str, str]:
        """SIGTERM, then the end."""
        self.process.send_signal(signal.SIGTERM)
        return self.ended()
