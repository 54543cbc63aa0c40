"""How one box is wired, as its box.toml says: what a driver cannot find out by asking the machine."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Wiring:
    """GPIO lines by BCM number, None where the box has no such part; those in `active_low` mean yes at 0 V. The cameras
    are nodes of their own, best by their place on the bus (/dev/v4l/by-path/...). `serial` are terminals to try before
    those behind USB, such as the Pi's own UART, or kept wires to replay. `trust` holds the certificates (PEM) that
    signed device services have to descend from, `stick_helper` is the socket of the service that mounts."""

    button: int | None = None
    tamper: int | None = None
    lamp_ready: int | None = None
    lamp_alert: int | None = None
    buzzer: int | None = None
    infrared: int | None = None
    face_camera: Path | None = None
    iris_camera: Path | None = None
    serial: tuple[Path, ...] = ()
    stick_helper: Path = Path("/run/jemput/stick.sock")
    active_low: frozenset[int] = frozenset()
    trust: tuple[Path, ...] = ()
