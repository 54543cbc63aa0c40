"""What Kivy has to be told before any other part of it is imported: import this first, for its effect."""

import os

for name, value in {
    "KIVY_NO_ARGS": "1",  # the command line is ours
    "KIVY_NO_CONFIG": "1",  # nobody's ~/.kivy/config.ini decides how a box behaves
    "KIVY_NO_FILELOG": "1",
    "KIVY_LOG_MODE": "PYTHON",
    "KIVY_WINDOW": "sdl2",  # without it a failed SDL ends the process inside the x11 provider, without an exception
    "KIVY_METRICS_DENSITY": "1",  # the panel's millimetres stand in theme.py
    "KIVY_METRICS_FONTSCALE": "1",
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
