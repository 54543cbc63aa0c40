"""One ZFM-20/R30x module on a wire: found by its password check, asked, and its picture taken, each in bounded time."""

from collections import deque
from collections.abc import Iterator
from enum import IntEnum

from hal.clock import Clock, Stop
from hal.errors import CaptureTimeout, DeviceFault, DeviceUnavailable, UnavailableReason
from hal.fingerprint.r30x_packets import Kind, Packet, Parser, encoded
from hal.transport.wire import Wire

FAST, USUAL = 115_200, 57_600  # the fastest a module can, and as shipped
# In the order of asking; the module keeps what it was set to, and may need a second call after noise at another rate.
RATES = (FAST, USUAL, FAST, USUAL, 9_600, 19_200, 38_400)
RATE_UNIT = 9_600
ANSWER_S = 0.9  # the manuals' longest command that is used here takes 0.5 s; twice this is told within two seconds
PROBE_S = 0.3  # a password check is answered within 0.1 s
QUIET_S = 0.1  # after this long nothing more is under way
BITS = 10  # a byte on the wire, 8N1
OVERHEAD = 1.5  # packet heads, and a module that pauses between packets
MOST_NOISE = 4096  # bytes around one answer that belong to nothing
MOST_IMAGE = 64 << 10  # the family's largest picture is 36,864 bytes
CHUNK = 4096


class Said(IntEnum):
    """Confirmation codes that are told apart."""

    OK = 0x00
    NO_FINGER = 0x02
    NOT_TAKEN = 0x03


class Module:
    """Speaks to the module; not told which rate it is at. DeviceFault when it does not answer, DeviceUnavailable(LOST)
    when its line is gone."""

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self.wire = wire
        self._clock = clock
        self._rate = USUAL
        self._parser = Parser()
        self._whole: deque[Packet] = deque()

    def find(self, stop: Stop) -> None:
        """Find the rate at which a module answers, and raise it. Raises DeviceUnavailable(ABSENT) where none does."""
        for rate in RATES:
            if self._answers(rate, stop):
                self._raise(stop)
                return
        raise DeviceUnavailable(UnavailableReason.ABSENT, "no module answers")

    def finger(self, stop: Stop) -> Said:
        """Look at the platen; the module keeps the picture. OK, NO_FINGER or NOT_TAKEN. One answer lost on the wire is
        asked for again: looking twice changes nothing."""
        try:
            code = self._ask(b"\x01", stop, ANSWER_S)
        except DeviceFault:
            if self.wire.read(CHUNK, stop, self._clock.monotonic() + QUIET_S):  # more is wrong than one answer
                raise
            self._parser = Parser()
            code = self._ask(b"\x01", stop, ANSWER_S)
        if code not in (Said.OK, Said.NO_FINGER, Said.NOT_TAKEN):
            raise DeviceFault(f"the module says {code:02x} instead of looking")
        return Said(code)

    def picture(self, stop: Stop, deadline: float) -> bytes:
        """The picture it keeps, as sent. Raises CaptureTimeout at the deadline, DeviceFault when it is damaged, too
        long, or takes half as long again as the wire needs."""
        code = self._ask(b"\x0a", stop, ANSWER_S)
        if code != Said.OK:
            raise DeviceFault(f"the module says {code:02x} instead of a picture")
        noise, picture = self._parser.noise, bytearray()
        allowed = self._clock.monotonic() + ANSWER_S + OVERHEAD * MOST_IMAGE * BITS / self._rate
        for packet in self._packets(stop, min(deadline, allowed)):
            picture += packet.payload
            if packet.kind not in (Kind.DATA, Kind.LAST) or len(picture) > MOST_IMAGE or self._parser.noise > noise:
                raise DeviceFault("the picture came damaged")
            if packet.kind is Kind.LAST:
                return bytes(picture)
        if self._clock.monotonic() >= deadline:
            raise CaptureTimeout("fingerprint")
        raise DeviceFault("the picture comes too slowly, or ends half way")

    def quiet(self, stop: Stop, deadline: float) -> None:
        """Wait out what a cancelled call left under way. Raises DeviceFault when it never ends."""
        longest = self._clock.monotonic() + ANSWER_S + OVERHEAD * MOST_IMAGE * BITS / self._rate
        while self.wire.read(CHUNK, stop, self._clock.monotonic() + QUIET_S):
            now = self._clock.monotonic()
            if now > deadline:
                raise CaptureTimeout("fingerprint")
            if now > longest:
                raise DeviceFault("the line never falls silent")
        self._parser = Parser()

    def _answers(self, rate: int, stop: Stop) -> bool:
        """Whether a module at this rate takes the password that it was shipped with."""
        self.wire.baud(rate)
        self._rate, self._parser = rate, Parser()
        try:
            code = self._ask(b"\x13\0\0\0\0", stop, PROBE_S)
        except DeviceFault:  # noise: another rate, or no module
            return False
        return code == Said.OK

    def _raise(self, stop: Stop) -> None:
        found = self._rate
        if found == FAST or not self._takes(FAST, stop):
            return
        if not self._answers(FAST, stop) and not self._answers(found, stop):
            raise DeviceFault("the module fell silent when its rate was raised")

    def _takes(self, rate: int, stop: Stop) -> bool:
        """Tell it to speak at this rate; False where it refuses. Some answer at the new rate already."""
        try:
            return self._ask(bytes((0x0E, 4, rate // RATE_UNIT)), stop, ANSWER_S) == Said.OK
        except DeviceFault:
            return True

    def _ask(self, command: bytes, stop: Stop, within_s: float) -> int:
        """Send a command, return the confirmation code."""
        deadline = self._clock.monotonic() + within_s
        self._whole.clear()
        self.wire.write(encoded(Kind.COMMAND, command), stop, deadline)
        for packet in self._packets(stop, deadline):
            if packet.kind is Kind.ACK:
                return packet.payload[0]
        raise DeviceFault("the module does not answer")

    def _packets(self, stop: Stop, deadline: float) -> Iterator[Packet]:
        """Whole packets as they come, until the deadline or a silence. Raises DeviceFault when it is mostly noise."""
        noise, late = self._parser.noise, False
        while True:
            while self._whole:
                yield self._whole.popleft()
            if self._parser.noise - noise > MOST_NOISE:
                raise DeviceFault("the line carries noise")
            if late:
                return
            now = self._clock.monotonic()
            late = now > deadline  # what came in time is read once more
            data = self.wire.read(CHUNK, stop, min(deadline, now + ANSWER_S))
            if not data:
                return
            self._whole.extend(self._parser.feed(data))
