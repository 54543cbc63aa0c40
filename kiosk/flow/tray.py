"""Pictures, templates and ink that are not sealed yet: in RAM only, wiped on acceptance, parking and leaving."""

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kiosk.core.events import CaptureId
from kiosk.core.record import Position


@dataclass
class Held:
    """One capture's bytes. `pixels` as the frame had them, `original` the device's own signed bytes, `template` what
    comparisons inside the session take once it is measured (a fingerprint's ISO record, an iris code, a face's
    descriptor), `ink` the strokes' JSON, `sealed` the age file that acceptance writes. `parts` are the fingers of a
    slap that the device told apart itself: they stand in place of a picture of all."""

    pixels: NDArray[np.uint8] | None = None
    ppi: int | None = None
    original: bytes | None = None
    template: bytes | None = None
    ink: bytes | None = None
    sealed: bytes | None = None
    parts: tuple[tuple[Position, "Held"], ...] = ()


class Tray:
    """Captures by id; safe from any thread."""

    def __init__(self) -> None:
        self._held: dict[CaptureId, Held] = {}
        self._count = 0
        self._lock = threading.Lock()

    def put(self, held: Held) -> CaptureId:
        """Keep it under an id nobody had before in this run of the program."""
        with self._lock:
            self._count += 1
            capture = f"c{self._count}"
            self._held[capture] = held
            return capture

    def get(self, capture: CaptureId) -> Held | None:
        """What is there, None after it was forgotten."""
        with self._lock:
            return self._held.get(capture)

    def keep_template(self, capture: CaptureId) -> None:
        """The picture is durable: wipe it, keep the template for comparisons inside the session."""
        with self._lock:
            held = self._held.get(capture)
            if held is not None:
                _wipe(held)
                held.pixels = held.original = held.ink = held.sealed = None

    def forget(self, captures: tuple[CaptureId, ...] | None) -> None:
        """Wipe these, or everything."""
        with self._lock:
            for capture in tuple(self._held) if captures is None else captures:
                held = self._held.pop(capture, None)
                if held is not None:
                    _wipe(held)

    def __len__(self) -> int:
        return len(self._held)


def _wipe(held: Held) -> None:
    for one in (held, *(part for _, part in held.parts)):
        if one.pixels is not None and one.pixels.flags.writeable:
            one.pixels.fill(0)
