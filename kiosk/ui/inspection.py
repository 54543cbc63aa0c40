"""The screen of the workshop's mode: one page that fills while the parts are tried."""

from collections.abc import Callable

from kivy.clock import mainthread

from kiosk.ui import window
from kiosk.ui.pace import Pace
from kiosk.ui.readiness import ReadinessModel

# isort: split
from kiosk.ui.screens.readiness import ReadinessPage
from kiosk.ui.widgets.pane import Pane


class Inspection:
    """Shows whatever report it was given last."""

    def __init__(self, now_s: Callable[[], float], model: ReadinessModel) -> None:
        self.pane, self.page, self._pace = Pane(now_s), ReadinessPage(), Pace()
        self.page.show(model)
        self.pane.ids.place.add_widget(self.page)

    @mainthread
    def show(self, model: ReadinessModel) -> None:
        """From any thread."""
        self._pace.touched()
        self.page.show(model)

    def run(self, drawn: Callable[[], None]) -> None:
        """Until `window.stop`. `drawn` is called once the page can be read."""
        window.run(self.pane, drawn, self._pace.touched, wipe=lambda: None)
