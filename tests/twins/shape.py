"""What a suite may do with whatever a driver runs on: time, a person's hands, and the plug."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from hal import (
    BatteryReading,
    Clock,
    Device,
    FakeClock,
    Lamp,
    ModemStatus,
    Refusal,
    Source,
    Stage,
    SystemClock,
    Updater,
    UpdateStatus,
)
from hal.catalog import load

Picture = NDArray[np.uint8]


class NoTwin(Exception):
    """This machine cannot bring the twin up; the message says what it lacks and is the reason of the skip."""


class Moment(StrEnum):
    """When a device is pulled out."""

    IDLE = "idle"  # now: open, or not even that, and nobody uses it
    WAITING = "waiting"  # while a look waits for somebody to come
    CAPTURE = "capture"  # something was put before the device, what it gives is on its way
    LEAVING = "leaving"  # the picture was taken, the finger still lies there


class Twin(ABC):
    """What one driver runs on. Made by the suite, entered before the driver is made, left after it was closed."""

    SOURCE: ClassVar[Source] = Source.SIMULATED  # what its frames have to say
    FAKE_TIME: ClassVar[bool] = False
    LATE_S: ClassVar[float] = 0.5  # what a busy test machine may add to any promise; nothing where time is fake
    MOMENTS: ClassVar[tuple[Moment, ...]] = (Moment.IDLE,)  # in which it can be pulled out

    def __init__(self, port: str, driver: str, folder: Path) -> None:
        """`folder` is an empty directory of this twin's own."""
        self.port = port
        self.driver = driver
        self.folder = folder
        self.clock: Clock = FakeClock() if self.FAKE_TIME else SystemClock()
        self.stage = Stage()

    def make(self) -> Device:
        """The driver's device, as a box makes it."""
        return load(self.port, self.driver)(self.clock, self.stage)

    def __enter__(self) -> Self:
        """Bring up what the driver talks to, with somebody willing before it. Raises NoTwin."""
        return self

    def __exit__(self, *exc: object) -> None:  # noqa: B027
        """Take everything down again; nothing of it is left."""

    @abstractmethod
    def vanish(self, moment: Moment = Moment.IDLE) -> None:
        """The device is pulled out: now, or when the next such moment comes."""

    @abstractmethod
    def replug(self) -> None:
        """The same device is back."""


class CaptureTwin(Twin):
    """Before a fingerprint reader, iris scanner or camera stands somebody willing, until `leave`."""

    CAN_HOLD: ClassVar[bool] = True  # a card up, before a camera
    EYES_TAKE_TURNS: ClassVar[bool] = True  # before an iris scanner that sees both

    @abstractmethod
    def leave(self) -> None:
        """Nobody stands there from now on."""

    def original(self) -> Picture | None:
        """What the sensor itself saw in the last frame, upright; None where nobody but the driver could say."""
        return None

    def hold(self, card: Picture | None) -> None:
        """Cameras only: a printed card is held up, or taken away."""
        raise NotImplementedError


class CardTwin(Twin):
    """The card reader is empty until a card is laid in."""

    CAN_BE_MUTE: ClassVar[bool] = True

    @abstractmethod
    def insert(self, atr: bytes, answers: dict[bytes, bytes] | None = None) -> None:
        """Lay in a card with these answers to whole commands and 6D00 to any other; without an ATR it is mute."""

    @abstractmethod
    def remove(self) -> None:
        """Take the card out."""


class BatteryTwin(Twin):
    """The battery is full and on its own at first."""

    DRAINS: ClassVar[bool] = True  # whether it follows the clock by itself; otherwise it stands where it was set

    @abstractmethod
    def set(self, reading: BatteryReading, drain_per_h: float = 0.0, charge_per_h: float = 0.0) -> None:
        """From now on: this, and the fractions of full that an hour takes or brings."""


class PanelTwin(Twin):
    """Nobody touches the panel until told."""

    @abstractmethod
    def press(self) -> None:
        """Somebody presses the button."""

    @abstractmethod
    def tamper(self) -> None:
        """Somebody opens the box."""

    @abstractmethod
    def shown(self) -> Lamp:
        """What the lamp shows."""

    @abstractmethod
    def buzzes(self) -> int:
        """How often the buzzer was sounded so far."""


class StickTwin(Twin):
    """The stick port is empty until a stick is plugged."""

    CAN_BE_PULLED_HALF_WAY: ClassVar[bool] = True

    @abstractmethod
    def plug(self, name: str, *, capacity_bytes: int = 8 << 30, read_only: bool = False) -> None:
        """Put in the stick of this name: an empty one of about this size at first, the same one ever after."""

    @abstractmethod
    def plug_unusable(self) -> None:
        """Put in a stick without a file system that anybody knows."""

    @abstractmethod
    def pull(self) -> None:
        """Take the stick out as it is."""

    def pull_while_settling(self, after_bytes: int) -> None:
        """The stick that is in comes out while it settles, so many bytes of what is new having reached it."""
        raise NotImplementedError


class ModemTwin(Twin):
    """There is no network at first."""

    @abstractmethod
    def set(self, status: ModemStatus) -> None:
        """The network from now on."""


class SpeakerTwin(Twin):
    """Needs no hands."""


class UpdaterTwin(Twin):
    """A box that runs RUNNING in one of two slots; no bundle lies on its stick at first."""

    RUNNING: ClassVar[str] = "0.1.0"
    REFUSALS: ClassVar[tuple[Refusal, ...]]  # for which it can lay a bundle

    @abstractmethod
    def lay(self, version: str, refusal: Refusal | None = None) -> None:
        """A bundle on the stick, in place of any other: sound, or wrong in the way that this refusal names."""

    @abstractmethod
    def lay_damaged(self, version: str) -> None:
        """A bundle whose signature is sound and whose payload is not."""

    @abstractmethod
    def pull_while_copying(self, begin: Callable[[], None]) -> None:
        """Begin, and take the bundle away when some of it was copied."""

    @abstractmethod
    def put_back(self, version: str) -> None:
        """The bundle that was taken away."""

    @abstractmethod
    def ended(self, device: Updater) -> UpdateStatus:
        """The status when nothing runs any more."""

    @abstractmethod
    def touched(self) -> bool:
        """Whether the slot that does not run was written to."""

    @abstractmethod
    def start_again(self, comes_up: bool = True) -> None:
        """The box went down and starts; a system on trial comes up and proves itself, or does not."""
