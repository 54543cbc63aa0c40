"""Measures the largest face of a picture, and crops a portrait around it."""

import numpy as np

from kiosk.core.measures import FaceMeasures
from kiosk.imaging import backdrop, cover, features, pose, skin
from kiosk.imaging.face_finder import Face, FaceFinder
from kiosk.imaging.face_view import view
from kiosk.imaging.picture import Pixels, colour

NOBODY = FaceMeasures(0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def measure(finder: FaceFinder, pixels: Pixels) -> FaceMeasures:
    """What the largest face of a picture shows; all 0, the rest None, where there is none.

    `roll_deg` is positive where the eyes slope down towards the picture's right, `yaw_deg` where the nose points there,
    `pitch_deg` where it points down. Light and sharpness are those of the skin from brow to chin (imaging.skin), what
    is covered imaging.cover's, the cloth behind imaging.backdrop's. Raises ValueError only for what is not a picture.
    """
    return _measured(finder, colour(pixels), lids=True)


def at_a_glance(finder: FaceFinder, pixels: Pixels) -> FaceMeasures:
    """The same without the lids, which take as long as half of the rest."""
    return _measured(finder, colour(pixels), lids=False)


def _measured(finder: FaceFinder, rgb: Pixels, lids: bool) -> FaceMeasures:
    faces = finder.find(rgb)
    seen = view(finder, rgb, faces[0]) if faces else None
    lit = skin.measure(seen) if seen else None
    if seen is None or lit is None:
        return NOBODY
    height, width = rgb.shape[:2]
    covered = cover.measure(seen)
    eyes = pose.between_eyes(seen.points)
    behind = backdrop.measure(rgb, faces[0])
    left, top, across, down = faces[0].box
    return FaceMeasures(
        faces=len(faces),
        eye_distance_px=float(np.hypot(*eyes)) / seen.factor,
        roll_deg=float(np.degrees(np.arctan2(eyes[1], eyes[0]))),
        centre_x=(left + across / 2) / width,
        centre_y=(top + down / 2) / height,
        brightness=lit.brightness,
        sharpness=lit.sharpness,
        yaw_deg=pose.yaw_deg(seen.points),
        pitch_deg=pose.pitch_deg(seen.points),
        eyes_open=features.eyes_open(finder, seen) if lids else None,
        mouth_open=features.mouth_open(seen),
        evenness=lit.evenness,
        clipped=lit.clipped,
        visible=covered.visible,
        dark_lenses=covered.dark_lenses,
        eye_white=lit.eye_white,
        cut=_cut(faces[0], width, height),
        background_red=behind and behind.red,
        background_green=behind and behind.green,
        background_blue=behind and behind.blue,
        background_spread=behind and behind.spread,
    )


def _cut(face: Face, width: int, height: int) -> float:
    """0..1 of the head's box, with hair and chin, that lies outside the picture."""
    left, top, across, down = face.box
    x0, x1 = left - 0.2 * across, left + 1.2 * across
    y0, y1 = top - 0.35 * down, top + 1.1 * down
    inside = max(min(x1, width) - max(x0, 0.0), 0.0) * max(min(y1, height) - max(y0, 0.0), 0.0)
    return 1 - inside / ((x1 - x0) * (y1 - y0))


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
