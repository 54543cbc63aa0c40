"""Packets of the ZFM-20/R30x protocol (makers' manuals of the ZFM-20, ZFM-70 and R503): made, and found in noise.

`EF 01 | address 4 | kind 1 | length 2 | payload | sum 2`, big-endian. `length` counts payload and sum; `sum` is that of
kind, length and payload.
"""

from dataclasses import dataclass
from enum import IntEnum

ADDRESS = b"\xff\xff\xff\xff"  # as shipped; every module answers to it unless somebody changed it
START = b"\xef\x01" + ADDRESS
HEAD, SUM = len(START) + 3, 2
MOST_PAYLOAD = 256  # the largest packet size that can be set
MOST_WAITING = HEAD + MOST_PAYLOAD + SUM


class Kind(IntEnum):
    """What a packet is."""

    COMMAND = 0x01
    DATA = 0x02
    ACK = 0x07
    LAST = 0x08  # the last packet of data


@dataclass(frozen=True)
class Packet:
    """One packet that was whole."""

    kind: Kind
    payload: bytes


def encoded(kind: Kind, payload: bytes) -> bytes:
    """A packet's bytes; the payload has at most 256."""
    body = bytes((kind,)) + (len(payload) + SUM).to_bytes(2, "big") + payload
    return START + body + (sum(body) & 0xFFFF).to_bytes(2, "big")


class Parser:
    """Finds whole packets in a stream; holds at most one packet's bytes, and counts those that belonged to none."""

    def __init__(self) -> None:
        self._waiting = bytearray()
        self.noise = 0

    def feed(self, data: bytes) -> list[Packet]:
        """What became whole with these bytes."""
        found = []
        for begin in range(0, len(data), MOST_WAITING):
            self._waiting += data[begin : begin + MOST_WAITING]
            while packet := self._next():
                found.append(packet)
        return found

    def _next(self) -> Packet | None:
        while self._sought():
            length = int.from_bytes(self._waiting[HEAD - 2 : HEAD], "big")
            whole = HEAD + length
            if not SUM < length <= MOST_PAYLOAD + SUM or self._waiting[HEAD - 3] not in Kind.__members__.values():
                self._skip(1)
            elif len(self._waiting) < whole:
                return None
            elif sum(self._waiting[HEAD - 3 : whole - SUM]) & 0xFFFF != int.from_bytes(
                self._waiting[whole - SUM : whole], "big"
            ):
                self._skip(1)
            else:
                packet = Packet(Kind(self._waiting[HEAD - 3]), bytes(self._waiting[HEAD : whole - SUM]))
                del self._waiting[:whole]
                return packet
        return None

    def _sought(self) -> bool:
        """Whether a head stands at the front now; everything before it is noise."""
        at = self._waiting.find(START)
        if at < 0:  # the end may be the beginning of a start
            at = next(
                i
                for i in range(max(len(self._waiting) - len(START) + 1, 0), len(self._waiting) + 1)
                if START.startswith(bytes(self._waiting[i:]))
            )
        self._skip(at)
        return len(self._waiting) >= HEAD

    def _skip(self, count: int) -> None:
        del self._waiting[:count]
        self.noise += count
