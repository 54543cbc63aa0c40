"""A ZFM-20/R30x module at the other end of a pseudo terminal, as its maker's manual describes it.

It sends at the pace of its baud rate, hears nothing at another one, keeps the rate it was set to, and may misbehave.
"""

import os
import select
import termios
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

START = bytes.fromhex("ef01ffffffff")
COMMAND, DATA, ACK, LAST = 1, 2, 7, 8
OK, NO_FINGER, WRONG = 0x00, 0x02, 0x13
PACKET = 128  # bytes of data a packet
BITS = 10
RATE_UNIT = 9600
SPEEDS = {termios.B9600: 9600, termios.B19200: 19200, termios.B38400: 38400}
SPEEDS |= {termios.B57600: 57600, termios.B115200: 115200}


def packet(kind: int, payload: bytes) -> bytes:
    """A whole packet; written anew here, so that the driver's own is checked by somebody else."""
    length = len(payload) + 2
    total = kind + (length >> 8) + (length & 255) + sum(payload)
    return START + bytes((kind, length >> 8, length & 255)) + payload + (total & 0xFFFF).to_bytes(2, "big")


def packed(picture: NDArray[np.uint8]) -> bytes:
    """Two pixels a byte, the left one high."""
    levels = picture.ravel() >> 4
    return (levels[0::2] << 4 | levels[1::2]).tobytes()


class R30xModule:
    """Plugged in from the start. `finger` gives the picture (uint8, rows x columns, dark ridges on light) of the next
    touch, or None while nobody is there; each touch stays for the picture and one look more. `speed` times the real
    pace; 0 does not pace at all. `spoil` changes what is sent."""

    def __init__(
        self, link: Path, finger: Callable[[], NDArray[np.uint8] | None], speed: float = 1.0, rate: int = 57_600
    ) -> None:
        self.rate = rate
        self.touched: NDArray[np.uint8] | None = None  # the last picture that was taken
        self.sent = 0  # bytes
        self.spoil: Callable[[bytes], bytes] = lambda data: data
        self.can_be_fast = True
        self.pull_at = ""  # "waiting", "capture" or "leaving"
        self._finger = finger
        self._speed = speed
        self._link = link
        self._lies = 0  # looks for which the finger still lies there
        self._uploaded = False
        self._due = 0.0  # when the wire is free again
        self._thread: threading.Thread | None = None
        self.plug()

    def plug(self) -> None:
        """Connect it, at the same path as ever; it must not be connected."""
        master, slave = os.openpty()
        tty.setraw(master)
        tty.setraw(slave)
        self._link.symlink_to(os.ttyname(slave))
        self._lies, self.pull_at = 0, ""
        self._wake = os.eventfd(0)
        self._master, self._slave = master, slave
        self._thread = threading.Thread(target=self._run, name="r30x", daemon=True)
        self._thread.start()

    def lift(self) -> None:
        """Whatever lies there is taken away."""
        self._lies = 0

    def pull(self) -> None:
        """Out, now; idempotent."""
        if self._thread is not None:
            os.eventfd_write(self._wake, 1)
            self._thread.join()
            os.close(self._wake)
            self._thread = None

    def _run(self) -> None:
        try:
            self._serve()
        finally:
            self._link.unlink()
            os.close(self._slave)
            os.close(self._master)

    def _serve(self) -> None:
        waiting = b""
        while True:
            readable, _, _ = select.select([self._master, self._wake], [], [])
            if self._wake in readable:
                return
            data = os.read(self._master, 4096)
            if SPEEDS.get(termios.tcgetattr(self._master)[5]) != self.rate:
                continue  # it hears no byte as it was sent
            waiting += data
            while (at := waiting.find(START)) >= 0:
                size = int.from_bytes(waiting[at + 7 : at + 9], "big") + 9
                if len(waiting) < at + size or size < 9:
                    break
                command, waiting = waiting[at + 9 : at + size - 2], waiting[at + size :]
                if not self._obey(command):
                    return

    def _obey(self, command: bytes) -> bool:
        """Carry a command out; False: it was pulled out meanwhile."""
        obey = {
            0x01: self._look,
            0x0A: self._upload,
            0x0E: self._set,
            0x0F: self._parameters,
            0x13: self._password,
        }.get(command[0])
        self._due = time.monotonic()  # from here on the wire is paced; who is late catches up, as a UART does
        if obey is None:
            return self._say(packet(ACK, b"\x01"))
        return obey(command)

    def _password(self, command: bytes) -> bool:
        return self._say(packet(ACK, bytes((OK if command[1:] == bytes(4) else WRONG,))))

    def _parameters(self, command: bytes) -> bool:
        told = bytes.fromhex("0000 0009 03e8 0003 ffffffff 0002") + (self.rate // RATE_UNIT).to_bytes(2, "big")
        return self._say(packet(ACK, bytes((OK,)) + told))

    def _set(self, command: bytes) -> bool:
        what, value = command[1], command[2]
        if what != 4 or not self.can_be_fast:
            return self._say(packet(ACK, b"\x1a"))
        said = self._say(packet(ACK, bytes((OK,))))
        termios.tcdrain(self._slave)
        self.rate = value * RATE_UNIT
        return said

    def _look(self, command: bytes) -> bool:
        if self._lies and self._uploaded:
            self._lies -= 1
            if self.pull_at == "leaving":
                return False
        elif not self._lies and (picture := self._finger()) is not None:
            self._lies, self._uploaded, self.touched = 2, False, picture  # lies there from the next look on
            return self._say(packet(ACK, bytes((NO_FINGER,))))
        elif not self._lies and self.pull_at == "waiting":
            return False
        return self._say(packet(ACK, bytes((OK if self._lies else NO_FINGER,))))

    def _upload(self, command: bytes) -> bool:
        if self.touched is None:
            return self._say(packet(ACK, b"\x0f"))
        self._uploaded = True
        data = packed(self.touched)
        parts = [data[at : at + PACKET] for at in range(0, len(data), PACKET)]
        if not self._say(packet(ACK, bytes((OK,)))):
            return False
        for number, part in enumerate(parts, 1):
            if self.pull_at == "capture" and number > len(parts) // 2:
                return False
            if not self._say(packet(LAST if number == len(parts) else DATA, part)):
                return False
        return True

    def _say(self, data: bytes) -> bool:
        """Send, a packet at the time when its last byte has passed the wire; False when it is pulled out before."""
        self.sent += len(data)
        if self._speed:
            self._due += len(data) * BITS / self.rate / self._speed
            if select.select([self._wake], [], [], max(self._due - time.monotonic(), 0.0))[0]:
                return False
        rest = memoryview(self.spoil(data))
        while rest:
            readable, _, _ = select.select([self._wake], [self._master], [])
            if readable:
                return False
            rest = rest[os.write(self._master, rest[:512]) :]
        return True
