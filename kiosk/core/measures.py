"""What imaging measured of one picture, as numbers without judgement; `core.quality` judges them.

None stands for what was not measured: the guiding measures of a stream leave out what takes long.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class FingerMeasures:
    """One fingertip, all figures at 500 ppi. `nfiq2` 0..100 as NFIQ 2 defines it, None where it could not be computed;
    `minutiae` found by MINDTCT, None where none were looked for; `coverage` 0..1 of the picture with ridges, `faint`
    the same with the faintest; `sharpness` their mean gradient, grey levels a px; `acuity` that gradient as a share of
    the picture's range of grey; `detail` the fine structure of the ridges, 1 where they are mere waves.
    `area_mm2` of contact, its upright box, its centre as shares of width and height; `cut` 0..1 of one of its sides
    that lies on the picture's edge; `period_px` median ridge period and `spread_px` between its quartiles; `coherence`
    0..1 of their direction over 3 mm and `straightness` over the whole; `darkness` 0..1 of the contact that is ridge;
    `clipped` 0..1 of it at the ends of the scale; `edge`, the steepest slope, as a share of the range of grey a px;
    `blot_mm2`, a dark patch, ridges or not; `grain_mm2`, a grainy one where there are no ridges; `reliability` 0..1,
    median of the minutiae's; `ground`, of what is beside the contact: 0 as dark as its ridges, 1 as light as its
    valleys."""

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
    width_mm: float | None = None
    height_mm: float | None = None
    spread_px: float | None = None
    straightness: float | None = None
    acuity: float | None = None
    detail: float | None = None
    faint: float | None = None
    edge: float | None = None
    blot_mm2: float | None = None
    grain_mm2: float | None = None
    ground: float | None = None


@dataclass(frozen=True)
class IrisMeasures:
    """One eye. `diameter_px` of the iris, 0 where none was found; `pupil_ratio` pupil to iris; `contrast` iris minus
    pupil in grey levels; `sharpness` as imaging.iris defines it; `open_share` 0..1 of the iris free of lids and glare;
    `centre_x`, `centre_y` of the pupil as shares of width and height; `gaze` 0..1, 1 looking straight; `motion` 0..1,
    0 sharp alike in all directions; `glare` 0..1 of iris and pupil; `glasses` and `lens` 0..1, the likeness of each;
    `roundness` of the pupil, its shorter axis by its longer; `outline` and `limbus` 0..1 of the pupil's and the iris's
    border seen; `brightness` median grey of the iris; `span` its diameter by the picture's shorter side; `margin` from
    iris to the picture's edge in its diameters, below 0 where it is cut."""

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
    roundness: float | None = None
    outline: float | None = None
    limbus: float | None = None
    brightness: float | None = None
    span: float | None = None
    margin: float | None = None


@dataclass(frozen=True)
class FaceMeasures:
    """`faces` found; of the largest: `eye_distance_px`, `roll_deg`, its centre as shares of width and height;
    `brightness` 0..255 and `sharpness` of the face region as imaging.face defines them; `yaw_deg`, `pitch_deg`;
    `eyes_open` and `mouth_open` 0..1 (the lesser eye); `evenness` 0..1, 1 lit alike left and right; `clipped` 0..1 of
    the face at the ends of the scale; `visible` 0..1 of brow to chin; `dark_lenses` 0..1 before the eyes;
    `eye_white` 0..255, the lightest of the eyes; `cut` 0..1 of the head outside the picture; the
    `background`'s mean colour 0..255 and, in grey levels, its `background_spread` (standard deviation)."""

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
    dark_lenses: float | None = None
    eye_white: float | None = None
    cut: float | None = None
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
