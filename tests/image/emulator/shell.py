"""The root shell of a developer image on the second line (hvc0): one command at a time, with its output."""

import time
from dataclasses import dataclass

from tests.image.emulator.lines import Lines

KNOCK_S = 5.0
# Without echo, prompts and line editing, what comes back is what the command said.
QUIET = (
    "exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb PS1= PS2= sh"
)


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit status."""

    text: str
    status: int


class Shell:
    """Answers from the moment somebody is logged in on the line."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._asked = 0
        self._open = False

    def run(self, command: str, within_s: float = 120) -> Said:
        """One command, to its end. Raises TimeoutError, EOFError."""
        if not self._open:
            self._log_in(within_s)
        return self._ask(command, within_s)

    def _log_in(self, within_s: float) -> None:
        """What is typed before somebody reads the line is lost, so knock until it is answered."""
        until = time.monotonic() + within_s
        while True:
            self._lines.send(f"\n{QUIET}\nstty -echo -onlcr\n")
            try:
                self._ask("true", KNOCK_S)
            except TimeoutError:
                if time.monotonic() > until:
                    raise
                continue
            self._open = True
            return

    def _ask(self, command: str, within_s: float) -> Said:
        """The mark is put together by the shell, so that an echo of the command is not taken for its end."""
        self._asked += 1
        begin, end = f"{self._asked}-begins", f"{self._asked}-ends"
        first = len(self._lines.lines)
        self._lines.send(
            f"printf '\\n%s-%s\\n' jemput {begin}; {{ {command}\n}} 2>&1; printf '\\n%s-%s %d\\n' jemput {end} $?\n"
        )
        last, found = self._lines.wait(rf"^jemput-{end} (\d+)", within_s, first)
        started, _ = self._lines.wait(rf"^jemput-{begin}$", 1, first)
        said = [line.text for line in self._lines.lines[started + 1 : last]]
        return Said("\n".join(said[:-1] if said and not said[-1] else said), int(found[1]))
