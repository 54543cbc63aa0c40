"""The latest picture and hint of the capture under way: screens read it, nothing stores it."""

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kiosk.core.judgement import Hint


@dataclass(frozen=True, eq=False)
class View:
    """What the person sees of themselves now; `touched` is True while something lies on the platen."""

    pixels: NDArray[np.uint8] | None = None
    hint: Hint = Hint.AGAIN
    touched: bool = False


class Preview:
    """One slot, latest only."""

    def __init__(self) -> None:
        self._view = View()
        self._lock = threading.Lock()

    def show(self, view: View) -> None:
        """Replace what is there."""
        with self._lock:
            self._view = view

    def read(self) -> View:
        """What is there now."""
        with self._lock:
            return self._view

    def clear(self) -> None:
        """Nothing is being captured."""
        self.show(View())
