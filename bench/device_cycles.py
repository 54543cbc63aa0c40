"""Opens, uses and closes a device a thousand times and says what grew; lays cards in and out a hundred times.

Not part of the suites: `python -m bench.device_cycles r30x 1000`, `... pcsc 1000`, `... cards 100`.
"""

import gc
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from hal import Ask, CardState, CardStatus, Frame, HalError, Position, Stage, Stop, SystemClock, Wiring
from hal.card.pcsc import PcscCardReader
from hal.fingerprint.r30x import R30xFingerprint
from tests.twins.pcsc import PcscTwin
from tests.twins.r30x import drawn_finger
from tests.twins.r30x_module import R30xModule

ATRS = bytes.fromhex("3b80800101"), bytes.fromhex("3b951381018073ff01000b")
WARM = 20  # cycles until caches are full
SEEN_S = 10.0
SELECT = bytes.fromhex("00a4040000")


def held() -> tuple[int, int, int]:
    """Descriptors, threads, resident kilobytes."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return (
        len(list(Path("/proc/self/fd").iterdir())),
        threading.active_count(),
        pages * os.sysconf("SC_PAGE_SIZE") // 1024,
    )


class HurriedClock(SystemClock):
    """Pauses between questions are of no interest here."""

    def wait(self, seconds: float, stop: Stop) -> bool:
        return super().wait(min(seconds, 0.002), stop)


def cycles(count: int, one: Callable[[int], object]) -> None:
    """Run and compare, and count what a busy machine made fail, which must leave nothing behind either."""
    failed = 0
    before, began = held(), time.monotonic()
    for number in range(WARM + count):
        if number == WARM:
            before, began = held(), time.monotonic()
        try:
            one(number)
        except HalError:
            failed += 1
        if number >= WARM and (number - WARM + 1) % max(count // 10, 1) == 0:
            grown = [b - a for a, b in zip(before, held(), strict=True)]
            took = time.monotonic() - began
            print(
                f"{number - WARM + 1} cycles in {took:.0f} s, {failed} failed: "
                f"{grown[0]} descriptors, {grown[1]} threads, {grown[2]} kB more"
            )


def r30x(count: int) -> None:
    """Open, capture, close."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tty"
        module = R30xModule(path, lambda: drawn_finger(1), 0)
        stage = Stage(wiring=Wiring(serial=(path,)))

        def one(_: int) -> None:
            with R30xFingerprint(HurriedClock(), stage) as reader:
                items = list(reader.look(Ask((Position.RIGHT_INDEX,)), Stop()))
            assert sum(isinstance(item, Frame) for item in items) == 1

        cycles(count, one)
        module.pull()


def pcsc(count: int) -> None:
    """Open, read, close, with a card that stays in."""
    with tempfile.TemporaryDirectory() as folder, PcscTwin("card", "pcsc", Path(folder)) as twin:
        twin.pcscd.insert(ATRS[0], lambda _: b"hello\x90\x00")
        with PcscCardReader(SystemClock(), Stage()) as reader:
            _until(reader, CardStatus(CardState.PRESENT, ATRS[0]))

        def one(_: int) -> None:
            with PcscCardReader(SystemClock(), Stage()) as reader:
                _until(reader, CardStatus(CardState.PRESENT, ATRS[0]))  # the reset at the close takes it a moment
                assert reader.transmit(SELECT) == b"hello\x90\x00"

        cycles(count, one)


def cards(count: int) -> None:
    """In and out, in two readers by turns."""
    with (
        tempfile.TemporaryDirectory() as folder,
        PcscTwin("card", "pcsc", Path(folder)) as twin,
        PcscCardReader(SystemClock(), Stage()) as reader,
    ):

        def one(number: int) -> None:
            slot = number % 2
            twin.pcscd.insert(ATRS[slot], lambda _: bytes((slot,)) + b"\x90\x00", slot)
            _until(reader, CardStatus(CardState.PRESENT, ATRS[slot]))
            assert reader.transmit(SELECT) == bytes((slot,)) + b"\x90\x00"
            twin.pcscd.remove(slot)
            _until(reader, CardStatus(CardState.NO_CARD))

        cycles(count, one)


def _until(reader: PcscCardReader, wanted: CardStatus) -> None:
    late = time.monotonic() + SEEN_S
    while reader.status() != wanted:
        assert time.monotonic() < late, f"never {wanted.state}"


if __name__ == "__main__":
    {"r30x": r30x, "pcsc": pcsc, "cards": cards}[sys.argv[1]](int(sys.argv[2]))
