"""hal's values as core's: spelled alike, translated exhaustively, so that neither room knows the other."""

import hal
from kiosk.core.effects import Capture
from kiosk.core.power import Charge
from kiosk.core.record import EYES, FINGERS, Impression, Origin, Position, Provenance

PROVENANCE = {
    hal.Source.SIMULATED: Provenance.SIMULATED,
    hal.Source.RECORDED: Provenance.RECORDED,
    hal.Source.REAL: Provenance.REAL,
}
PORT_OF = {
    **dict.fromkeys(FINGERS, "fingerprint"),
    **dict.fromkeys(EYES, "iris"),
    Position.PORTRAIT: "camera",
    Position.HANDS: "camera",
}

CAPTURE_PORTS = frozenset(PORT_OF.values())


def ask(effect: Capture) -> hal.Ask:
    """What the device is asked."""
    return hal.Ask(
        tuple(hal.Position(p.value) for p in effect.positions),
        tuple(hal.Position(p.value) for p in effect.missing),
    )


def origin(frame: hal.Frame) -> Origin:
    """How a frame came about."""
    height, width = frame.pixels.shape[:2]
    device = frame.device
    named = "/".join(part for part in (device.driver, device.make, device.model, device.serial) if part)
    return Origin(
        named, PROVENANCE[frame.source], Impression(frame.impression.value), frame.ppi, width=width, height=height
    )


def charge(reading: hal.BatteryReading) -> Charge:
    """What the battery says, in whole per cent: finer is no news."""
    return Charge(round(reading.fraction, 2), reading.external_power)
