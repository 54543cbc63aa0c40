"""What stands between an eye and its camera: lamps, glasses, a printed lens, the sun, a hand that shakes."""

import cv2
import numpy as np
from numpy.typing import NDArray

from hal.world.grain import Plane, clouds, speckle

_LEVEL_AT_REST = 5.0  # grey levels of a covered camera
_SUN = 190.0  # grey levels that full sun gives to skin while the lamps are off
_PRINT_PERIOD = 7.0  # px between the dots of a printed lens, at distance 1
_PRINT_TURN = 0.45  # radians between its rows and the picture's
_LENS_EDGE = 1.17  # of the iris's radius: soft lenses are 14 mm across, irises 12


def lamps(rng: np.random.Generator, x: Plane, y: Plane, bare: Plane, glare: float) -> Plane:
    """The camera's two lamps on the cornea, and one broad reflection of strength `glare`."""
    across = np.exp(-((np.abs(x) - 17) ** 2) / 20)
    light = 235 * bare * (across * np.exp(-((y + 13) ** 2) / 20))
    if glare:
        at = rng.uniform(-60, 60, 2)
        light = light + 330 * glare * np.exp(-((((x - at[0]) / 75) ** 2 + ((y - at[1]) / 55) ** 2) ** 2))
    return np.asarray(light, np.float32)


def with_glasses(rng: np.random.Generator, grey: Plane, x: Plane, y: Plane, strength: float) -> Plane:
    """Dark rims over, under and beside the eye, and both lamps large on the glass; `strength` 0..1 of all of it."""
    wide, high = 268 + rng.uniform(-12, 12), 168 + rng.uniform(-12, 12)
    round_ = ((np.abs(x + 10) / wide) ** 4 + (np.abs(y) / high) ** 4) ** 0.25
    rim = np.exp(-((((round_ - 1) * high) / 11) ** 6)) * strength
    grey = grey * (1 - rim) + 34 * rim
    at = rng.uniform((-70, -70), (70, 50))
    for side in (-1, 1):
        away = ((x - at[0] - side * 55) / 24) ** 2 + ((y - at[1]) / 18) ** 2
        grey = grey + 260 * strength * np.exp(-(away**3))
    return np.asarray(grey, np.float32)


def printed(grey: Plane, x: Plane, y: Plane, radius: float, strength: float) -> Plane:
    """A printed lens on the cornea: rows of dark dots over the iris but not its middle, and the lens's own edge."""
    away = np.hypot(x, y)
    along, over = (x * np.cos(turn) + y * np.sin(turn) for turn in (_PRINT_TURN, _PRINT_TURN + np.pi / 2))
    across = np.cos(2 * np.pi * along / _PRINT_PERIOD) * np.cos(2 * np.pi * over / _PRINT_PERIOD)
    where = 1 / (1 + np.exp(np.clip((np.abs(away - 0.76 * radius) - 0.2 * radius) / 3, -30, 30)))
    edge = np.exp(-(((away - _LENS_EDGE * radius) / 2.5) ** 2)) - np.exp(-(((away - _LENS_EDGE * radius - 6) / 3) ** 2))
    return np.asarray(grey - strength * (60 * where * np.clip(across, 0, 1) - 22 * edge), np.float32)


def sunlit(rng: np.random.Generator, grey: Plane, strength: float) -> Plane:
    """The same view with sun from one side: lighter, uneven, and washed out where it strikes."""
    tilt = rng.uniform(-1, 1)
    cols = np.linspace(-1, 1, grey.shape[1], dtype=np.float32)[None, :]
    return np.asarray(grey * (1 + 0.5 * strength) + 110 * strength * (0.8 + 0.3 * tilt * cols), np.float32)


def shaken(grey: Plane, motion: tuple[float, float]) -> Plane:
    """Smeared along a straight way of `motion` px to the right and down."""
    length = float(np.hypot(*motion))
    if length < 1:
        return grey
    side = 2 * int(np.ceil(length / 2)) + 3
    kernel = np.zeros((side, side), np.float32)
    middle, half = (side - 1) / 2, np.array(motion) / 2
    for along in np.linspace(-1, 1, 8 * side):
        at_x, at_y = middle + along * half
        kernel[round(at_y), round(at_x)] += 1
    smeared = cv2.filter2D(grey, cv2.CV_32F, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(smeared, np.float32)


def at_rest(rng: np.random.Generator, shape: tuple[int, int], sun: float) -> NDArray[np.uint8]:
    """What the camera sees between two pictures, its lamps off: all but black indoors, the world outside in the sun."""
    world = _SUN * sun * (1 + 0.25 * clouds(rng, shape, 160) + 0.08 * clouds(rng, shape, 25))
    return np.clip(_LEVEL_AT_REST + world + 2.2 * speckle(rng, shape), 0, 255).astype(np.uint8)
