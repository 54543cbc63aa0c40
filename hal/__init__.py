"""The devices of a box behind small contracts. This is the only door: import from `hal`, not from its rooms."""

from hal.battery import Battery
from hal.box import Box, open_box
from hal.camera import Camera
from hal.card import CardReader
from hal.clock import Clock, Deadlock, FakeClock, Mailbox, Stop, SystemClock, WallTime
from hal.device import CaptureDevice, Device
from hal.errors import (
    CaptureCancelled,
    CaptureRetry,
    CaptureTimeout,
    DeviceFault,
    DeviceUnavailable,
    HalError,
    NotSupported,
    RetryReason,
    UnavailableReason,
)
from hal.faults import Faults
from hal.fingerprint import FingerprintReader
from hal.iris import IrisScanner
from hal.modem import Modem
from hal.panel import Panel
from hal.speaker import Speaker
from hal.standin import Stage
from hal.stick import StickPort
from hal.updater import Offer, Refusal, Updater, UpdateStage, UpdateStatus
from hal.values import (
    Ask,
    BatteryReading,
    CardState,
    CardStatus,
    DeviceIdentity,
    Frame,
    Impression,
    Lamp,
    ModemStatus,
    Mounted,
    PanelEvent,
    Position,
    Presence,
    Sensor,
    Source,
    StickState,
    StickStatus,
    Use,
)
from hal.wiring import Wiring

__all__ = [
    "Ask",
    "Battery",
    "BatteryReading",
    "Box",
    "Camera",
    "CaptureCancelled",
    "CaptureDevice",
    "CaptureRetry",
    "CaptureTimeout",
    "CardReader",
    "CardState",
    "CardStatus",
    "Clock",
    "Deadlock",
    "Device",
    "DeviceFault",
    "DeviceIdentity",
    "DeviceUnavailable",
    "FakeClock",
    "Faults",
    "FingerprintReader",
    "Frame",
    "HalError",
    "Impression",
    "IrisScanner",
    "Lamp",
    "Mailbox",
    "Modem",
    "ModemStatus",
    "Mounted",
    "NotSupported",
    "Offer",
    "Panel",
    "PanelEvent",
    "Position",
    "Presence",
    "Refusal",
    "RetryReason",
    "Sensor",
    "Source",
    "Speaker",
    "Stage",
    "StickPort",
    "StickState",
    "StickStatus",
    "Stop",
    "SystemClock",
    "UnavailableReason",
    "UpdateStage",
    "UpdateStatus",
    "Updater",
    "Use",
    "WallTime",
    "Wiring",
    "open_box",
]
