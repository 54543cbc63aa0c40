"""Measures the largest face of a picture, and crops a portrait around it."""

import numpy as np

from kiosk.core.measures import FaceMeasures
from kiosk.imaging.face_finder import Face, FaceFinder
from kiosk.imaging.picture import Pixels, grey, laplacian_of_gaussian, scaled

MEASURED_WIDTH = 160  # pixels to which a larger face is reduced before its sharpness is taken


def measure(finder: FaceFinder, pixels: Pixels) -> FaceMeasures:
    """What the largest face of a picture shows; all 0 where there is none.

    `roll_deg` is positive where the eyes slope down towards the picture's right. `brightness` is the mean luma of the
    face's box. Sharpness is the mean square of the Laplacian of Gaussian (sigma 1.4 pixels) there, after reducing the
    box to 160 pixels' width (never enlarging it), so that it does not depend on the camera's resolution.
    Raises ValueError only for what is not a picture.
    """
    faces = finder.find(pixels)
    if not faces:
        return FaceMeasures(0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    height, width = pixels.shape[:2]
    left, top, across, down = faces[0].box
    (x0, y0), (x1, y1) = faces[0].left_eye, faces[0].right_eye
    region = _region(grey(pixels), faces[0])
    small = scaled(region, min(MEASURED_WIDTH / region.shape[1], 1.0))
    return FaceMeasures(
        faces=len(faces),
        eye_distance_px=float(np.hypot(x1 - x0, y1 - y0)),
        roll_deg=float(np.degrees(np.arctan2(y1 - y0, x1 - x0))),
        centre_x=(left + across / 2) / width,
        centre_y=(top + down / 2) / height,
        brightness=float(region.mean()),
        sharpness=float(np.mean(laplacian_of_gaussian(small) ** 2)),
    )


def crop_portrait(finder: FaceFinder, rgb: Pixels) -> Pixels:
    """The card's portrait, 3 wide by 4 high, around the largest face, in the picture's own pixels.

    The proportions are those of the full frontal token image of ISO/IEC 19794-5: width four eye distances, eyes at 0.6
    of the width below the top. Where the picture is too small for that, the crop is as large as the picture allows.
    Raises ValueError where there is no face.
    """
    faces = finder.find(rgb)
    if not faces:
        raise ValueError("no face to crop a portrait around")
    (x0, y0), (x1, y1) = faces[0].left_eye, faces[0].right_eye
    height, width = rgb.shape[:2]
    unit = int(min(4 * np.hypot(x1 - x0, y1 - y0) / 3, width / 3, height / 4))
    across, down = 3 * unit, 4 * unit
    if not unit:
        raise ValueError("the face is too small to crop a portrait around")
    left = int(np.clip((x0 + x1) / 2 - across / 2, 0, width - across))
    top = int(np.clip((y0 + y1) / 2 - 0.6 * across, 0, height - down))
    return rgb[top : top + down, left : left + across].copy()


def _region(plane: Pixels, face: Face) -> Pixels:
    """The part of the face's box that lies in the picture, at least one pixel."""
    height, width = plane.shape
    left, top = int(np.clip(face.box[0], 0, width - 1)), int(np.clip(face.box[1], 0, height - 1))
    right, bottom = int(face.box[0] + face.box[2]), int(face.box[1] + face.box[3])
    return plane[top : max(bottom, top + 1), left : max(right, left + 1)]
