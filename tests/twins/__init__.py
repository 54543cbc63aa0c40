"""What every driver of the catalog runs on in the contract suites, one file a device: its twin.

A twin brings up the other end of a driver's wire (a pty that speaks the sensor's protocol, pcscd with a virtual card,
a server process, a stage with a person) and gives the suite hands: somebody before the sensor, a card laid in, the plug
pulled at a named moment and put back. The suites know only these hands, so the same assertions hold for every driver.

To add a twin for `<port> <driver>`:

1. Write `tests/twins/<driver>.py` with one class under the shape of its port in `shape.py` (CaptureTwin, ...):
   `__enter__` starts it, `__exit__` leaves no thread, process, file or descriptor behind. What the driver is told about
   the box goes into `self.stage.wiring`. Anything that changes how a driver finds its device has to be something a
   box's config can say too: no patching of the driver.
2. What this machine lacks (a daemon, a library) is `raise NoTwin("needs pcscd: apt install pcscd")` in `__enter__`;
   the suite skips with that sentence and pytest lists it at the end. Never return early instead.
3. State what it can do: SOURCE, FAKE_TIME, MOMENTS (in which it can be pulled out: IDLE at least, and every state
   the driver knows), LATE_S, and the flags of its shape. What a twin cannot do is skipped by name, never silently.
4. Add one line to TWINS below, then run `pytest tests/contract -k <driver>`.

What the suites ask of a driver, beyond its port's docstring: `look` checks its ask and that it is open at once, not at
the first `next`; a pulled device is LOST within two seconds, from every state; open again works after replug without a
new object; a hundred opens leave no thread and no descriptor. Suites measure on `twin.clock` and allow LATE_S on top of
every promise; they never compare a time for equality.

A driver that has no twin here says why in TWINS, as a sentence with a space in it instead of `module:Class`.
"""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from tests.twins.shape import NoTwin, Twin

TWINS: Mapping[tuple[str, str], str] = {
    ("fingerprint", "simulated"): "tests.twins.stage:StageCapture",
    ("fingerprint", "simulated-slap"): "tests.twins.stage:StageCapture",
    ("fingerprint", "recorded"): "tests.twins.stage:RecordedCapture",
    ("fingerprint", "libfprint"): "tests.twins.libfprint:LibfprintTwin",
    ("fingerprint", "sbi"): "tests.twins.sbi:SbiFingerTwin",
    ("fingerprint", "r30x"): "tests.twins.r30x:R30xTwin",
    ("iris", "simulated"): "tests.twins.stage:StageCapture",
    ("iris", "recorded"): "tests.twins.stage:RecordedCapture",
    ("iris", "v4l2"): "tests.twins.lab_camera:LabIris",
    ("iris", "sbi"): "tests.twins.sbi:SbiIrisTwin",
    ("camera", "simulated"): "tests.twins.stage:StageCapture",
    ("camera", "recorded"): "tests.twins.stage:RecordedCapture",
    ("camera", "picamera2"): "tests.twins.picamera2:Picamera2Twin",
    ("camera", "v4l2"): "tests.twins.lab_camera:LabCamera",
    ("card", "simulated"): "tests.twins.stage:StageCard",
    ("card", "pcsc"): "tests.twins.pcsc:PcscTwin",
    ("battery", "simulated"): "tests.twins.stage:StageBattery",
    ("panel", "simulated"): "tests.twins.stage:StagePanel",
    ("panel", "rpi_gpio"): "tests.twins.gpio:GpioPanelTwin",
    ("stick", "simulated"): "tests.twins.stage:StageStick",
    ("stick", "usb"): "tests.twins.lab_stick:LabStick",
    ("modem", "simulated"): "tests.twins.stage:StageModem",
    ("speaker", "simulated"): "tests.twins.stage:StageSpeaker",
    ("speaker", "alsa"): "tests.twins.alsa:AlsaTwin",
    ("updater", "simulated"): "tests.twins.stage:StageUpdater",
    ("updater", "rauc"): "tests.twins.rauc:RaucTwin",
}


def twin_of(port: str, driver: str, folder: Path) -> Twin:
    """The twin of a driver, not yet entered. Raises NoTwin with the reason."""
    line = TWINS.get((port, driver), f"nobody wrote a twin of {port} {driver}")
    if " " in line:
        raise NoTwin(line)
    module, name = line.split(":")
    try:
        return getattr(import_module(module), name)(port, driver, folder)
    except ImportError as missing:
        if (missing.name or "").startswith("tests"):
            raise  # a line of the table is wrong
        raise NoTwin(f"the twin of {port} {driver} needs {missing.name}") from missing
