"""What every driver of a Video4Linux camera does alike: find the node, open, stream, notice that it is gone."""

from collections.abc import Generator, Sequence
from pathlib import Path

from hal.clock import Clock, Stop
from hal.device import closed
from hal.errors import CaptureTimeout, DeviceUnavailable, HalError, NotSupported, UnavailableReason
from hal.transport.v4l2 import Camera4Linux, nodes, offered
from hal.transport.v4l2_pixels import Picture


class Lens:
    """One port's camera: the node that the wiring names, otherwise the first that offers a wanted format. `without` are
    formats whose presence says that the node is for another port."""

    def __init__(
        self, port: str, clock: Clock, wanted: Sequence[str], size: tuple[int, int], without: Sequence[str] = ()
    ) -> None:
        self._port, self._clock = port, clock
        self._wanted, self._size, self._without = wanted, size, frozenset(without)
        self.video: Camera4Linux | None = None
        self._lost = False

    def open(self, wired: Path | None) -> None:
        """Take the node; one that is gone is looked for anew. Raises DeviceUnavailable."""
        if self.video:
            if self.video.there():
                return
            self._lose()
        try:
            self.video = self._taken(wired)
        except DeviceUnavailable as error:
            if self._lost and error.reason is UnavailableReason.ABSENT:
                raise self._gone() from error
            raise
        self._lost = False

    def close(self) -> None:
        """Give the node back."""
        self._lost = False
        video, self.video = self.video, None
        if video:
            video.close()

    def opened(self) -> Camera4Linux:
        """The open node."""
        if self.video is None:
            raise self._gone() if self._lost else closed(self._port)
        return self.video

    def pictures(self, stop: Stop, deadline: float) -> Generator[Picture, None, None]:
        """Pictures until the deadline, then CaptureTimeout. A camera that was lost has to be opened again."""
        video = self.opened()
        try:
            video.start()
            while self._clock.monotonic() < deadline:
                if self.video is not video:
                    raise closed(self._port)
                yield video.frame(stop)
            raise CaptureTimeout(self._port)
        except DeviceUnavailable as error:
            if error.reason is UnavailableReason.LOST and self.video is video:
                self._lose()
            raise
        finally:
            video.pause()

    def _taken(self, wired: Path | None) -> Camera4Linux:
        refusal: HalError = DeviceUnavailable(UnavailableReason.ABSENT, self._port)
        for node in [wired] if wired else self._candidates():
            try:
                return Camera4Linux(node, self._wanted, self._size)
            except (NotSupported, DeviceUnavailable) as error:
                refusal = error
        raise refusal

    def _lose(self) -> None:
        self.close()
        self._lost = True

    def _gone(self) -> DeviceUnavailable:
        return DeviceUnavailable(UnavailableReason.LOST, self._port)

    def _candidates(self) -> list[Path]:
        told = {node: frozenset(offered(node)) for node in nodes()}
        return [node for node, codes in told.items() if codes.intersection(self._wanted) and not codes & self._without]
