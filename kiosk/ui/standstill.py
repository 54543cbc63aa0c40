"""The screens of a box that does not start: one page, no device, no store."""

from collections.abc import Callable

from kiosk.core.desk import StopWanted
from kiosk.ui import window
from kiosk.ui.acts import Act
from kiosk.ui.obstacle import ObstacleModel
from kiosk.ui.pace import Pace

# isort: split
from kiosk.ui.screens.obstacle import ObstaclePage
from kiosk.ui.widgets.pane import Pane


class Standstill:
    """Says what is wrong until it is switched off."""

    def __init__(self, now_s: Callable[[], float], model: ObstacleModel) -> None:
        self.pane, self.page, self._pace = Pane(now_s), ObstaclePage(), Pace()
        self.page.show(model)
        self.page.bind(on_event=lambda _, act: self._perform(act))
        self.pane.ids.place.add_widget(self.page)

    def run(self, drawn: Callable[[], None]) -> None:
        """Until the button is touched, or `window.stop`. `drawn` is called once the page can be read."""
        window.run(self.pane, drawn, self._pace.touched, wipe=lambda: None)

    def _perform(self, act: Act) -> None:
        if isinstance(act, StopWanted):
            window.stop()
