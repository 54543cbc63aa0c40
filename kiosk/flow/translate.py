"""hal's values as core's: spelled alike, translated exhaustively, so that neither room knows the other."""

import hal
from kiosk.core import update
from kiosk.core.effects import Capture
from kiosk.core.events import Ability, DeviceSeen
from kiosk.core.plan import PORT_OF
from kiosk.core.power import Charge
from kiosk.core.record import Impression, Origin, Provenance

PROVENANCE = {
    hal.Source.SIMULATED: Provenance.SIMULATED,
    hal.Source.RECORDED: Provenance.RECORDED,
    hal.Source.REAL: Provenance.REAL,
}
UPDATING = {
    hal.UpdateStage.COPYING: update.Stage.COPYING,
    hal.UpdateStage.CHECKING: update.Stage.CHECKING,
    hal.UpdateStage.INSTALLING: update.Stage.INSTALLING,
}  # the updater works
CAPTURE_PORTS = frozenset(PORT_OF.values())


def ask(effect: Capture) -> hal.Ask:
    """What the device is asked."""
    return hal.Ask(
        tuple(hal.Position(p.value) for p in effect.positions),
        tuple(hal.Position(p.value) for p in effect.missing),
    )


def origin(frame: hal.Frame, device: hal.Device) -> Origin:
    """How a frame came about, and whether its sensor is good for checks only."""
    height, width = frame.pixels.shape[:2]
    return Origin(
        named(frame.device),
        PROVENANCE[frame.source],
        Impression(frame.impression.value),
        frame.ppi,
        width=width,
        height=height,
        below_grade=is_check_only(device),
    )


def named(device: hal.DeviceIdentity) -> str:
    """A device as the record names it."""
    return "/".join(part for part in (device.driver, device.make, device.model, device.serial) if part)


def is_check_only(device: hal.Device) -> bool:
    """Whether this is a fingerprint sensor that may not enrol."""
    return isinstance(device, hal.FingerprintReader) and device.sensor.use is hal.Use.CHECK_ONLY


def device_seen(port: str, device: hal.Device | None, rivals: tuple[str, ...] = ()) -> DeviceSeen:
    """Who serves a port, what they can do, and which other drivers could."""
    if device is None:
        return DeviceSeen(port, False, rivals=rivals)
    slaps = isinstance(device, hal.FingerprintReader) and device.sensor.slaps
    return DeviceSeen(port, True, named(device.identity), (Ability.SLAP,) if slaps else (), rivals)


def charge(reading: hal.BatteryReading) -> Charge:
    """What the battery says, in whole per cent: finer is no news."""
    return Charge(round(reading.fraction, 2), reading.external_power)


def update_told(status: hal.UpdateStatus) -> update.UpdateTold:
    """What the updater knows when the program starts."""
    waits = status.version if status.stage is hal.UpdateStage.INSTALLED else ""
    return update.UpdateTold(status.running, status.rolled_back, waits)
