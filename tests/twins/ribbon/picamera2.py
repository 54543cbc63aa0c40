"""The part of picamera2 that the driver uses, over camera modules in memory; `rig` is what is plugged in.

Jobs, cancelled jobs, the list of cameras and the errors are as the library has them; frames come at the pace of 30 a
second from an event loop in a thread of its own, as there. A card that is held up hides everything.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Rig:
    """`cameras` as libcamera lists them; `silent` while the ribbon is loose: listed, without frames."""

    def __init__(self) -> None:
        self.cameras: list[dict[str, Any]] = [dict(Model="imx708", Location=2, Rotation=180, Id="virtual/imx708@1a")]
        self.silent = False
        self.frame_s = 1 / 30
        self.taken: set[int] = set()
        self.view: NDArray[np.uint8] | None = None
        self.after_frames: tuple[int, Callable[[], None]] | None = None  # called when so many were given


rig = Rig()


class Job:
    def __init__(self) -> None:
        self.future: Future[Any] = Future()
        self.future.set_running_or_notify_cancel()

    def get_result(self, timeout: float | None = None) -> Any:
        return self.future.result(timeout=timeout)

    def cancel(self) -> None:
        from concurrent.futures import CancelledError

        if not self.future.done():
            self.future.set_exception(CancelledError())


class Picamera2:
    @staticmethod
    def global_camera_info() -> list[dict[str, Any]]:
        return [camera | {"Num": number} for number, camera in enumerate(rig.cameras)]

    def __init__(self, camera_num: int = 0, verbose_console: Any = None, tuning: Any = None, allocator: Any = None):
        rig.cameras[camera_num]
        if camera_num in rig.taken:
            raise RuntimeError("Camera __init__ sequence did not complete.")
        rig.taken.add(camera_num)
        self._num, self._size = camera_num, (640, 480)
        self._jobs: list[Job] = []
        self._lock = threading.Lock()
        self._end: threading.Event | None = None

    def create_video_configuration(self, main: dict[str, Any] = {}, **others: Any) -> dict[str, Any]:  # noqa: B006
        return {"main": main, **others}

    def configure(self, camera_config: Any = None) -> None:
        if self._end:
            raise RuntimeError("Camera must be stopped before configuring")
        assert camera_config["main"]["format"] == "BGR888"  # red first in memory
        self._size = camera_config["main"]["size"]

    def start(self, config: Any = None, show_preview: Any = False) -> None:
        if self._end is None:
            self._end = threading.Event()
            self._loop = threading.Thread(target=self._run, args=(self._end,), name="picamera2", daemon=True)
            self._loop.start()

    def stop(self) -> None:
        if self._end:
            self._end.set()
            self._loop.join()
            self._end = None

    def close(self) -> None:
        self.stop()
        rig.taken.discard(self._num)

    def cancel_all_and_flush(self) -> None:
        with self._lock:
            for job in self._jobs:
                job.cancel()
            self._jobs = []

    def capture_array(self, name: str = "main", wait: bool | None = None, signal_function: Any = None) -> Job:
        assert (name, wait, signal_function) == ("main", False, None)
        job = Job()
        with self._lock:
            self._jobs.append(job)
        return job

    def _run(self, end: threading.Event) -> None:
        given = 0
        while not end.wait(rig.frame_s):
            if rig.silent or self._num >= len(rig.cameras):
                continue
            with self._lock:
                job = self._jobs.pop(0) if self._jobs else None
            if job:
                given += 1
                job.future.set_result(self._picture(given))
                if rig.after_frames and given >= rig.after_frames[0]:
                    rig.after_frames[1]()

    def _picture(self, number: int) -> NDArray[np.uint8]:
        if rig.view is not None:
            return rig.view.copy()
        width, height = self._size
        picture = np.zeros((height, width, 3), np.uint8)
        picture[..., 0] = np.linspace(0, 255, width, dtype=np.uint8)
        picture[..., 1] = np.linspace(0, 200, height, dtype=np.uint8)[:, None]
        picture[0, 0] = number % 256
        return picture
