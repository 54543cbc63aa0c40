"""Serial ports: bytes with a deadline and a stop over pyserial, a recorded wire where the path is a file."""

import errno
import os
import select
import stat
import termios
from contextlib import suppress
from pathlib import Path

from hal.clock import Clock, Stop
from hal.errors import CaptureCancelled, DeviceFault, DeviceUnavailable, UnavailableReason
from hal.transport.wire import KeptWire, RecordedWire, Wire
from hal.values import Source

PTYS = range(136, 144)  # major numbers of Unix98 pseudo terminals (Linux devices.txt): software at the other end
CHUNK = 4096  # the kernel's own buffer of a terminal
_REASONS = {
    errno.ENOENT: UnavailableReason.ABSENT,
    errno.ENODEV: UnavailableReason.ABSENT,
    errno.ENXIO: UnavailableReason.ABSENT,
    errno.EIO: UnavailableReason.ABSENT,
    errno.EACCES: UnavailableReason.PERMISSION,
    errno.EPERM: UnavailableReason.PERMISSION,
    errno.EBUSY: UnavailableReason.BUSY,
    errno.EAGAIN: UnavailableReason.BUSY,
}


def open_wire(path: Path, rate: int, clock: Clock, keep: Path | None = None) -> Wire:
    """The line at this path, taken for this process alone; its traffic is written to the new file `keep`.

    Raises DeviceUnavailable (absent, busy, permission, library missing) and DeviceFault (a recording that is none).
    """
    wire = RecordedWire(path, clock) if path.is_file() else SerialWire(path, rate, clock)
    try:
        return KeptWire(wire, keep, rate, clock) if keep else wire
    except DeviceFault:
        wire.close()
        raise


def serial_ports(usb_ids: tuple[str, ...]) -> tuple[Path, ...]:
    """Terminals behind a USB chip of these ids ("vvvv:pppp"), by name. A chip says nothing about what is behind it."""
    try:
        from serial.tools import list_ports
    except ImportError as missing:
        raise _library_missing() from missing
    found = [port for port in list_ports.comports() if port.vid is not None and port.pid is not None]
    return tuple(sorted(Path(port.device) for port in found if f"{port.vid:04x}:{port.pid:04x}" in usb_ids))


class SerialWire(Wire):
    """One terminal, 8N1, locked."""

    def __init__(self, path: Path, rate: int, clock: Clock) -> None:
        try:
            from serial import Serial, SerialException
        except ImportError as missing:
            raise _library_missing() from missing
        self._clock = clock
        self._broken = (OSError, ValueError, SerialException)  # ValueError: closed meanwhile
        try:
            self._port = Serial(str(path), rate, timeout=0, write_timeout=0, exclusive=True)
        except (OSError, ValueError) as error:  # SerialException is an OSError
            raise DeviceUnavailable(_REASONS.get(_errno(error), UnavailableReason.ABSENT), "serial port") from error
        self.source = _source(self._port.fileno())

    def write(self, data: bytes, stop: Stop, deadline: float) -> None:
        rest = memoryview(data)
        while rest:
            if not self._ready(stop, deadline, writing=True):
                raise DeviceFault("serial port: takes nothing")
            try:
                rest = rest[os.write(self._port.fileno(), rest) :]
            except BlockingIOError:
                continue
            except self._broken as error:
                raise _lost() from error

    def read(self, most: int, stop: Stop, deadline: float) -> bytes:
        if not self._ready(stop, deadline, writing=False):
            return b""
        try:
            data = os.read(self._port.fileno(), min(most, CHUNK))
        except self._broken as error:
            raise _lost() from error
        if not data:  # readable without a byte: hung up
            raise _lost()
        return data

    def baud(self, rate: int) -> None:
        try:
            self._port.baudrate = rate
            self._port.reset_input_buffer()
        except (*self._broken, termios.error) as error:  # which is no OSError
            raise _lost() from error

    def there(self) -> bool:
        try:
            termios.tcgetattr(self._port.fileno())
        except (*self._broken, termios.error):
            return False
        return True

    def close(self) -> None:
        with suppress(*self._broken):  # the terminal went before us
            self._port.close()

    def _ready(self, stop: Stop, deadline: float, writing: bool) -> bool:
        left = max(deadline - self._clock.monotonic(), 0.0)
        try:
            port = [self._port.fileno()]
            readable, writable, _ = select.select(
                [stop] if writing else [stop, *port], port if writing else [], [], left
            )
        except self._broken as error:
            raise _lost() from error
        if stop in readable:
            raise CaptureCancelled("serial")
        return bool(readable or writable)


def _source(fd: int) -> Source:
    status = os.fstat(fd)
    pty = stat.S_ISCHR(status.st_mode) and os.major(status.st_rdev) in PTYS
    return Source.SIMULATED if pty else Source.REAL


def _errno(error: Exception) -> int:
    """pyserial wraps the system's error, and sometimes the number is in the wrapped one only."""
    inner = error.__context__
    return getattr(error, "errno", None) or getattr(inner, "errno", None) or 0


def _lost() -> DeviceUnavailable:
    return DeviceUnavailable(UnavailableReason.LOST, "serial port")


def _library_missing() -> DeviceUnavailable:
    return DeviceUnavailable(UnavailableReason.LIBRARY_MISSING, "pyserial (pip install pyserial)")
