"""The one window and its loop, for whatever pane is drawn in it."""

from collections.abc import Callable
from typing import Any

import kiosk.ui.kivy_config  # noqa: F401  Kivy reads its settings when it is imported

# isort: split
from kivy.base import EventLoop, ExceptionHandler, ExceptionManager, runTouchApp, stopTouchApp
from kivy.clock import Clock

from kiosk.ui.widgets.fit import Fit
from kiosk.ui.widgets.pane import Pane

# Without a desktop the first picture is lost and whatever stands still after it leaves the panel black: measured with
# SDL's KMSDRM on a virtual panel, where two are enough.
FLIPS = 3


def run(pane: Pane, drawn: Callable[[], None], touched: Callable[[], None], wipe: Callable[[], None]) -> None:
    """Draw the pane until `stop`. `drawn` is called once its first picture stands on the screen, `wipe` when the loop
    ends; what goes wrong in the loop is raised after it."""
    handler, window = _Wipe(wipe), EventLoop.window
    if window is None:
        raise RuntimeError("a pane was made without a window")
    ExceptionManager.add_handler(handler)
    window.bind(on_motion=lambda *_: touched())
    _when_shown(window, drawn)
    try:
        runTouchApp(Fit(pane))
    finally:
        ExceptionManager.remove_handler(handler)
        wipe()


def stop(*_: object) -> None:
    """End the loop, from any thread."""
    Clock.schedule_once(lambda _: stopTouchApp())


def when_reached(answer: Callable[[], None]) -> None:
    """Have this called by the loop at its next turn, from any thread."""
    Clock.schedule_once(lambda _: answer())


def _when_shown(window: Any, drawn: Callable[[], None]) -> None:
    """Flip until a picture stands there. Kivy tells of a flip before it does it: the turn after the last one is the
    first at which it is done."""
    left = FLIPS

    def flips(*_: object) -> None:
        nonlocal left
        left -= 1
        if left:
            when_reached(window.canvas.ask_update)
            return
        window.unbind(on_flip=flips)
        when_reached(drawn)

    window.bind(on_flip=flips)


class _Wipe(ExceptionHandler):
    """Nothing of anybody stays while the program ends; the error goes on to whoever started the loop."""

    def __init__(self, wipe: Callable[[], None]) -> None:
        self._wipe = wipe

    def handle_exception(self, exception: BaseException) -> Any:
        """Wipe, then raise."""
        self._wipe()
        return ExceptionManager.RAISE
