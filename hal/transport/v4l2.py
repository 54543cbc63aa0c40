"""Streams pictures from a Video4Linux camera: opened, set, mapped and waited for with a stop, on the kernel's own
interface (the maintained Python library for it is under the GPL)."""

import errno
import fcntl
import mmap
import os
import select
from collections.abc import Sequence
from contextlib import suppress
from ctypes import Structure, c_int
from pathlib import Path

from hal.clock import Stop
from hal.errors import CaptureCancelled, DeviceFault, DeviceUnavailable, NotSupported, UnavailableReason
from hal.transport import v4l2_abi as abi
from hal.transport.v4l2_pixels import DECODERS, Picture, decoded
from hal.values import Source

BUFFERS = 4
FRAME_S = 2.0  # the slowest mode of a camera gives a picture in a fifth of that
BAD_FRAMES = 30  # in a row: about a second of a cable that is half out
MOST_BYTES = 64 << 20  # of one frame: 20 million pixels of 3 bytes
VIRTUAL = frozenset({"vivid", "vimc", "v4l2 loopback", "dummy_video"})  # drivers without a lens
REASONS = {
    errno.ENOENT: UnavailableReason.ABSENT,
    errno.ENXIO: UnavailableReason.ABSENT,
    errno.ENODEV: UnavailableReason.LOST,
    errno.EIO: UnavailableReason.LOST,
    errno.EBUSY: UnavailableReason.BUSY,
    errno.EACCES: UnavailableReason.PERMISSION,
    errno.EPERM: UnavailableReason.PERMISSION,
}


