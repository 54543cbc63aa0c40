"""A device as its service describes it in signed info, and whether it is real."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from hal.errors import DeviceFault
from hal.transport import json_text, sbi_trust
from hal.transport.sbi_errors import error_of
from hal.transport.sbi_trust import Statement
from hal.values import Source

VERSION = "0.9.5"
REAL_ENVIRONMENT = "Production"
MOCKS = ("mock", "dummy", "simulat")  # in the names of devices and providers that are none

Kind = Literal["Finger", "Iris"]
Trusts = Callable[[Statement], bool]


@dataclass(frozen=True)
class Found:
    """`trusted`: the certificates of its info and of its digital id descend from the box's roots."""

    port: int
    device_id: str
    code: str
    make: str
    model: str
    serial: str
    sub_type: str
    provider: str
    certification: str
    environment: str
    trusted: bool

    @property
    def source(self) -> Source:
        """Real only where somebody vouches for it and nobody says that it is for trying out."""
        said = f"{self.make} {self.model} {self.provider}".lower()
        real = self.trusted and self.environment == REAL_ENVIRONMENT and not any(mock in said for mock in MOCKS)
        return Source.REAL if real else Source.SIMULATED


def described(port: int, entry: Mapping[str, Any], kind: Kind, trusts: Trusts) -> Found | None:
    """The device of one entry of the info; None where it is of another kind or purpose. Raises DeviceFault for what is
    not signed or not complete, DeviceUnavailable for a device that is not ready or not registered."""
    info = sbi_trust.opened(entry.get("deviceInfo"), "device info")
    badge = sbi_trust.opened(info.payload.get("digitalId"), "digital id")
    if badge.payload.get("type") != kind or info.payload.get("purpose") not in ("Registration", ""):
        return None
    versions = info.payload.get("specVersion")
    if not isinstance(versions, list) or VERSION not in versions:
        raise DeviceFault(f"device info: the service does not speak version {VERSION}")
    _check_status(info.payload.get("deviceStatus"))
    return Found(
        port=port,
        device_id=_text(info.payload, "deviceId"),
        code=_text(info.payload, "deviceCode"),
        make=_text(badge.payload, "make"),
        model=_text(badge.payload, "model"),
        serial=_text(badge.payload, "serialNo"),
        sub_type=_text(badge.payload, "deviceSubType"),
        provider=_text(badge.payload, "deviceProvider"),
        certification=_text(info.payload, "certification"),
        environment=_text(info.payload, "env"),
        trusted=trusts(info) and trusts(badge),
    )


def _check_status(status: object) -> None:
    if status == "Not Ready":
        raise error_of(110)
    if status == "Not Registered":
        raise error_of(100)
    if status not in ("Ready", "Busy"):
        raise DeviceFault("device info: an unknown status")


def _text(said: Mapping[str, Any], name: str) -> str:
    if (text := json_text.text_of(said.get(name))) is None:
        raise DeviceFault(f"device info: {name} is missing or too long")
    return text
