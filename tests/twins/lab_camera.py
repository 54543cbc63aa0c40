"""The twins of `camera v4l2` and `iris v4l2`, in the lab only: the kernel's own camera without a lens (vivid)."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

from hal import Stage, Stop, SystemClock, Wiring
from tests.twins.shape import CaptureTwin, Moment, NoTwin, Picture

DRIVER = Path("/sys/bus/platform/drivers/vivid")
DEVICE = "vivid.0"
STREAMING = "vivid-000-vid-c"  # how the kernel thread is called that draws while somebody streams
PATIENCE_S = 20.0


class LabCamera(CaptureTwin):
    """It streams the kernel's test card to whoever looks; pulling it out unbinds its driver."""

    MOMENTS = (Moment.IDLE, Moment.CAPTURE)
    LATE_S = 4.0  # an emulated processor draws every pixel of 1920 x 1080
    CAN_HOLD = False

    def __enter__(self) -> Self:
        if not DRIVER.is_dir():
            raise NoTwin("needs a kernel with vivid: make lab")
        self._link = self.folder / "camera"
        self._hand: threading.Thread | None = None
        if not (DRIVER / DEVICE).exists():
            self._put("bind")
        self._follow()
        self.stage = Stage(wiring=Wiring(face_camera=self._link, iris_camera=self._link))
        return self

    def __exit__(self, *exc: object) -> None:
        if self._hand:
            self._hand.join()
        if not (DRIVER / DEVICE).exists():
            self._put("bind")

    def vanish(self, moment: Moment = Moment.IDLE) -> None:
        if moment is Moment.IDLE:
            self._put("unbind")
        else:
            self._hand = SystemClock().spawn("hand", self._pull_while_it_streams)

    def replug(self) -> None:
        if self._hand:
            self._hand.join()
        self._put("bind")
        self._follow()

    def leave(self) -> None:
        pass  # a camera streams whoever stands there

    def hold(self, card: Picture | None) -> None:
        raise NotImplementedError

    def _pull_while_it_streams(self) -> None:
        _until(streaming)
        SystemClock().wait(1.0, Stop())
        self._put("unbind")

    def _put(self, what: str) -> None:
        (DRIVER / what).write_text(DEVICE)

    def _follow(self) -> None:
        """Its place, whatever number its node has now."""
        _until(lambda: any(Path("/sys/class/video4linux").glob("video*/name")))
        [node] = [path.parent.name for path in Path("/sys/class/video4linux").glob("video*/name")]
        self._link.unlink(missing_ok=True)
        self._link.symlink_to(Path("/dev") / node)


class LabIris(LabCamera):
    """A colour camera that the wiring names as the iris camera; it shows the one eye that was asked."""

    EYES_TAKE_TURNS = False


def streaming() -> bool:
    """Whether somebody streams from it now."""
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdecimal() and (process / "comm").read_text().startswith(STREAMING):
                return True
        except OSError:
            continue
    return False


def _until(reached: Callable[[], object]) -> None:
    clock = SystemClock()
    end = clock.monotonic() + PATIENCE_S
    while not reached():
        if clock.monotonic() > end:
            raise TimeoutError("the lab's camera")
        clock.wait(0.05, Stop())
