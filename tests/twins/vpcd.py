"""Real pcscd with two virtual readers, and cards of software in them, over the protocol of vpcd's sockets.

pcscd gets a mount namespace of its own, so that several run beside one another and beside the machine's own. A card is
a function from command to answer; connecting lays it in, closing the socket takes it out.
"""

import os
import select
import socket
import struct
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.twins.shape import NoTwin

DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
NEEDED = (DRIVER, Path("/usr/sbin/pcscd"), Path("/usr/lib/python3/dist-packages/smartcard"))
SHELL = """mount -t tmpfs none /run && mkdir /run/pcscd && exec /usr/sbin/pcscd --foreground --config {config}"""
START_S = 10.0
GET_ATR = b"\x04"
LENGTH = struct.Struct(">H")

Answer = Callable[[bytes], bytes]


class Pcscd:
    """One pcscd with readers at ports `port` and `port + 1` of this machine."""

    def __init__(self, folder: Path) -> None:
        self._config = folder / "readers"
        self.port = _two_free_ports()
        self._process: subprocess.Popen[bytes] | None = None
        self._cards: dict[int, Card] = {}

    @property
    def socket_path(self) -> str:
        """Where clients find it: PCSCLITE_CSOCK_NAME."""
        assert self._process is not None
        return f"/proc/{self._process.pid}/root/run/pcscd/pcscd.comm"

    def start(self) -> None:
        """Raises NoTwin where the machine lacks it."""
        if not all(path.exists() for path in NEEDED):
            raise NoTwin("needs pcscd and its virtual readers: apt install pcscd python3-pyscard vsmartcard-vpcd")
        self._config.mkdir(exist_ok=True)
        (self._config / "vpcd").write_text(
            f'FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:0x{self.port:04X}\n'
            f"LIBPATH {DRIVER}\nCHANNELID 0x{self.port:04X}\n"
        )
        apart = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]
        self._process = subprocess.Popen(
            [*apart, "sh", "-c", SHELL.format(config=self._config)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            for port in (self.port, self.port + 1):
                self._wait_for(port)
            self._wait_for(self.socket_path)
        except NoTwin:
            self.stop()
            raise

    def stop(self) -> None:
        """As if the readers were pulled out; idempotent."""
        for slot in tuple(self._cards):
            self.remove(slot)
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def insert(self, atr: bytes, answer: Answer, slot: int = 0) -> None:
        """Lay a card into one of the two readers."""
        self._cards[slot] = Card(self.port + slot, atr, answer)

    def remove(self, slot: int = 0) -> None:
        """Take it out; idempotent."""
        if card := self._cards.pop(slot, None):
            card.close()

    def _wait_for(self, where: int | str) -> None:
        """Until somebody listens there."""
        assert self._process is not None
        pidfd = os.pidfd_open(self._process.pid)
        try:
            for _ in range(int(START_S / 0.02)):
                if _listens(where) if isinstance(where, int) else _accepts(where):
                    return
                if select.select([pidfd], [], [], 0.02)[0]:
                    raise NoTwin("needs pcscd in a mount namespace, which this machine refuses")
        finally:
            os.close(pidfd)
        raise NoTwin("pcscd does not come up")


class Card:
    """A card in a virtual reader."""

    def __init__(self, port: int, atr: bytes, answer: Answer) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._atr, self._answer = atr, answer
        self._thread = threading.Thread(target=self._serve, name="card", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Taken out."""
        with suppress(OSError):  # the reader went first
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        try:
            while (head := self._exactly(2)) and (command := self._exactly(LENGTH.unpack(head)[0])):
                if len(command) > 1 or command == GET_ATR:
                    said = self._atr if command == GET_ATR else self._answer(command)
                    self._socket.sendall(LENGTH.pack(len(said)) + said)
        except OSError:
            pass

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size and (more := self._socket.recv(size - len(data))):
            data += more
        return data if len(data) == size else b""


def _two_free_ports() -> int:
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def _listens(port: int) -> bool:
    """Without connecting, which would lay a card in: the kernel's own table."""
    wanted = f":{port:04X} "
    tables = [Path(f"/proc/net/{name}").read_text().splitlines() for name in ("tcp", "tcp6")]
    return any(wanted in line.split(" 0A ")[0] for table in tables for line in table if " 0A " in line)


def _accepts(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(path)
        except OSError:
            return False
        return True
