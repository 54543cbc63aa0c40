"""The twin of `fingerprint r30x`: a module at a pseudo terminal, its wire faster than a real one so that suites end."""

from typing import Self

import numpy as np
from numpy.typing import NDArray

from hal import Stage, Wiring
from tests.twins.r30x_module import R30xModule
from tests.twins.shape import CaptureTwin, Moment, Picture

SPEED, RATE = 60.0, 115_200  # a picture in 0.05 s instead of 3.2, from a module that was raised already


def drawn_finger(seed: int, shape: tuple[int, int] = (288, 256)) -> NDArray[np.uint8]:
    """Waves, darker to the upper left: nothing of it is the same mirrored, turned or inverted."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[: shape[0], : shape[1]]
    waves = np.sin((x * 0.6 + y * 0.2 + np.sin(y / 40) * 8 + rng.uniform(0, 6)) * 0.7) * 60
    shade = (x / shape[1] + y / shape[0]) * 60
    return np.clip(90 + waves + shade + rng.normal(0, 8, shape), 0, 255).astype(np.uint8)


class R30xTwin(CaptureTwin):
    """Somebody willing lays another finger there at every touch."""

    MOMENTS = tuple(Moment)

    def __enter__(self) -> Self:
        path = self.folder / "tty"
        self._here, self._touches = True, 0
        self.module = R30xModule(path, self._finger, SPEED, RATE)
        self.stage = Stage(wiring=Wiring(serial=(path,)))
        return self

    def __exit__(self, *exc: object) -> None:
        self.module.pull()

    def vanish(self, moment: Moment = Moment.IDLE) -> None:
        if moment is Moment.IDLE:
            self.module.pull()
        else:
            self.module.pull_at = moment

    def replug(self) -> None:
        self.module.pull()
        self.module.plug()

    def leave(self) -> None:
        self._here = False

    def original(self) -> Picture | None:
        return self.module.touched

    def _finger(self) -> NDArray[np.uint8] | None:
        self._touches += 1
        return drawn_finger(self._touches) if self._here else None
