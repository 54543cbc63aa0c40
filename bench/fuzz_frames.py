"""Throws counted garbage at what reads a camera's frames and the stick helper's answers.

Not part of the suites: `python -m bench.fuzz_frames 1000000` takes some minutes and prints what came out; a second
argument picks parsers by name. Every input is a valid one with bytes changed, cut, doubled or inserted; what is neither
a result nor a known error stops it.
"""

import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from bench.fuzz_services import changed
from hal import DeviceFault, DeviceUnavailable, StickState, SystemClock
from hal.standin import Stage
from hal.stick import helper
from hal.stick.usb import UsbStick
from hal.transport.v4l2_pixels import DECODERS, decoded
from hal.transport.verbs import Service, answer
from hal.values import Mounted, StickStatus

WIDTH, HEIGHT = 16, 8
SAMPLES = {"GREY": 1, "Y10 ": 2, "Y12 ": 2, "Y16 ": 2, "YUYV": 2, "UYVY": 2, "RGB3": 3}
STATUS = b'{"state": "ready", "stick_id": "A1B2-C3D4", "filesystem": "vfat", "free_bytes": 123456, "writable": true}\n'
Try = Callable[[random.Random], str]


def frames(code: str) -> Try:
    """One format: a picture of the agreed size, or none."""
    seed = jpeg() if code == "MJPG" else bytes(range(WIDTH)) * (HEIGHT * SAMPLES[code])

    def one(rng: random.Random) -> str:
        got = decoded(code, changed(rng, seed), WIDTH, HEIGHT, rng.choice((0, WIDTH * 3, 1 << 20)))
        if got is None:
            return "left out"
        assert got.shape[:2] == (HEIGHT, WIDTH)
        return "picture"

    return one


def jpeg() -> bytes:
    file = BytesIO()
    noise = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    Image.fromarray(noise).save(file, "JPEG")
    return file.getvalue()


class Canned:
    """A socket that holds an answer."""

    def __init__(self, data: bytes) -> None:
        self.data, self.sent = data, b""

    def recv(self, size: int) -> bytes:
        given, self.data = self.data[:size], self.data[size:]
        return given

    def settimeout(self, seconds: float) -> None:
        pass

    def sendall(self, data: bytes) -> None:
        self.sent += data


class CannedService(Service):
    """A helper whose answer is already here."""

    def __init__(self, channel: Canned) -> None:
        super().__init__(Path("none"), "helper")
        self._channel, self._opened = channel, True

    def _told(self, verb: str, seconds: float) -> dict[str, object]:
        try:
            return self._reply(self._channel)  # type: ignore[arg-type]
        except OSError as error:
            raise DeviceFault("gone") from error


def answers(rng: random.Random) -> str:
    """What the kiosk reads from the helper."""
    port = UsbStick(SystemClock(), Stage())
    port._service = CannedService(Canned(changed(rng, STATUS)))
    try:
        return port.status().state
    except (DeviceFault, DeviceUnavailable):
        return "known error"


class Still:
    """A stick nothing happens to."""

    def status(self) -> StickStatus:
        return StickStatus(StickState.ABSENT)

    def mount(self) -> Mounted:
        raise DeviceFault("none")

    def settle(self) -> Mounted:
        raise DeviceFault("none")

    def release(self) -> None:
        pass


def verbs(rng: random.Random) -> str:
    """What the helper reads from whoever connects."""
    stick, caller = Still(), Canned(changed(rng, rng.choice((b"status\n", b"mount\n"))))
    known = helper.verbs(stick)  # type: ignore[arg-type]
    answer(caller, {verb: known[verb] for verb in (b"status", b"mount")})  # type: ignore[arg-type]
    assert caller.sent.endswith(b"\n")
    return "refused" if b"no such verb" in caller.sent else "obeyed"


PARSERS: Mapping[str, Try] = {f"frame {code}": frames(code) for code in DECODERS} | {
    "helper's answer": answers,
    "caller's verb": verbs,
}


def main() -> None:
    """Try them one after another."""
    count, wanted = int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
    for name, one in PARSERS.items():
        if wanted not in name:
            continue
        rng, outcomes, began, slowest = random.Random(1), Counter[str](), time.monotonic(), 0.0
        for _ in range(count):
            before = time.monotonic()
            outcomes[one(rng)] += 1
            slowest = max(slowest, time.monotonic() - before)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        print(f"{name}: {count} inputs, {time.monotonic() - began:.0f} s, {dict(outcomes)}, ", end="")
        print(f"slowest {slowest * 1000:.0f} ms, {memory} MB", flush=True)


if __name__ == "__main__":
    main()
