"""Inputs to be judged, drawn by generators of this repository: good ones, and wrong ones of every kind."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kiosk.core.judgement import Hint

FRESH = 1_000_000  # seeds from one set of inputs to the next: no two sets share a person or a drawing


@dataclass(frozen=True, eq=False)
class Input:
    """One picture (uint8, grey or RGB) and what should be said of it: `hints` are the right answers to a wrong input,
    any of which will do; none for a good one. `ppi` is what its sensor claims."""

    kind: str
    pixels: NDArray[np.uint8]
    hints: tuple[Hint, ...] = ()
    ppi: int = 500
