"""Any certified fingerprint device through its maker's service on loopback (MOSIP Secure Biometric Interface 0.9.5)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from hal.clock import Clock, Stop
from hal.errors import CaptureCancelled, NotSupported
from hal.fingerprint import FingerprintReader
from hal.standin import Stage
from hal.transport import sbi_positions
from hal.transport.sbi import SbiService
from hal.transport.sbi_capture import Biometric
from hal.transport.sbi_device import Found
from hal.transport.sbi_positions import FINGERS, Showing
from hal.values import Ask, DeviceIdentity, Frame, Presence, Sensor, Source, Use

CERTIFIED = ("L0", "L1")
LEAST_PPI = 490  # 500 less 2 %, what ANSI/NIST-ITL allows a 500 ppi sensor
REQUIRED_PPI = 500  # what MOSIP's device requirements ask of every registration device


class SbiFingerprint(FingerprintReader):
    """The device decides when a finger lies well and gives one signed picture a finger: ON, Frames, TAKEN and OFF come
    at once. Good for enrolment where it is certified, the box trusts its certificate and its records state 500 ppi."""

    MAKE = "MOSIP SBI"
    MODEL = "fingerprint device service"
    TOLD_BY_UDEV = False
    SENSOR: ClassVar[Sensor] = Sensor(None, "each record states its own", 256, None, "", Use.CHECK_ONLY)

    def __init__(self, clock: Clock, stage: Stage) -> None:
        self._clock = clock
        self.service = SbiService("Finger", clock, stage.wiring.trust)
        self._sensor = self.SENSOR

    @property
    def identity(self) -> DeviceIdentity:
        return self.service.identity("fingerprint", "sbi", self.MAKE, self.MODEL)

    @property
    def sensor(self) -> Sensor:
        return self._sensor

    def open(self) -> None:
        self.service.open()
        self._sensor = _sensor(self.service.found())

    def close(self) -> None:
        self.service.close()

    def look(self, ask: Ask, stop: Stop) -> Iterator[Presence | Frame]:
        found = self.service.found()
        showing = sbi_positions.slap(ask) if _takes_slaps(found) else next(iter(sbi_positions.one(ask, FINGERS)), None)
        if showing is None:
            raise NotSupported("fingerprint: shows nothing of this ask")
        return self._see(found, showing, stop, self._clock.monotonic() + ask.timeout_s)

    def _see(self, found: Found, showing: Showing, stop: Stop, deadline: float) -> Iterator[Presence | Frame]:
        if stop.is_set():
            raise CaptureCancelled("fingerprint")
        identity, given = self.identity, self.service.capture(showing, deadline, stop)
        frames = [_frame(biometric, identity, found.source) for biometric in given]
        self._sensor = _measured(self._sensor, given)
        for item in (Presence.ON, *frames, Presence.TAKEN, Presence.OFF):
            self.service.found()  # whoever closed or lost the device meanwhile hears it
            yield item


def _takes_slaps(found: Found) -> bool:
    return found.sub_type == "Slap"


def _sensor(found: Found) -> Sensor:
    """What a device is before its first picture: one that is certified keeps MOSIP's requirements."""
    certified = found.certification in CERTIFIED
    return Sensor(
        REQUIRED_PPI if certified else None,
        "MOSIP's device requirements, until its first record" if certified else "nobody, until its first record",
        256,
        None,
        f"MOSIP {found.certification}" if certified else "",
        Use.ENROL if certified and found.trusted else Use.CHECK_ONLY,
        _takes_slaps(found),
    )


def _measured(sensor: Sensor, given: list[Biometric]) -> Sensor:
    """The same after a capture, whose records state the resolution of the sensor; the coarsest counts."""
    ppi = min(biometric.record.scan_ppi or 0 for biometric in given)
    enrols = sensor.use is Use.ENROL and ppi >= LEAST_PPI
    return replace(sensor, ppi=ppi, ppi_from="its records", use=Use.ENROL if enrols else Use.CHECK_ONLY)


def _frame(biometric: Biometric, identity: DeviceIdentity, source: Source) -> Frame:
    record = biometric.record
    return Frame(
        record.pixels(),
        (record.position,),
        identity,
        source,
        record.ppi,
        record.impression,
        original=biometric.original,
    )
