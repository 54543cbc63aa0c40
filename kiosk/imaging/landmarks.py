"""Finds 468 points of a face, and the lids of an eye, with MediaPipe's models, which lie beside that of the finder."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.imaging.interpreter import Model
from kiosk.imaging.picture import Pixels

MESH_MODEL, EYE_MODEL = "data/face_landmark.tflite", "data/iris_landmark.tflite"
MESH_SIDE, EYE_SIDE = 192, 64  # pixels: the models' inputs
AROUND_FACE, AROUND_EYE = 1.5, 2.3  # times the finder's box, and an eye's width: what the models were trained on
UPPER_LID, LOWER_LID, CORNERS = slice(9, 16), slice(1, 8), (0, 8)  # of the eye model's first points

Points = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Mesh:
    """`points` float32 468 x 3: x, y in pixels of the picture, z in the same unit, growing away from the camera;
    `presence` 0..1, how sure the model is that this is a face."""

    points: Points
    presence: float


class MeshFinder:
    """Keeps the loaded model; made once. Not for use by two threads at once."""

    def __init__(self, package: Path) -> None:
        self._model = Model(package / MESH_MODEL)

    def find(self, rgb: Pixels, centre: tuple[float, float], side: float, roll: float) -> Mesh:
        """The points of the face with a box of this side around `centre`, leaning by `roll` radians."""
        turn, shift = _square(centre, AROUND_FACE * side, roll, MESH_SIDE)
        outputs = self._model.run(_cut(rgb, turn, shift, MESH_SIDE))
        raw = outputs["conv2d_20"].reshape(-1, 3)
        flat = raw[:, :2] @ turn.T + shift
        depth = raw[:, 2:] * (AROUND_FACE * side / MESH_SIDE)
        return Mesh(np.hstack([flat, depth]).astype(np.float32), float(1 / (1 + np.exp(-outputs["conv2d_30"].item()))))


class LidFinder:
    """Keeps the loaded model; made once. Not for use by two threads at once."""

    def __init__(self, package: Path) -> None:
        self._model = Model(package / EYE_MODEL)

    def openness(self, rgb: Pixels, left: Points, right: Points) -> float:
        """How far the lids of one eye stand apart, as a share of its width.

        `left` and `right` are its corners as the picture has them. The model was trained on one eye and finds the
        lids of the other as well without mirroring: 0.20 against 0.20, 0.24 against 0.24 on two real faces.
        """
        across = right - left
        side = AROUND_EYE * float(np.hypot(*across))
        turn, shift = _square((left + right) / 2, side, float(np.arctan2(across[1], across[0])), EYE_SIDE)
        outputs = self._model.run(_cut(rgb, turn, shift, EYE_SIDE))
        lids = outputs["output_eyes_contours_and_brows"].reshape(-1, 3)[:16, :2]
        wide = float(np.hypot(*(lids[CORNERS[1]] - lids[CORNERS[0]])))
        return float(np.clip(np.mean(lids[LOWER_LID, 1] - lids[UPPER_LID, 1]) / max(wide, 1.0), 0.0, 1.0))


def _square(centre: object, side: float, roll: float, pixels: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Turn and shift that take a place in the model's input to its place in the picture."""
    cos, sin = np.cos(roll) * side / pixels, np.sin(roll) * side / pixels
    turn = np.array([[cos, -sin], [sin, cos]])
    return turn, np.asarray(centre) - turn @ np.full(2, pixels / 2)


def _cut(rgb: Pixels, turn: NDArray[np.float64], shift: NDArray[np.float64], pixels: int) -> NDArray[np.float32]:
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cut = cv2.warpAffine(rgb, np.hstack([turn, shift[:, None]]), (pixels, pixels), flags=how)
    return cut[None].astype(np.float32) / np.float32(255)
