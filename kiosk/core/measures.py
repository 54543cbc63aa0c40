"""What imaging measured of one picture, as numbers without judgement; `core.quality` judges them.

None stands for what was not measured: the guiding measures of a stream leave out what takes long.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class FingerMeasures:
    """One fingertip, all figures at 500 ppi. `nfiq2` 0..100 as NFIQ 2 defines it, None where it could not be computed;
    `minutiae` found by MINDTCT, None where none were looked for; `coverage` 0..1 of the picture with ridges;
    `sharpness` as imaging.ridges defines it. `area_mm2` of contact, its centre as shares of width and height, `cut`
    0..1 of its outline on the picture's edge; `period_px` median ridge period; `coherence` 0..1 of their direction;
    `darkness` 0..1 of the contact that is ridge; `clipped` 0..1 of it at the ends of the scale; `reliability` 0..1,
    median of the minutiae's."""

    nfiq2: int | None
    minutiae: int | None
    coverage: float
    sharpness: float
    area_mm2: float | None = None
    centre_x: float | None = None
    centre_y: float | None = None
    cut: float | None = None
    period_px: float | None = None
    coherence: float | None = None
    darkness: float | None = None
    clipped: float | None = None
    reliability: float | None = None


@dataclass(frozen=True)
class IrisMeasures:
    """One eye. `diameter_px` of the iris, 0 where none was found; `pupil_ratio` pupil to iris; `contrast` iris minus
    pupil in grey levels; `sharpness` as imaging.iris defines it; `open_share` 0..1 of the iris free of lids and glare;
    `centre_x`, `centre_y` of the pupil as shares of width and height; `gaze` 0..1, 1 looking straight; `motion` 0..1,
    0 sharp alike in all directions; `glare` 0..1 of iris and pupil; `glasses` and `lens` 0..1, the likeness of each."""

    diameter_px: float
    pupil_ratio: float
    contrast: float
    sharpness: float
    open_share: float
    centre_x: float | None = None
    centre_y: float | None = None
    scleral_contrast: float | None = None
    gaze: float | None = None
    motion: float | None = None
    glare: float | None = None
    glasses: float | None = None
    lens: float | None = None


@dataclass(frozen=True)
class FaceMeasures:
    """`faces` found; of the largest: `eye_distance_px`, `roll_deg`, its centre as shares of width and height;
    `brightness` 0..255 and `sharpness` of the face region as imaging.face defines them; `yaw_deg`, `pitch_deg`;
    `eyes_open` and `mouth_open` 0..1 (the lesser eye); `evenness` 0..1, 1 lit alike left and right; `clipped` 0..1 of
    the face at the ends of the scale; `visible` 0..1 of brow to chin; the `background`'s mean colour 0..255 and, in
    grey levels, its `background_spread` (standard deviation)."""

    faces: int
    eye_distance_px: float
    roll_deg: float
    centre_x: float
    centre_y: float
    brightness: float
    sharpness: float
    yaw_deg: float | None = None
    pitch_deg: float | None = None
    eyes_open: float | None = None
    mouth_open: float | None = None
    evenness: float | None = None
    clipped: float | None = None
    visible: float | None = None
    background_red: float | None = None
    background_green: float | None = None
    background_blue: float | None = None
    background_spread: float | None = None


@dataclass(frozen=True)
class RestMeasures:
    """A sensor at rest: the platen empty, the illuminators off. `level` 0..255 is the mean grey, `residue` 0..1 the
    share of the picture with ridges."""

    level: float
    residue: float


Measures = FingerMeasures | IrisMeasures | FaceMeasures
