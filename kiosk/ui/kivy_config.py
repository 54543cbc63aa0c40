"""What Kivy has to be told before any other part of it is imported: import this first, for its effect. How this very
panel is mounted is told by `fit`, before the first widget is made, because that opens the window."""

import os
import re
from pathlib import Path

for name, value in {
    "KIVY_NO_ARGS": "1",  # the command line is ours
    "KIVY_NO_CONFIG": "1",  # nobody's ~/.kivy/config.ini decides how a box behaves
    "KIVY_NO_FILELOG": "1",
    "KIVY_LOG_MODE": "PYTHON",
    "KIVY_WINDOW": "sdl2",  # without it a failed SDL ends the process inside the x11 provider, without an exception
    "KIVY_METRICS_DENSITY": "1",  # the panel's millimetres stand in theme.py
    "KIVY_METRICS_FONTSCALE": "1",
    "SDL_NO_SIGNAL_HANDLERS": "1",  # SIGTERM is ours: whoever stands there is parked
}.items():
    os.environ[name] = value

# isort: split
from kivy.config import Config  # noqa: E402

from kiosk.ui import theme  # noqa: E402

for section, option, setting in (
    ("graphics", "width", theme.WIDTH),
    ("graphics", "height", theme.HEIGHT),
    ("graphics", "resizable", 0),
    ("graphics", "maxfps", 30),
    ("graphics", "multisamples", 0),  # doubles the cost of software rendering
    ("graphics", "allow_screensaver", 0),
    ("kivy", "exit_on_escape", 0),
    ("kivy", "keyboard_mode", "systemanddock"),
    ("input", "mouse", "mouse,disable_multitouch"),
):
    Config.set(section, option, setting)
Config.remove_option("input", "%(name)s")  # with the mouse beside it every touch of a panel would count twice

INPUTS, NODES = Path("/sys/class/input"), Path("/dev/input")
# Some kernels put bus and address before the name of a panel on I2C, and number the buses anew: 10-0038, 4-0038, none.
ON_BUS = r"(\d+-[0-9a-f]{4} )?"
# Kivy's mtdev turns by swapping the axes, which mirrors: with one of them inverted it is the turn that its name says.
TOUCH_TURNS = {0: "", 90: ",param=rotation=90,param=invert_x=1", 180: ",param=rotation=180"}
TOUCH_TURNS[270] = ",param=rotation=90,param=invert_y=1"


def fit(fullscreen: bool = False, rotation: int = 0, touch: str = "", touch_rotation: int = 0) -> None:
    """Fill the screen, turn the picture clockwise by so many degrees, and take touches from the kernel's device of this
    name in place of the mouse; LookupError, with the names that may be read, where none has it."""
    Config.set("graphics", "fullscreen", "auto" if fullscreen else 0)
    Config.set("graphics", "show_cursor", int(not fullscreen))
    Config.set("graphics", "rotation", -rotation % 360)
    if not touch:
        return
    wanted, names = f"^{ON_BUS}{re.escape(re.sub(f'^{ON_BUS}', '', touch))}$", _readable()
    if not any(re.match(wanted, name) for name in names):
        raise LookupError(f"no input device is called {touch}; there are: {', '.join(sorted(names)) or 'none'}")
    match = f"provider=mtdev,select_all=1,use_regex=1,match={wanted}"
    Config.set("input", "panel", f"probesysfs,{match}{TOUCH_TURNS[touch_rotation]}")
    Config.remove_option("input", "mouse")  # one provider: with both every touch counts twice


def _readable() -> set[str]:
    """Names of the input devices whose node has got its rights: the kernel tells of one before udev gives them."""
    found = ((path.parents[1].name, path) for path in INPUTS.glob("event*/device/name"))
    return {path.read_text(errors="replace").strip() for node, path in found if os.access(NODES / node, os.R_OK)}
