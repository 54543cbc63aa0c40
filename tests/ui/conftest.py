"""Screens off-screen: one window for all tests here, 800 x 480, drawn by software."""

import os

os.environ["SDL_VIDEODRIVER"] = "offscreen"
os.environ["SDL_AUDIODRIVER"] = "dummy"
