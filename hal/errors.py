"""The errors a driver may raise; nothing else leaves `hal`.

Messages are for engineers: English, never with personal data. People see words chosen by reason.
"""

from enum import StrEnum


class RetryReason(StrEnum):
    """What the person at the device can put right."""

    TOO_LIGHT = "too-light"
    TOO_DARK = "too-dark"
    OFF_CENTRE = "off-centre"
    LIFTED_EARLY = "lifted-early"
    MOVED = "moved"
    EYE_CLOSED = "eye-closed"
    GLARE = "glare"


class UnavailableReason(StrEnum):
    """Why a port lends no device."""

    ABSENT = "absent"
    LOST = "lost"
    BUSY = "busy"
    PERMISSION = "permission"
    LIBRARY_MISSING = "library-missing"
    CLOSED = "closed"


class HalError(Exception):
    """Any trouble with a device."""


class CaptureRetry(HalError):
    """The resident acts: try again, `reason` picks the picture."""

    def __init__(self, reason: RetryReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class CaptureTimeout(HalError):
    """The resident acts: nothing came within the time of the ask."""


class CaptureCancelled(HalError):
    """Nobody acts: the caller set the stop."""


class DeviceUnavailable(HalError):
    """The officer acts: plug in, free or replace the device."""

    def __init__(self, reason: UnavailableReason, what: str = "") -> None:
        super().__init__(f"{what}: {reason.value}" if what else reason.value)
        self.reason = reason


class DeviceFault(HalError):
    """The workshop acts: protocol error, failed self-test or impossible data."""


class NotSupported(HalError):
    """The config is wrong: this make cannot do what was asked."""
