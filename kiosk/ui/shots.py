"""Draws pages off-screen into PNG files: `python -m kiosk.ui.shots OUT` for every page in every language, `draw` for
desks that a tour has seen. Only training desks are drawn: there is no picture of a real session."""

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")

# isort: split
from kiosk.ui.app import Screens

# isort: split
from kivy.base import EventLoop
from kivy.core.window import Window
from kivy.graphics.opengl import glFinish
from kivy.uix.widget import Widget

from kiosk.core.desk import Desk
from kiosk.ui.inspection import Inspection
from kiosk.ui.navigator import navigate
from kiosk.ui.samples import Scene, inspections, obstacles, scenes
from kiosk.ui.screens.capture import CapturePage
from kiosk.ui.standstill import Standstill
from kiosk.words import LANGUAGES

FRAMES = 3  # until layouts have settled


class Easel:
    """One window off-screen; scenes are put on it and drawn."""

    def __init__(self) -> None:
        self.screens = Screens(now_s=lambda: 0.0, fps=0)
        EventLoop.ensure_window()
        Window.add_widget(self.screens.pane)
        if EventLoop.status != "started":
            EventLoop.start()

    def put(self, scene: Scene) -> None:
        """Show a scene, with what its sensor sees."""
        self.screens.pane.training = scene.desk.training
        self.screens.turn_to(navigate(scene.desk, scene.beside))
        if scene.view is not None and isinstance(self.screens.page, CapturePage):
            self.screens.page.look(scene.view)
        _settle()

    def save(self, path: Path) -> None:
        """The panel as a PNG file."""
        self.screens.pane.export_to_png(str(path))

    def close(self) -> None:
        """Leave the window to the next."""
        self.screens.wipe()
        Window.remove_widget(self.screens.pane)


def draw(desks: Sequence[tuple[str, Desk]], out: Path) -> list[Path]:
    """One PNG file a desk, by its name, in the order given. ValueError for a desk of a real box."""
    if not all(desk.training for _, desk in desks):
        raise ValueError("a real session is never drawn into a file")
    return _draw((Scene(f"{number:02d}-{name}", desk) for number, (name, desk) in enumerate(desks, start=1)), out)


def draw_all(out: Path) -> list[Path]:
    """Every page in every language."""
    drawn = [path for language in LANGUAGES for path in _draw(scenes(language), out / language)]
    for language in LANGUAGES:
        alone = [(name, Standstill(lambda: 0.0, model).pane) for name, model in obstacles(language)]
        alone += [(name, Inspection(lambda: 0.0, model).pane) for name, model in inspections(language)]
        drawn += [draw_alone(pane, out / language / f"{name}.png") for name, pane in alone]
    return drawn


def draw_alone(pane: Widget, path: Path) -> Path:
    """A pane without a desk: of a box that does not start, or that is inspected."""
    EventLoop.ensure_window()
    Window.add_widget(pane)
    if EventLoop.status != "started":
        EventLoop.start()
    _settle()
    pane.export_to_png(str(path))
    Window.remove_widget(pane)
    return path


def _settle() -> None:
    """Let layouts settle; without glFinish an off-screen window hoards memory."""
    for _ in range(FRAMES):
        EventLoop.idle()
    glFinish()


def _draw(pictures: Iterable[Scene], out: Path) -> list[Path]:
    out.mkdir(parents=True, exist_ok=True)
    easel, drawn = Easel(), []
    try:
        for scene in pictures:
            easel.put(scene)
            drawn.append(out / f"{scene.name}.png")
            easel.save(drawn[-1])
    finally:
        easel.close()
    return drawn


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Usage: python -m kiosk.ui.shots OUT\n\nExample: python -m kiosk.ui.shots out/shots")
    print(f"{len(draw_all(Path(sys.argv[1])))} pictures in {sys.argv[1]}")
