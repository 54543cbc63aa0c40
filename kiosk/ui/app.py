"""The screens of one box: the page of each desk as the navigator says, acts to the doors of the kiosk, no decisions."""

import json
from collections.abc import Callable

import numpy as np

import kiosk.ui.kivy_config  # noqa: F401  Kivy reads its settings when it is imported

# isort: split
from kivy.clock import Clock
from numpy.typing import NDArray

from kiosk.core.desk import Desk, DeskEvent, Mode
from kiosk.core.events import SessionEvent
from kiosk.ui import acts, window
from kiosk.ui.acts import Act
from kiosk.ui.beside import Beside, Form, Unlock
from kiosk.ui.doors import Doors
from kiosk.ui.models import Model
from kiosk.ui.navigator import Name, Shown, navigate, place
from kiosk.ui.pace import BUSY_FPS, Pace
from kiosk.ui.screens.capture import CapturePage
from kiosk.ui.screens.listing import ListingPage
from kiosk.ui.screens.page import Page
from kiosk.ui.screens.pages import PAGES
from kiosk.ui.unlocking import Job, Unlocking
from kiosk.ui.widgets.pane import Pane

PREVIEW_HZ = 15.0  # enough to find one's place, and half the cost of 30
GOODBYE_S = 3.0  # the stopping page can be read before the program ends


class Screens:
    """One window. `show` may be called from any thread and keeps the latest desk only; all else is the loop's."""

    def __init__(self, now_s: Callable[[], float], fps: int = BUSY_FPS) -> None:
        self.pane = Pane(now_s)
        self.page: Page | None = None
        self.name: Name | None = None
        self._pages: dict[Name, Page] = {}
        self._desk = Desk()
        self._form: Form | None = None
        self._form_place = place(self._desk)
        self._doors: Doors | None = None
        self._unlocking: Unlocking | None = None
        self._behind: Callable[[Job], None] = lambda job: None
        self._code: str | None = None
        self._pace = Pace(fps)
        self._draw_soon = Clock.create_trigger(lambda _: self.draw())
        self._watching = Clock.create_trigger(lambda _: self._look(), 1 / PREVIEW_HZ, interval=True)
        self._goodbye = Clock.create_trigger(window.stop, GOODBYE_S)

    def show(self, desk: Desk) -> None:
        """This is the state now."""
        self._desk = desk
        self._draw_soon()

    def serve(self, doors: Doors, find_card: Callable[[], str | None], behind: Callable[[Job], None]) -> None:
        """From now on touches reach these doors. `find_card` looks for an officer's card for some seconds; `behind`
        runs what takes long on a thread of its own."""
        self._doors, self._behind = doors, behind
        self._unlocking = Unlocking(find_card, doors.open_day, behind, self._draw_soon)
        self.show(doors.desk)

    def run(self, drawn: Callable[[], None]) -> None:
        """Until the desk has stopped, or the window is closed; `drawn` is called once the first page can be seen. What
        goes wrong in the loop is raised after a wipe."""
        self.draw()
        window.run(self.pane, drawn, self._pace.touched, self.wipe)

    def wipe(self) -> None:
        """Nothing of anybody stays on a page, shown or not."""
        for page in self._pages.values():
            page.clear()

    # Drawing

    def draw(self) -> None:
        """Show the page of the latest desk."""
        desk, unlock = self._desk, self._unlocking
        if unlock is not None and desk.mode is not Mode.LOCKED:
            unlock.forget()
        if self._form is not None and place(desk) != self._form_place:
            self._form = None
        self.pane.training = desk.training
        self.turn_to(navigate(desk, Beside(self._form, unlock.stage if unlock else Unlock.SHUT, self._code)))
        if desk.mode is Mode.STOPPING:
            self._goodbye()

    def turn_to(self, shown: Shown) -> None:
        """Put this page in place of the one before, which keeps nothing."""
        if shown.name is not self.name:
            self._leave()
            self.name, self.page = shown.name, self._page_of(shown.name)
            self.pane.ids.place.add_widget(self.page)
            self.pane.turned()
        if self.page is not None:
            self._put(self.page, shown.model)
        self._keep_pace()

    def _put(self, page: Page, model: Model) -> None:
        if page.model != model:
            page.show(model)

    def _leave(self) -> None:
        if self.page is not None:
            self.pane.ids.place.remove_widget(self.page)
            self.page.clear()

    def _page_of(self, name: Name) -> Page:
        if name not in self._pages:
            page = PAGES[name]()
            page.bind(on_event=lambda _, act: self.perform(act))
            if isinstance(page, ListingPage):
                page.face_of = self._face
            self._pages[name] = page
        return self._pages[name]

    def _face(self, manifest_hash: str) -> NDArray[np.uint8] | None:
        return self._doors.face(manifest_hash) if self._doors is not None else None

    def _keep_pace(self) -> None:
        self._watching.cancel()
        if isinstance(self.page, CapturePage):
            self._watching()
            self._pace.hold()
        else:
            self._pace.touched()

    def _look(self) -> None:
        if isinstance(self.page, CapturePage) and self._doors is not None:
            self.page.look(self._doors.preview.read())

    # Acts

    def perform(self, act: Act) -> None:
        """Take a touch to its door."""
        if isinstance(act, acts.Open):
            self._open(act.form)
            return
        self._form = None
        doors, unlocking = self._doors, self._unlocking
        if doors is not None and unlocking is not None:
            if isinstance(act, SessionEvent):
                doors.touch(act)
            elif isinstance(act, DeskEvent):
                doors.post(act)
            else:
                self._through(act, doors, unlocking)
        self._draw_soon()

    def _hand_over(self, doors: Doors) -> None:
        """The code that the clerk will ask for is looked up while the stick is written."""
        doors.hand_over()

        def look_up() -> None:
            self._code = doors.code_for_office()
            self._draw_soon()

        self._behind(look_up)

    def _open(self, form: Form | None) -> None:
        self._form, self._form_place = form, place(self._desk)
        self._draw_soon()

    def _through(self, act: acts.Door, doors: Doors, unlocking: Unlocking) -> None:
        match act:
            case acts.FindCard():
                unlocking.look()
            case acts.PinTyped(pin):
                unlocking.try_pin(pin)
            case acts.Start():
                doors.start()
            case acts.Drawn():
                doors.draw(ink(act), act.kind, act.width, act.height)
            case acts.Attest():
                doors.attest()
            case acts.AttestLater(manifest_hash):
                doors.attest_later(manifest_hash)
            case acts.TakeUp(record_id):
                doors.take_up(record_id)
            case acts.HandOver():
                self._hand_over(doors)


def ink(drawn: acts.Drawn) -> bytes:
    """Strokes as docs/formats.md has them."""
    told = {"height": drawn.height, "strokes": drawn.strokes, "width": drawn.width}
    return json.dumps(told, separators=(",", ":"), sort_keys=True).encode()
