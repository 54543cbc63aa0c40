"""Values that devices give and take: positions, frames, presences and readings. No behaviour, no vendor types."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


class Source(IntEnum):
    """Where a frame's content comes from; the weaker of driver and transport is `min`."""

    SIMULATED = 0
    RECORDED = 1
    REAL = 2


class Position(StrEnum):
    """What a frame shows, spelled as OSIA's biometricSubType (HANDS is ours: both palms beside an exception)."""

    RIGHT_THUMB = "RIGHT_THUMB"
    RIGHT_INDEX = "RIGHT_INDEX"
    RIGHT_MIDDLE = "RIGHT_MIDDLE"
    RIGHT_RING = "RIGHT_RING"
    RIGHT_LITTLE = "RIGHT_LITTLE"
    LEFT_THUMB = "LEFT_THUMB"
    LEFT_INDEX = "LEFT_INDEX"
    LEFT_MIDDLE = "LEFT_MIDDLE"
    LEFT_RING = "LEFT_RING"
    LEFT_LITTLE = "LEFT_LITTLE"
    EYE_RIGHT = "EYE_RIGHT"
    EYE_LEFT = "EYE_LEFT"
    PORTRAIT = "PORTRAIT"
    HANDS = "HANDS"


class Impression(StrEnum):
    """How a print met the sensor, spelled as OSIA's impressionType."""

    LIVE_SCAN_PLAIN = "LIVE_SCAN_PLAIN"
    LIVE_SCAN_ROLLED = "LIVE_SCAN_ROLLED"
    NONLIVE_SCAN_PLAIN = "NONLIVE_SCAN_PLAIN"
    NONLIVE_SCAN_ROLLED = "NONLIVE_SCAN_ROLLED"
    UNKNOWN = "UNKNOWN"


class Presence(StrEnum):
    """A sensor without a stream says when something lies on it (ON), was taken (TAKEN), has left (OFF)."""

    ON = "on"
    TAKEN = "taken"
    OFF = "off"


@dataclass(frozen=True)
class Ask:
    """What a person is asked to show now, and what of that kind they do not have."""

    positions: tuple[Position, ...]
    missing: tuple[Position, ...] = ()
    timeout_s: float = 20.0


@dataclass(frozen=True)
class DeviceIdentity:
    """Which device took a capture; `serial` is the maker's, empty where it has none."""

    port: str
    driver: str
    make: str
    model: str
    serial: str = ""


class Use(StrEnum):
    """What a fingerprint sensor's pictures are good for."""

    ENROL = "enrol"
    CHECK_ONLY = "check-only"


@dataclass(frozen=True)
class Sensor:
    """What a fingerprint sensor is. `ppi` is native, None where nobody knows it, and `ppi_from` says who states it;
    `grey_levels` are true ones, not what the file format holds; `platen_mm` width and height; `certification` is empty
    where there is none; `slaps` says whether four fingers are shown at once."""

    ppi: int | None
    ppi_from: str
    grey_levels: int
    platen_mm: tuple[float, float] | None
    certification: str
    use: Use
    slaps: bool = False


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture. `pixels` is uint8, height x width (grey, dark ridges on light) or height x width x 3 (RGB), never
    mirrored. `positions` says what it shows (one, four, or empty for unknown). `ppi` is None where nobody knows it.
    `original` carries the device's own signed bytes, where it gives them. `at_rest`: taken while the platen was empty
    or the illuminators off; it shows residue or the sun, never a person to be recorded."""

    pixels: NDArray[np.uint8]
    positions: tuple[Position, ...]
    device: DeviceIdentity
    source: Source
    ppi: int | None = None
    impression: Impression = Impression.UNKNOWN
    original: bytes | None = None
    at_rest: bool = False


@dataclass(frozen=True)
class BatteryReading:
    """`fraction` 0..1 of full; `external_power` is True while something charges or carries the box."""

    fraction: float
    external_power: bool


class StickState(StrEnum):
    """What stands in the stick port; an expected condition, not an error."""

    ABSENT = "absent"
    READY = "ready"
    UNUSABLE = "unusable"


@dataclass(frozen=True)
class StickStatus:
    """`filesystem` is vfat, exfat, ext4 or directory; sizes in bytes; `writable` is False on a locked stick."""

    state: StickState
    stick_id: str = ""
    filesystem: str = ""
    free_bytes: int = 0
    writable: bool = False


class CardState(StrEnum):
    """What lies in the card reader."""

    NO_CARD = "no-card"
    PRESENT = "present"
    MUTE = "mute"


@dataclass(frozen=True)
class CardStatus:
    """`atr` is the card's answer to reset, empty without a card."""

    state: CardState
    atr: bytes = b""


@dataclass(frozen=True)
class ModemStatus:
    """`registered` on a network; `signal` 0..1; `operator` as the network names itself."""

    registered: bool
    signal: float
    operator: str = ""


class PanelEvent(StrEnum):
    """What the box's own switches say."""

    BUTTON = "button"
    TAMPER = "tamper"


class Lamp(StrEnum):
    """The status lamp's wanted state."""

    OFF = "off"
    READY = "ready"
    WORKING = "working"
    ALERT = "alert"


@dataclass(frozen=True)
class Mounted:
    """Where a stick's files stand now."""

    path: Path
    writable: bool
