"""An eye unrolled: rows are directions, columns run outwards, so that iris, pupil and sclera become rectangles."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.imaging.eye_outline import Eye, Floats, Mask
from kiosk.imaging.eye_search import BURNT
from kiosk.imaging.picture import Pixels

Coordinates: TypeAlias = NDArray[np.floating[Any]]

DIRECTIONS = 128
TURN = np.arange(DIRECTIONS, dtype=np.float32)[:, None] * np.float32(2 * np.pi / DIRECTIONS)  # clockwise from the right
LATERAL = np.abs(np.sin(TURN[:, 0])) <= 0.6  # the sides, which lids leave free
BELOW = LATERAL & (np.sin(TURN[:, 0]) >= 0)  # the sides below the middle, the last that a sinking lid reaches
LID_DISTANCE = 3.0  # robust deviations from the iris at its sides: further off is lid, lash or glare
LEAST_DEVIATION, MOST_DEVIATION = 4.0, 14.0  # grey levels: an iris without texture, and one half under the lid
IRIS_DEPTHS = np.linspace(0.08, 0.95, 48, dtype=np.float32)  # 0 at the pupil's border, 1 at the sclera's
PUPIL_DEPTHS = np.linspace(0.02, 0.8, 16, dtype=np.float32)  # of the pupil's radius
SCLERA_DEPTHS = np.linspace(1.08, 1.25, 8, dtype=np.float32)  # of the iris's radius


@dataclass(frozen=True)
class Unrolled:
    """Grey levels by direction and depth, NaN outside the picture; `area` what each column of the iris stands for."""

    pupil: Floats
    iris: Floats
    sclera: Floats
    area: Floats


def unrolled(picture: Pixels, eye: Eye) -> Unrolled:
    """Pupil, iris and what lies just beyond it."""
    plane = picture.astype(np.float32)
    return Unrolled(
        pupil=around(plane, eye.x, eye.y, PUPIL_DEPTHS * eye.pupil),
        iris=sheet(plane, eye, IRIS_DEPTHS),
        sclera=around(plane, eye.iris_x, eye.iris_y, SCLERA_DEPTHS * eye.iris),
        area=np.asarray(eye.pupil + IRIS_DEPTHS * (eye.iris - eye.pupil), dtype=np.float32),
    )


def sheet(plane: Floats, eye: Eye, depths: Floats, turn: Floats = TURN) -> Floats:
    """The iris stretched between its two borders (Daugman's rubber sheet), NaN outside the picture."""
    cosine, sine = np.cos(turn), np.sin(turn)
    x = (1 - depths) * (eye.x + eye.pupil * cosine) + depths * (eye.iris_x + eye.iris * cosine)
    y = (1 - depths) * (eye.y + eye.pupil * sine) + depths * (eye.iris_y + eye.iris * sine)
    return _taken(plane, x, y)


def around(plane: Floats, x: float, y: float, radii: Floats) -> Floats:
    """Circles of these radii round a place, NaN outside the picture."""
    return _taken(plane, x + np.cos(TURN) * radii, y + np.sin(TURN) * radii)


def _taken(plane: Floats, x: Coordinates, y: Coordinates) -> Floats:
    places = x.astype(np.float32), y.astype(np.float32)
    taken = cv2.remap(plane, *places, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=float("nan"))
    return np.asarray(taken, dtype=np.float32)


def visible(ring: Floats) -> Mask:
    """Which places look, smoothed, as the sides do at the same depth: iris, not lid, lash or glare."""
    filled = np.nan_to_num(ring, nan=255.0)
    smooth = cv2.GaussianBlur(np.pad(filled, ((8, 8), (0, 0)), mode="wrap"), (0, 0), sigmaX=2, sigmaY=3)[8:-8]
    away = np.abs(smooth - np.median(smooth[BELOW], axis=0))
    deviation = float(np.clip(1.4826 * np.median(away[BELOW]), LEAST_DEVIATION, MOST_DEVIATION))
    return np.asarray((away <= LID_DISTANCE * deviation) & (filled < BURNT))
