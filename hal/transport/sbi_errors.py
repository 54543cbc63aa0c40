"""Every error code that the Secure Biometric Interface 0.9.5 and its reference service publish: who has to act, and one
sentence for the engineer who reads the log. A service's own text is never passed on: nobody knows what it holds."""

from collections.abc import Callable, Mapping
from functools import partial

from hal.errors import (
    CaptureRetry,
    CaptureTimeout,
    DeviceFault,
    DeviceUnavailable,
    HalError,
    NotSupported,
    RetryReason,
    UnavailableReason,
)

Kind = Callable[[str], HalError]

_absent = partial(DeviceUnavailable, UnavailableReason.ABSENT)
_busy = partial(DeviceUnavailable, UnavailableReason.BUSY)
_permission = partial(DeviceUnavailable, UnavailableReason.PERMISSION)


class BadlyPlaced(CaptureRetry):
    """A retry that keeps its sentence for the log."""

    def __init__(self, sentence: str) -> None:
        super().__init__(RetryReason.OFF_CENTRE)
        self.args = (sentence,)


CODES: Mapping[int, tuple[Kind, str]] = {
    # Published with the interface.
    100: (_permission, "The device is not registered with its maker's management server"),
    101: (CaptureTimeout, "The device saw no finger or eye"),
    102: (DeviceFault, "The device could not process the picture it took"),
    103: (DeviceFault, "The device says that somebody opened it; take it out of service"),
    104: (_permission, "The device service cannot reach its maker's management server; bring the box online once"),
    105: (BadlyPlaced, "The finger or eye is turned the wrong way"),
    106: (_absent, "The device service runs, but no device is connected to it"),
    107: (_permission, "The device's key has expired; its service has to renew it online"),
    108: (_permission, "The device service lacks the key of the domain it serves"),
    109: (NotSupported, "The device cannot take as many fingers or eyes at once as it was asked for"),
    110: (_busy, "The device is not ready yet"),
    111: (_busy, "The device is busy with another capture"),
    112: (DeviceFault, "The device service did not accept the transaction number it was given"),
    # Added by the reference service: requests that do not fit the device.
    113: (NotSupported, "The number of fingers or eyes does not fit this device"),
    114: (NotSupported, "The device service knows no such kind of device"),
    115: (NotSupported, "The device service works for another environment"),
    116: (NotSupported, "More fingers or eyes were asked for than a device can take"),
    117: (NotSupported, "The device service does not know a missing finger or eye it was told of"),
    118: (NotSupported, "The missing fingers or eyes do not belong to what was asked for"),
    119: (NotSupported, "The device service does not know a finger or eye it was asked for"),
    120: (NotSupported, "The device is of another kind than it was asked as"),
    121: (NotSupported, "The device service knows no such purpose"),
    122: (NotSupported, "The fingers or eyes asked for do not fit this kind of device"),
    500: (DeviceFault, "The device service knows no such address; is it of version 0.9.5?"),
    501: (DeviceFault, "The device service did not understand what kind of device was looked for"),
    502: (DeviceFault, "The device service knows no such kind of device"),
    503: (_absent, "The device service runs, but its devices are not connected"),
    504: (DeviceFault, "The device service was given an unknown device status"),
    505: (DeviceFault, "The device service was given an impossible quality score"),
    506: (DeviceFault, "The device service was given an impossible delay"),
    507: (DeviceFault, "The device service was given an unknown verb"),
    551: (DeviceFault, "The mock service has no profile to take pictures from"),
    # Stream.
    601: (NotSupported, "A device for authentication gives no live picture"),
    604: (DeviceFault, "The live picture was asked for without naming a device"),
    605: (_absent, "The device asked for a live picture is not connected or not registered"),
    606: (NotSupported, "The device asked for a live picture is not meant for registration"),
    607: (_busy, "The device is not ready or busy, so it gives no live picture"),
    608: (DeviceFault, "The device has no live picture to give"),
    609: (CaptureTimeout, "The live picture ended because its time was over"),
    610: (DeviceFault, "The live picture failed for a reason the service does not tell"),
    # Capture for registration.
    700: (_busy, "The capture failed because the live picture was stopped"),
    701: (CaptureTimeout, "Nobody placed a good finger or eye within the time of the capture"),
    702: (DeviceFault, "The capture and the live picture were asked of different devices"),
    703: (_busy, "Another capture is still running"),
    704: (DeviceFault, "The capture was asked for without naming a device"),
    705: (_absent, "The device asked for a capture is not connected or not registered"),
    706: (NotSupported, "The device asked for a capture is not meant for registration"),
    707: (CaptureTimeout, "The device gave nothing for one of the fingers or eyes asked for"),
    708: (CaptureTimeout, "The device gave nothing for the hand or eyes asked for"),
    709: (NotSupported, "A device for authentication takes no captures for registration"),
    710: (DeviceFault, "The capture failed for a reason the service does not tell"),
    # Capture for authentication, which a box never asks for.
    800: (DeviceFault, "A capture for authentication failed, which nobody asked for"),
    801: (DeviceFault, "A capture for authentication took too long, which nobody asked for"),
    803: (_busy, "A capture for authentication is still running"),
    804: (DeviceFault, "A capture for authentication was asked for without naming a device"),
    805: (DeviceFault, "A capture for authentication was asked of a device that is not connected"),
    806: (DeviceFault, "A capture for authentication was asked of a device for registration"),
    809: (DeviceFault, "A device for registration takes no captures for authentication"),
    810: (DeviceFault, "A capture for authentication failed for a reason the service does not tell"),
    999: (DeviceFault, "The device service failed for a reason it does not tell"),
}


def error_of(code: int) -> HalError:
    """The error for a code other than 0; the maker's own codes are faults with their number."""
    kind, sentence = CODES.get(code, (DeviceFault, "The device service failed with an error of its maker's own"))
    return kind(f"{sentence} (SBI error {code})")
