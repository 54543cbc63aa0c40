"""Which drivers there are for which port. A driver's module is loaded only when the driver is tried."""

from collections.abc import Mapping
from importlib import import_module
from typing import ClassVar, Protocol

from hal.battery import Battery
from hal.camera import Camera
from hal.card import CardReader
from hal.clock import Clock
from hal.device import Device
from hal.errors import DeviceUnavailable, UnavailableReason
from hal.fingerprint import FingerprintReader
from hal.iris import IrisScanner
from hal.modem import Modem
from hal.panel import Panel
from hal.speaker import Speaker
from hal.standin import Stage
from hal.stick import StickPort
from hal.updater import Updater

CONTRACTS: Mapping[str, type[Device]] = {
    "fingerprint": FingerprintReader,
    "iris": IrisScanner,
    "camera": Camera,
    "card": CardReader,
    "battery": Battery,
    "panel": Panel,
    "stick": StickPort,
    "modem": Modem,
    "speaker": Speaker,
    "updater": Updater,
}

CATALOG: Mapping[str, Mapping[str, str]] = {
    "fingerprint": {
        "simulated": "hal.fingerprint.simulated:SimulatedFingerprint",
        "simulated-slap": "hal.fingerprint.simulated:SimulatedSlap",
        "recorded": "hal.fingerprint.recorded:RecordedFingerprint",
        "r30x": "hal.fingerprint.r30x:R30xFingerprint",
        "libfprint": "hal.fingerprint.libfprint:LibfprintFingerprint",
        "sbi": "hal.fingerprint.sbi:SbiFingerprint",
    },
    "iris": {
        "simulated": "hal.iris.simulated:SimulatedIris",
        "recorded": "hal.iris.recorded:RecordedIris",
        "v4l2": "hal.iris.v4l2:V4l2Iris",
        "sbi": "hal.iris.sbi:SbiIris",
    },
    "camera": {
        "simulated": "hal.camera.simulated:SimulatedCamera",
        "recorded": "hal.camera.recorded:RecordedCamera",
        "picamera2": "hal.camera.picamera2:Picamera2Camera",
        "v4l2": "hal.camera.v4l2:V4l2Camera",
    },
    "card": {
        "simulated": "hal.card.simulated:SimulatedCardReader",
        "pcsc": "hal.card.pcsc:PcscCardReader",
    },
    "battery": {"simulated": "hal.battery.simulated:SimulatedBattery"},
    "panel": {
        "simulated": "hal.panel.simulated:SimulatedPanel",
        "rpi_gpio": "hal.panel.rpi_gpio:RpiGpioPanel",
    },
    "stick": {
        "simulated": "hal.stick.simulated:SimulatedStick",
        "usb": "hal.stick.usb:UsbStick",
    },
    "modem": {"simulated": "hal.modem.simulated:SimulatedModem"},
    "speaker": {
        "simulated": "hal.speaker.simulated:SimulatedSpeaker",
        "alsa": "hal.speaker.alsa:AlsaSpeaker",
    },
    "updater": {
        "simulated": "hal.updater.simulated:SimulatedUpdater",
        "rauc": "hal.updater.rauc:RaucUpdater",
    },
}

STAND_INS = ("simulated", "simulated-slap", "recorded")  # never listed beside another driver of their port


class Driver(Protocol):
    """A driver's class: its declarative head, and how its device is made. Only stand-ins sense the stage."""

    MAKE: ClassVar[str]
    MODEL: ClassVar[str]
    USB_IDS: ClassVar[tuple[str, ...]]
    TRIED_ON_HARDWARE: ClassVar[str | None]

    def __call__(self, clock: Clock, stage: Stage) -> Device: ...


def load(port: str, driver: str) -> Driver:
    """The driver's class. Raises DeviceUnavailable(LIBRARY_MISSING) naming what is not installed."""
    module, name = CATALOG[port][driver].split(":")
    try:
        return getattr(import_module(module), name)
    except ImportError as missing:
        what = f"{port} {driver} needs {missing.name}"
        raise DeviceUnavailable(UnavailableReason.LIBRARY_MISSING, what) from missing
