"""Devices: how long a picture takes from the finger to memory, against what its wire alone needs."""

import statistics
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.rows import Row
from hal import Ask, Clock, Frame, Position, Presence, Stage, Stop, SystemClock, Wiring
from hal.fingerprint.r30x import R30xFingerprint
from tests.twins.r30x import drawn_finger
from tests.twins.r30x_module import R30xModule

RUNS = 3
BITS = 10  # a byte on the wire, 8N1
ASK = Ask((Position.RIGHT_INDEX,))
RATES = {115_200: True, 57_600: False}  # and whether the module may be raised to it


def rows(say: Callable[[object], object]) -> Iterator[Row]:
    """The rows of this part."""
    for rate, fast in RATES.items():
        say(f"hal: serial fingerprint at {rate} Bd")
        yield _serial_picture(rate, fast)


def _serial_picture(rate: int, fast: bool) -> Row:
    clock, spent, wire = SystemClock(), [], []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tty"
        module = R30xModule(path, lambda: drawn_finger(1))
        module.can_be_fast = fast
        try:
            with R30xFingerprint(clock, Stage(wiring=Wiring(serial=(path,)))) as reader:
                for _ in range(RUNS):
                    seconds, sent = _touch(reader, module, clock)
                    spent.append(seconds)
                    wire.append(sent * BITS / rate)
        finally:
            module.pull()
    figure = f"finger seen to frame in memory, serial module at {rate} Bd"
    own = "what its bytes take on the wire"
    return Row("hal: capture", figure, statistics.median(spent), "s", own, statistics.median(wire), 1.1)


def _touch(reader: R30xFingerprint, module: R30xModule, clock: Clock) -> tuple[float, int]:
    """Seconds from ON to the frame, and the bytes that the module sent between."""
    on_s, sent, took, bytes_sent = 0.0, 0, 0.0, 0
    for item in reader.look(ASK, Stop()):
        if item is Presence.ON:
            on_s, sent = clock.monotonic(), module.sent
        elif isinstance(item, Frame):
            took, bytes_sent = clock.monotonic() - on_s, module.sent - sent
    return took, bytes_sent
