"""A training box on somebody's desk: the next person of the population steps up at each start, the officer's card is
held before the camera when it is looked for, and a directory is the stick."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import segno
from numpy.typing import NDArray
from rich.console import Console

from hal import Box, Stage
from hal.stick.simulated import SimulatedStick
from hal.world.person import Person
from hal.world.population import population
from hal.world.stage import World
from kiosk.config import ConfigError, Training
from kiosk.core.desk import Desk
from kiosk.flow.kiosk import Kiosk

PEOPLE = 300
LARGEST_CARD = 200
LARGEST_SHEET = 10_000
MODULE_PX = 8  # a QR reader wants six pixels a module


class Practice:
    """Follows the desk and moves the simulated world along. `failed` is what went wrong with it, or nothing."""

    failed = ""

    def __init__(self, training: Training, stage: Stage) -> None:
        self._training = training
        self._stage = stage
        self._world = stage.world = World(training.seed)
        self._people: dict[str, Person] = {}  # by record, so that whoever was parked comes back
        self._next = iter(population(training.seed, PEOPLE))
        self._tell_sheet()

    def begin(self, kiosk: Kiosk, box: Box, find_card: Callable[[], str | None]) -> None:
        """The screens are about to be drawn. Whoever sits at the desk touches them."""

    def follow(self, desk: Desk, box: Box) -> None:
        """Whoever has a session stands there; the stick is in while its directory is there."""
        if desk.session is None:
            self._world.step_away()
        else:
            self._world.step_up(self._person(desk.session.record_id))
        port = box.lend("stick") if "stick" in box.present() else None
        if isinstance(port, SimulatedStick) and self._training.stick is not None:
            self._follow_stick(port, desk)

    def _person(self, record_id: str) -> Person:
        """Who has this session; whoever comes new is the next of the population."""
        if record_id not in self._people:
            self._people[record_id] = next(self._next)
        return self._people[record_id]

    def _follow_stick(self, port: SimulatedStick, desk: Desk) -> None:
        directory = self._training.stick
        if directory is not None and directory.is_dir() and not desk.facts.stick:
            port.plug(directory)
        elif directory is not None and not directory.is_dir():
            port.pull()

    @contextmanager
    def card_held(self) -> Iterator[None]:
        """The officer's card before the camera."""
        if self._training.card is not None:
            text = self._training.card.read_text(encoding="ascii")[:LARGEST_CARD].strip()
            self._stage.held = card_picture(text)
        try:
            yield
        finally:
            self._stage.held = None

    def _tell_sheet(self) -> None:
        if self._training.sheet is None:
            return
        try:
            sheet = self._training.sheet.read_text(encoding="utf-8")[:LARGEST_SHEET]
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"[training] sheet: {self._training.sheet} cannot be read; remove the key.") from error
        Console(stderr=True, highlight=False, markup=False).print(sheet, soft_wrap=True)


def card_picture(text: str) -> NDArray[np.uint8]:
    """A printed QR card before the camera: RGB, with the white border that the standard asks for."""
    rows = np.array([list(row) for row in segno.make(text, error="m").matrix], dtype=np.uint8)
    modules = np.pad(1 - rows, 4, constant_values=1) * np.uint8(255)
    grey = np.kron(modules, np.ones((MODULE_PX, MODULE_PX), dtype=np.uint8))
    return np.repeat(grey[:, :, None], 3, axis=2)
