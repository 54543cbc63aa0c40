"""One found face at the size at which it is measured, with its points: everything of a face is measured in this."""

from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.imaging.face_finder import Face, FaceFinder
from kiosk.imaging.landmarks import Points
from kiosk.imaging.picture import Pixels, grey, scaled

MEASURED_WIDTH = 160  # pixels to which a larger face is reduced, so that nothing depends on the camera's resolution
AROUND = 0.5  # of the face's box on each side: the models look at half of that, chin and forehead lie in the other
LEAST_PRESENCE = 0.5  # of the mesh model; real and drawn faces, masked ones too, reach 0.99


@dataclass(frozen=True, eq=False)
class FaceView:
    """`rgb` and `plane` (luma) of the face and what is around it; `points` 468 x 3 in their pixels, `factor` of the
    picture's."""

    rgb: Pixels
    plane: Pixels
    points: Points
    factor: float

    def polygon(self, corners: tuple[int, ...]) -> Pixels:
        """The area between these points: as high and wide as the plane, 255 within and 0 outside."""
        area = np.zeros(self.plane.shape, dtype=np.uint8)
        cv2.fillPoly(area, [np.round(self.points[list(corners), :2]).astype(np.int32)], 255)
        return area


def view(finder: FaceFinder, rgb: Pixels, face: Face, around: float = AROUND) -> FaceView | None:
    """The face with its points and `around` of its box on each side, as far as the picture goes.

    None where the model of the points finds that it is no face.
    """
    height, width = rgb.shape[:2]
    left, top, across, down = face.box
    margin = around * max(across, down)
    columns = slice(max(int(left - margin), 0), min(int(left + across + margin) + 1, width))
    rows = slice(max(int(top - margin), 0), min(int(top + down + margin) + 1, height))
    cut = rgb[rows, columns]
    if not cut.size or min(across, down) < 1:
        return None
    factor = min(MEASURED_WIDTH / across, 1.0)
    small = scaled(cut, factor)
    centre = ((left + across / 2 - columns.start) * factor, (top + down / 2 - rows.start) * factor)
    (x0, y0), (x1, y1) = face.left_eye, face.right_eye
    mesh = finder.mesh.find(small, centre, max(across, down) * factor, float(np.arctan2(y1 - y0, x1 - x0)))
    return FaceView(small, grey(small), mesh.points, factor) if mesh.presence >= LEAST_PRESENCE else None
