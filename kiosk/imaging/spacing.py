"""The distance from ridge to ridge, from the spectra of small windows: what tells a print from cloth, a face or an eye,
and a sensor's true resolution from a stated one."""

from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.imaging.picture import Plane
from kiosk.imaging.ridges import BLOCK, Mask

WINDOW = 32  # px: three to four ridges
STEP = 16  # px between windows
LEAST_WINDOWS = 3  # fewer have no spread worth the name
MOST_WINDOWS = 100  # more change the median by less than 0.1 px
LOWEST, HIGHEST = 1.3, 10.0  # waves in a window: periods of 25 to 3.2 px


@dataclass(frozen=True)
class Spacing:
    """In px: the median `period`, and the distance between its quartiles: 0.9 to 2 on fingers, below 0.1 on what a
    machine ruled, above 4 where no ridges are."""

    period: float
    spread: float


def measure(plane: Plane, ridged: Mask) -> Spacing | None:
    """Spacing of the ridges in a grey picture whose `ridged` blocks have some; None where no window shows any."""
    height, width = plane.shape
    if min(height, width) < WINDOW:
        return None
    rows, columns = np.mgrid[0 : height - WINDOW + 1 : STEP, 0 : width - WINDOW + 1 : STEP].reshape(2, -1)
    middle = WINDOW // 2
    down = np.minimum((rows + middle) // BLOCK, ridged.shape[0] - 1)
    shown = ridged[down, np.minimum((columns + middle) // BLOCK, ridged.shape[1] - 1)].nonzero()[0]
    if shown.size < LEAST_WINDOWS:
        return None
    if shown.size > MOST_WINDOWS:
        shown = shown[np.linspace(0, shown.size - 1, MOST_WINDOWS).astype(int)]
    windows = np.lib.stride_tricks.sliding_window_view(plane, (WINDOW, WINDOW))[rows[shown], columns[shown]]
    low, median, high = np.percentile(_periods(windows), (25, 50, 75))
    return Spacing(float(median), float(high - low))


def _periods(windows: np.ndarray) -> np.ndarray:
    """Of each window's strongest wave: its place is the mean of the 3 x 3 bins around the peak, by their power."""
    bell = np.hanning(WINDOW).astype(np.float32)
    still = (windows - windows.mean(axis=(1, 2), keepdims=True)) * np.outer(bell, bell)
    reach = int(HIGHEST) + 1
    steps = np.arange(-reach, reach + 1)
    turns = np.exp(-2j * np.pi / WINDOW * np.outer(steps, np.arange(WINDOW))).astype(np.complex64)
    power = np.abs(turns @ still @ turns[reach - 1 :].T) ** 2  # of a real picture: the other half is the same
    across = steps[reach - 1 :]
    waves = np.hypot(steps[:, None], across[None])
    sought = np.where((waves >= LOWEST) & (waves <= HIGHEST) & (across >= 0), power, 0.0)
    each, (y, x) = np.arange(len(power))[:, None], np.divmod(sought.reshape(len(power), -1).argmax(axis=1), len(across))
    near = np.mgrid[-1:2, -1:2].reshape(2, -1)
    there = y[:, None] + near[0], x[:, None] + near[1]
    weight = power[each, there[0], there[1]]
    wave = (weight * waves[there]).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-9)
    return WINDOW / np.maximum(wave, 1.0)


def pure_wave(period: float) -> float:
    """What `fingertip`'s detail would be of plain sine waves of this period: nothing but the wave itself."""
    square = float(2 * np.pi / period) ** 2
    return (1 - np.exp(-square / 2)) ** 2 / np.exp(-1.125 * square)


def fine(plane: Plane) -> Plane:
    """The picture without what is smooth at a scale of 1 px: twice the difference from its Gaussian."""
    for _ in range(2):
        plane = plane - cv2.GaussianBlur(plane, (7, 7), 1.0)
    return plane
