"""What is wrong with a page as it is drawn: words that do not fit, targets too small or too close, what leaves the
panel."""

from collections.abc import Iterator
from itertools import combinations

from kiosk.ui import theme
from kiosk.ui.widgets.ink_pad import InkPad
from kiosk.ui.widgets.tap_button import TapButton
from kiosk.ui.widgets.text import Words

OFFICERS_TAGS = {"officer", "retake", "attest"}  # an officer's buttons on a resident's page


def faults(widgets: list, residents: bool = False) -> tuple[str, ...]:
    """Everything that is wrong."""
    return (*words(widgets), *targets(widgets, residents), *gaps(widgets), *outside(widgets))


def words(widgets: list) -> Iterator[str]:
    for label in (w for w in widgets if isinstance(w, TapButton | Words) and w.text):
        room = label.width - label.padding[0] - label.padding[2]
        if label.texture_size[1] > label.height + 1:
            yield f"{label.text!r} is {label.texture_size[1]} high and has {label.height:.0f}"
        if any(label._label.get_extents(word)[0] > room + 1 for word in label.text.split()):
            yield f"{label.text!r} is broken inside a word"


def targets(widgets: list, residents: bool = False) -> Iterator[str]:
    for button in (w for w in widgets if isinstance(w, TapButton)):
        least = theme.TARGET if residents and button.tag not in OFFICERS_TAGS else theme.OFFICER
        if min(button.size) < least - 0.5:
            yield f"{button.text!r} is {button.size}, wants {least}"


def gaps(widgets: list) -> Iterator[str]:
    for one, other in combinations([w for w in widgets if isinstance(w, TapButton | InkPad)], 2):
        (x, y), (u, v) = one.to_window(*one.pos), other.to_window(*other.pos)
        across = max(u - x - one.width, x - u - other.width)
        along = max(v - y - one.height, y - v - other.height)
        if max(across, along) < theme.GAP - 0.5:
            yield f"{_name(one)} and {_name(other)} stand {max(across, along):.0f} apart"


def _name(widget: object) -> str:
    return getattr(widget, "text", "") or type(widget).__name__


def outside(widgets: list) -> Iterator[str]:
    top = theme.HEIGHT - theme.BANNER
    for widget in widgets:
        if isinstance(widget, TapButton | Words | InkPad):
            x, y = widget.to_window(*widget.pos)
            if x < 0 or y < 0 or x + widget.width > theme.WIDTH + 1 or y + widget.height > top + 1:
                yield f"{_name(widget)!r} leaves the panel"
