"""Stands in for a twin where a really attached device is tried: a person at the terminal is the hands.

Only `pytest --hardware PORT=DRIVER` uses it; no machine without the device can run it.
"""

import os
from pathlib import Path
from typing import Self

from hal import BatteryReading, Lamp, ModemStatus, Source
from tests.twins.shape import (
    BatteryTwin,
    CaptureTwin,
    CardTwin,
    ModemTwin,
    Moment,
    NoTwin,
    PanelTwin,
    Picture,
    SpeakerTwin,
    StickTwin,
    Twin,
)


class AttachedTwin(Twin):
    """Asks for everything at the terminal and waits for Enter."""

    SOURCE = Source.REAL
    LATE_S = 1.0

    def __enter__(self) -> Self:
        try:
            self._terminal = os.open("/dev/tty", os.O_RDWR)
        except OSError as missing:
            raise NoTwin("a person at a terminal has to serve the device") from missing
        return self

    def __exit__(self, *exc: object) -> None:
        os.close(self._terminal)

    def _please(self, do: str) -> str:
        os.write(self._terminal, f"\n[{self.port} {self.driver}] {do}, then press Enter: ".encode())
        return os.read(self._terminal, 200).decode(errors="replace").strip()

    def vanish(self, moment: Moment = Moment.IDLE) -> None:
        self._please("pull the device out now")

    def replug(self) -> None:
        self._please("plug the same device in again")


class AttachedCapture(AttachedTwin, CaptureTwin):
    """The person at the terminal is the one who is captured, too: right index finger, left eye, face, hands."""

    def leave(self) -> None:
        self._please("stay away from the sensor until the next question")

    def hold(self, card: Picture | None) -> None:
        self._please("take the card away" if card is None else "cover the camera's view with a white card")


class AttachedCard(AttachedTwin, CardTwin):
    """A card cannot be told its answers: what depends on them fails by name."""

    CAN_BE_MUTE = False

    def insert(self, atr: bytes, answers: dict[bytes, bytes] | None = None) -> None:
        self._please(f"lay in a card with the answer to reset {atr.hex()}")

    def remove(self) -> None:
        self._please("take the card out")


class AttachedBattery(AttachedTwin, BatteryTwin):
    """Stands where it stands."""

    DRAINS = False

    def set(self, reading: BatteryReading, drain_per_h: float = 0.0, charge_per_h: float = 0.0) -> None:
        plug = "plug the charger in" if reading.external_power else "pull the charger out"
        self._please(f"bring the battery to {reading.fraction:.0%} and {plug}")


class AttachedPanel(AttachedTwin, PanelTwin):
    """The person presses, looks and listens."""

    def press(self) -> None:
        self._please("press the button once")

    def tamper(self) -> None:
        self._please("open the box's tamper switch once")

    def shown(self) -> Lamp:
        return Lamp(self._please(f"type what the lamp shows ({', '.join(Lamp)})"))

    def buzzes(self) -> int:
        return int(self._please("type how often the buzzer sounded since the last test began"))


class AttachedStick(AttachedTwin, StickTwin):
    """The person plugs sticks."""

    CAN_BE_PULLED_HALF_WAY = False

    def plug(self, name: str, *, capacity_bytes: int = 8 << 30, read_only: bool = False) -> None:
        self._please(f"plug in the {'locked ' if read_only else ''}stick called {name}, {capacity_bytes} bytes")

    def plug_unusable(self) -> None:
        self._please("plug in a stick without a file system")

    def pull(self) -> None:
        self._please("pull the stick out")


class AttachedModem(AttachedTwin, ModemTwin):
    """The person finds the network."""

    def set(self, status: ModemStatus) -> None:
        self._please(f"bring the modem to {status}")


class AttachedSpeaker(AttachedTwin, SpeakerTwin):
    """The person listens."""


def attached_twin(port: str, driver: str, folder: Path) -> Twin:
    """The hands for a device of this port."""
    if port == "updater":
        raise NoTwin("updates are tried on a whole card: make image-test")
    made = {
        "card": AttachedCard,
        "battery": AttachedBattery,
        "panel": AttachedPanel,
        "stick": AttachedStick,
        "modem": AttachedModem,
        "speaker": AttachedSpeaker,
    }.get(port, AttachedCapture)
    return made(port, driver, folder)