class Camera4Linux:
    """One camera node. `wanted` are pixel formats by preference; the first that it offers is taken at the size nearest
    to `size` (width, height). Raises DeviceUnavailable; NotSupported where it offers none of them."""

    def __init__(self, node: Path, wanted: Sequence[str], size: tuple[int, int]) -> None:
        self.node = node
        self.taken_s = 0.0  # when the kernel had the last picture complete, on the monotonic clock
        self._streaming = False
        self._maps: list[mmap.mmap] = []
        try:
            self._fd = os.open(node, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise self._gone(error) from error
        try:
            self._introduce()
            self.format = self._set_format(wanted, size)
            self._map_buffers()
        except BaseException:
            self.close()
            raise

    def start(self) -> None:
        """Let it stream; idempotent."""
        if not self._streaming:
            for index in range(len(self._maps)):
                self._ioctl(abi.QBUF, self._buffer(index))
            self._ioctl(abi.STREAMON, c_int(abi.VIDEO_CAPTURE))
            self._streaming = True

    def frame(self, stop: Stop) -> Picture:
        """The next picture. Raises CaptureCancelled at the stop, DeviceUnavailable(LOST), and DeviceFault where it
        streams nothing that can be read."""
        for _ in range(BAD_FRAMES):
            readable, _, _ = select.select([self._fd, stop], [], [], FRAME_S)
            if stop.is_set():
                raise CaptureCancelled(self.node.name)
            if not readable:
                raise self._silent()
            picture = self._next()
            if picture is not None:
                return picture
        raise DeviceFault(f"{self.node.name}: {BAD_FRAMES} pictures in a row were damaged")

    def pause(self) -> None:
        """Stop streaming; idempotent, never raises."""
        if self._streaming:
            self._streaming = False
            with suppress(DeviceUnavailable):
                self._ioctl(abi.STREAMOFF, c_int(abi.VIDEO_CAPTURE))

    def there(self) -> bool:
        """Whether the camera is still plugged in."""
        try:
            self._ioctl(abi.QUERYCAP, abi.Capability())
        except DeviceUnavailable:
            return False
        return True

    def close(self) -> None:
        """Give the node back; idempotent, never raises."""
        self.pause()
        for mapped in self._maps:
            mapped.close()
        self._maps.clear()
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _introduce(self) -> None:
        told = abi.Capability()
        self._ioctl(abi.QUERYCAP, told)
        if not told.device_caps & abi.VIDEO_CAPTURE or not told.device_caps & abi.CAP_STREAMING:
            raise NotSupported(f"{self.node.name}: no camera that streams")
        self.driver, self.card, self.bus = (
            bytes(part).decode("ascii", "replace") for part in (told.driver, told.card, told.bus_info)
        )
        self.source = Source.SIMULATED if self.driver in VIRTUAL else Source.REAL

    def _set_format(self, wanted: Sequence[str], size: tuple[int, int]) -> str:
        offered = formats(self._fd)
        chosen = next((code for code in wanted if code in offered and code in DECODERS), None)
        if chosen is None:
            raise NotSupported(f"{self.node.name}: offers {', '.join(offered) or 'nothing'}")
        told = abi.Format(type=abi.VIDEO_CAPTURE, width=size[0], height=size[1], field=abi.FIELD_NONE)
        told.pixelformat = int.from_bytes(chosen.encode(), "little")
        self._ioctl(abi.S_FMT, told)
        if told.pixelformat != int.from_bytes(chosen.encode(), "little") or not 0 < told.sizeimage <= MOST_BYTES:
            raise NotSupported(f"{self.node.name}: does not keep the format {chosen}")
        self.width, self.height, self.bytes_per_line = told.width, told.height, told.bytesperline
        return chosen

    def _map_buffers(self) -> None:
        asked = abi.RequestBuffers(count=BUFFERS, type=abi.VIDEO_CAPTURE, memory=abi.MEMORY_MMAP)
        self._ioctl(abi.REQBUFS, asked)
        for index in range(min(asked.count, 2 * BUFFERS)):
            one = self._buffer(index)
            self._ioctl(abi.QUERYBUF, one)
            if not 0 < one.length <= MOST_BYTES:
                raise DeviceFault(f"{self.node.name}: buffers of {one.length} bytes")
            self._maps.append(mmap.mmap(self._fd, one.length, offset=one.offset))

    def _next(self) -> Picture | None:
        taken = self._buffer(0)
        try:
            fcntl.ioctl(self._fd, abi.DQBUF, taken)
        except BlockingIOError:  # woken for nothing
            return None
        except OSError as error:
            raise self._gone(error) from error
        if taken.index >= len(self._maps):
            raise DeviceFault(f"{self.node.name}: buffer {taken.index} of {len(self._maps)}")
        try:
            if taken.flags & abi.ERROR_FLAG:
                return None
            data = self._maps[taken.index][: taken.bytesused]
            self.taken_s = taken.timestamp[0] + taken.timestamp[1] / 1e6
        finally:
            self._ioctl(abi.QBUF, self._buffer(taken.index))
        return decoded(self.format, data, self.width, self.height, self.bytes_per_line)

    def _buffer(self, index: int) -> abi.Buffer:
        return abi.Buffer(index=index, type=abi.VIDEO_CAPTURE, memory=abi.MEMORY_MMAP)

    def _silent(self) -> DeviceFault | DeviceUnavailable:
        if self.there():
            return DeviceFault(f"{self.node.name}: no picture within {FRAME_S} s")
        return DeviceUnavailable(UnavailableReason.LOST, self.node.name)

    def _ioctl(self, request: int, told: "Structure | c_int") -> None:
        try:
            fcntl.ioctl(self._fd, request, told)
        except OSError as error:
            raise self._gone(error) from error

    def _gone(self, error: OSError) -> DeviceUnavailable:
        return DeviceUnavailable(REASONS.get(error.errno or 0, UnavailableReason.LOST), self.node.name)


def formats(fd: int) -> tuple[str, ...]:
    """Codes of the pixel formats that an open node offers, in its order."""
    found: list[str] = []
    for index in range(64):
        told = abi.FormatDescription(index=index, type=abi.VIDEO_CAPTURE)
        try:
            fcntl.ioctl(fd, abi.ENUM_FMT, told)
        except OSError:
            break
        found.append(int(told.pixelformat).to_bytes(4, "little").decode("ascii", "replace"))
    return tuple(found)


def offered(node: Path) -> tuple[str, ...]:
    """The formats of a node that is not open; empty where it cannot be asked."""
    try:
        fd = os.open(node, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return ()
    try:
        return formats(fd)
    finally:
        os.close(fd)


def nodes(devices: Path = Path("/dev")) -> tuple[Path, ...]:
    """Camera nodes by number."""
    return tuple(sorted(devices.glob("video[0-9]*"), key=lambda path: int(path.name.removeprefix("video"))))
