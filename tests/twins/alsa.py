"""The twin of `speaker alsa`: ALSA itself, told to play into a pipe that somebody empties at the pace of a card."""

import fcntl
import os
import select
import shutil
import threading
from typing import Self

from hal.clock import SystemClock
from tests.twins.shape import Moment, NoTwin, SpeakerTwin

CONFIG = "ALSA_CONFIG_PATH"
BYTES_A_SECOND = 32_000  # 16 kHz, 16 bit, one channel: what the suite plays
STARTING_S = 0.3  # of a card, more than the pipe holds
SMALLEST_PIPE = 4096
CARD = """
pcm.!default {{ type plug slave.pcm "card" }}
pcm.card {{ type file slave.pcm "nothing" file "{pipe}" format "raw" }}
pcm.nothing {{ type null }}
"""


class AlsaTwin(SpeakerTwin):
    """`pace` is False where nobody empties the pipe: a card that hangs."""

    pace = True

    def __enter__(self) -> Self:
        if shutil.which("aplay") is None:
            raise NoTwin("needs aplay: apt install alsa-utils")
        self._before = os.environ.get(CONFIG)
        self._config, pipe = self.folder / "asound.conf", self.folder / "card"
        os.mkfifo(pipe)
        self._pipe = os.open(pipe, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        fcntl.fcntl(self._pipe, fcntl.F_SETPIPE_SZ, SMALLEST_PIPE)
        self._wake = os.eventfd(0)
        self._card = threading.Thread(target=self._play, name="card", daemon=True)
        self._card.start()
        os.environ[CONFIG] = str(self._config)
        self.replug()
        return self

    def __exit__(self, *exc: object) -> None:
        os.eventfd_write(self._wake, 1)
        self._card.join()
        for descriptor in (self._wake, self._pipe):
            os.close(descriptor)
        if self._before is None:
            del os.environ[CONFIG]
        else:
            os.environ[CONFIG] = self._before

    def vanish(self, moment: Moment = Moment.IDLE) -> None:
        self._config.write_text("")

    def replug(self) -> None:
        self._config.write_text(CARD.format(pipe=self.folder / "card"))

    def _play(self) -> None:
        """Take what comes, no sooner than a card would."""
        clock, due = SystemClock(), 0.0
        while not select.select([self._wake], [], [], max(due - clock.monotonic(), 0.0))[0]:
            readable, _, _ = select.select([self._wake, self._pipe] if self.pace else [self._wake], [], [])
            if self._wake in readable:
                return
            now = clock.monotonic()
            if now - due > STARTING_S:  # it was silent
                due = now + STARTING_S
                continue
            due += len(os.read(self._pipe, 640)) / BYTES_A_SECOND
