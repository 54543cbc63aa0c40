"""Sizes in millimetres and colours, in one place. No Kivy here: tests measure what is drawn against these numbers."""

from math import ceil

WIDTH, HEIGHT = 800, 480  # pixels of the panel
PANEL_MM = 154.0  # its width
PX_PER_MM = WIDTH / PANEL_MM


def mm(millimetres: float) -> int:
    """Pixels on the panel, never fewer than asked."""
    return ceil(millimetres * PX_PER_MM)


TARGET = mm(20)  # what a resident touches: fingertips are up to 22 mm wide
OFFICER = mm(12)  # what an officer touches
GAP = mm(5)  # between any two targets
MARGIN = mm(2.5)  # off the bezel
BANNER = mm(5)
ROUND = mm(1.5)

TITLE, TEXT, BUTTON, SMALL = 32, 24, 24, 19  # font sizes in pixels

PAPER = "#FBFAF6"
INK = "#16202B"
CARD = "#FFFFFF"
FRAME = "#B9B5A8"
TRAINING = "#FFD24A"
LIT = "#F5A300"
DONE = "#8CCB9B"
EXEMPT = "#CFCBC0"
SKIN = "#F1DFCB"
DONE_INK = "#0B4A24"

# Buttons by kind: what lies under and what is written on it; each pair keeps 7:1.
KINDS = {
    "main": ("#0B3D6E", "#FFFFFF"),
    "yes": ("#0B5A2B", "#FFFFFF"),
    "no": ("#8A1212", "#FFFFFF"),
    "plain": ("#E7E3D8", INK),
    "officer": ("#3A424C", "#FFFFFF"),
    "off": ("#DAD7CE", "#3B3F44"),
}


def rgba(colour: str, alpha: float = 1.0) -> tuple[float, float, float, float]:
    """From #RRGGBB to what the canvas takes."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue, alpha


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    linear = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgba(colour)[:3])
    return sum(share * c for share, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
