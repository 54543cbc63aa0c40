"""The twin of `card pcsc`: real pcscd, virtual readers, cards that answer from a table."""

import os
from typing import Self

from tests.twins.shape import CardTwin, Moment
from tests.twins.vpcd import Pcscd

UNKNOWN_COMMAND = b"\x6d\x00"
NAME = "PCSCLITE_CSOCK_NAME"  # libpcsclite's own variable


class PcscTwin(CardTwin):
    """The readers are pulled out by ending pcscd; each has its own."""

    CAN_BE_MUTE = False  # vpcd takes a card without an answer to reset for none

    def __enter__(self) -> Self:
        self.pcscd = Pcscd(self.folder)
        self._before = os.environ.get(NAME)
        self.replug()
        return self

    def __exit__(self, *exc: object) -> None:
        self.pcscd.stop()
        os.environ.pop(NAME, None)
        if self._before is not None:
            os.environ[NAME] = self._before

    def vanish(self, moment: Moment = Moment.IDLE) -> None:
        self.pcscd.stop()

    def replug(self) -> None:
        self.pcscd.start()
        os.environ[NAME] = self.pcscd.socket_path

    def insert(self, atr: bytes, answers: dict[bytes, bytes] | None = None) -> None:
        table = answers or {}
        self.pcscd.insert(atr, lambda command: table.get(command, UNKNOWN_COMMAND))

    def remove(self) -> None:
        self.pcscd.remove()
