"""What imaging measured of one picture, as numbers without judgement; `core.quality` judges them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FingerMeasures:
    """`nfiq2` 0..100 as NFIQ 2 defines it, None where it could not be computed; `minutiae` found by MINDTCT;
    `coverage` 0..1, the share of the picture with ridges; `sharpness` as imaging.fingerprint defines it."""

    nfiq2: int | None
    minutiae: int
    coverage: float
    sharpness: float


@dataclass(frozen=True)
class IrisMeasures:
    """`diameter_px` of the iris, 0 where none was found; `pupil_ratio` pupil to iris; `contrast` iris minus pupil in
    grey levels; `sharpness` as imaging.iris defines it; `open_share` 0..1 of the iris free of lids and glare."""

    diameter_px: float
    pupil_ratio: float
    contrast: float
    sharpness: float
    open_share: float


@dataclass(frozen=True)
class FaceMeasures:
    """`faces` found; of the largest: `eye_distance_px`, `roll_deg`, its centre as shares of width and height;
    `brightness` 0..255 and `sharpness` of the face region as imaging.face defines them."""

    faces: int
    eye_distance_px: float
    roll_deg: float
    centre_x: float
    centre_y: float
    brightness: float
    sharpness: float


Measures = FingerMeasures | IrisMeasures | FaceMeasures
