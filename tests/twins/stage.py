"""Twins of the stand-ins: a stage with a willing person, on a clock that only moves when everybody waits."""

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Self

import numpy as np
from PIL import Image

from hal import (
    BatteryReading,
    Device,
    DeviceUnavailable,
    Lamp,
    ModemStatus,
    Refusal,
    Source,
    Stage,
    Stop,
    Updater,
    UpdateStage,
    UpdateStatus,
)
from hal.battery.simulated import SimulatedBattery
from hal.card.simulated import SimulatedCardReader
from hal.modem.simulated import SimulatedModem
from hal.panel.simulated import SimulatedPanel
from hal.stick.simulated import SimulatedStick
from hal.transport.recorded import ImageFolder
from hal.updater.simulated import COPY_S, SimulatedUpdater
from hal.world.person import Body, Person
from hal.world.stage import World
from tests.twins.shape import (
    BatteryTwin,
    CaptureTwin,
    CardTwin,
    ModemTwin,
    Moment,
    PanelTwin,
    Picture,
    SpeakerTwin,
    StickTwin,
    Twin,
    UpdaterTwin,
)


@cache
def willing_person() -> Person:
    """Somebody with all fingers and no slips; grown once, because growing takes its time."""
    return Person(Body(70))


def drawn_pictures(folder: Path) -> Path:
    """A folder with one finger in two impressions, one eye and a face; plain-* has to be left alone."""
    rng = np.random.default_rng(1)
    for name in ("right-index.1", "right-index.2", "iris-left.1", "iris-left.2", "plain-right-four"):
        Image.fromarray(rng.integers(0, 255, (60, 40), dtype=np.uint8)).save(folder / f"{name}.png")
    for name in ("face.1", "hands.1"):
        Image.fromarray(rng.integers(0, 255, (60, 40, 3), dtype=np.uint8)).save(folder / f"{name}.jpg")
    return folder


class StageTwin(Twin):
    """A stand-in is pulled out by its faults."""

    FAKE_TIME = True
    LATE_S = 0.0
    MOMENTS = (Moment.IDLE, Moment.CAPTURE)

    def make(self) -> Device:
        self.device: Any = super().make()
        return self.device

    def vanish(self, moment: Moment = Moment.IDLE) -> None:
        faults = self.stage.faults[self.port]
        faults.vanish("capture" if moment is Moment.CAPTURE else "wait")
        if moment is Moment.IDLE:
            with suppress(DeviceUnavailable):
                faults.meet("wait")

    def replug(self) -> None:
        self.stage.faults[self.port].replug()


class StageCapture(StageTwin, CaptureTwin):
    """A person of the world."""

    MOMENTS = tuple(Moment)

    def __enter__(self) -> Self:
        self.stage = Stage(world=World(1))
        assert self.stage.world is not None
        self.stage.world.step_up(willing_person())
        return self

    def leave(self) -> None:
        assert self.stage.world is not None
        self.stage.world.step_away()

    def hold(self, card: Picture | None) -> None:
        self.stage.held = card


class RecordedCapture(StageTwin, CaptureTwin):
    """A folder of pictures stands for the person."""

    SOURCE = Source.RECORDED
    MOMENTS = tuple(Moment)

    def __enter__(self) -> Self:
        self.stage = Stage(folder=ImageFolder(drawn_pictures(self.folder)))
        return self

    def leave(self) -> None:
        self.stage.folder = None

    def hold(self, card: Picture | None) -> None:
        self.stage.held = card

    def original(self) -> Picture | None:
        if self.port == "camera":
            return None  # JPEG
        name = {"fingerprint": "right-index.1", "iris": "iris-left.1"}[self.port]
        return np.array(Image.open(self.folder / f"{name}.png"))


class StageCard(StageTwin, CardTwin):
    """Cards that answer from a table."""

    device: SimulatedCardReader

    def insert(self, atr: bytes, answers: dict[bytes, bytes] | None = None) -> None:
        self.device.insert(atr, answers)

    def remove(self) -> None:
        self.device.remove()


class StageBattery(StageTwin, BatteryTwin):
    """A battery on the clock."""

    device: SimulatedBattery

    def set(self, reading: BatteryReading, drain_per_h: float = 0.0, charge_per_h: float = 0.0) -> None:
        self.device.set(reading.fraction, reading.external_power, drain_per_h, charge_per_h)


class StagePanel(StageTwin, PanelTwin):
    """A panel that remembers."""

    device: SimulatedPanel

    def press(self) -> None:
        self.device.press()

    def tamper(self) -> None:
        self.device.tamper()

    def shown(self) -> Lamp:
        return self.device.shown

    def buzzes(self) -> int:
        return len(self.device.buzzes)


class StageStick(StageTwin, StickTwin):
    """Directories stand for sticks."""

    device: SimulatedStick

    def plug(self, name: str, *, capacity_bytes: int = 8 << 30, read_only: bool = False) -> None:
        self._plugged = self.folder / name, capacity_bytes
        self._plugged[0].mkdir(exist_ok=True)
        self.device.plug(self._plugged[0], capacity_bytes=capacity_bytes, read_only=read_only)

    def plug_unusable(self) -> None:
        self.device.plug(self.folder / "nothing")

    def pull(self) -> None:
        self.device.pull()

    def pull_while_settling(self, after_bytes: int) -> None:
        assert self.device._stick is not None
        self.device._stick.lose_after_bytes = after_bytes


class StageModem(StageTwin, ModemTwin):
    """A network as it is told."""

    device: SimulatedModem

    def set(self, status: ModemStatus) -> None:
        self.device.set(status)


class StageSpeaker(StageTwin, SpeakerTwin):
    """Silence that takes its time."""


class StageUpdater(StageTwin, UpdaterTwin):
    """Bundles that are words."""

    MOMENTS = (Moment.IDLE,)
    REFUSALS = tuple(Refusal)[:-1]

    device: SimulatedUpdater

    def lay(self, version: str, refusal: Refusal | None = None) -> None:
        self.device.offer(version, refusal)

    def lay_damaged(self, version: str) -> None:
        self.device.offer(version, Refusal.ALTERED, UpdateStage.CHECKING)

    def pull_while_copying(self, begin: Callable[[], None]) -> None:
        begin()
        self.clock.wait(COPY_S / 2, Stop())
        self.device.take_away()

    def put_back(self, version: str) -> None:
        self.device.put_back(version)

    def ended(self, device: Updater) -> UpdateStatus:
        while device.status().stage in (UpdateStage.COPYING, UpdateStage.CHECKING, UpdateStage.INSTALLING):
            self.clock.wait(1.0, Stop())
        return device.status()

    def touched(self) -> bool:
        return self.device.touched

    def start_again(self, comes_up: bool = True) -> None:
        self.device.start_again(comes_up)
