"""Named faults of a stand-in: what fails next, what always fails, and a device that is pulled out."""

from hal.errors import DeviceUnavailable, HalError, UnavailableReason


class Faults:
    """What goes wrong with one stand-in, by the name of the action.

    Actions are the contract's methods (open, look, read, mount, settle, ...) and `capture`: the moment after something
    was put before the device (after ON, or after a stream's first frame), and `wait`: whenever a look has waited.
    """

    def __init__(self) -> None:
        self._next: dict[str, list[HalError]] = {}
        self._always: dict[str, HalError] = {}
        self._vanishing: str | None = None
        self._lost = False

    def fail_next(self, action: str, error: HalError) -> None:
        """The next such action raises this once; several are raised one after another."""
        self._next.setdefault(action, []).append(error)

    def fail_always(self, action: str, error: HalError) -> None:
        """Every such action raises this, until clear."""
        self._always[action] = error

    def clear(self) -> None:
        """Nothing fails any more; what is pulled out stays out."""
        self._next.clear()
        self._always.clear()
        self._vanishing = None

    def vanish(self, action: str = "capture") -> None:
        """The device is pulled out at the next such action: everything raises LOST from then on, until replug."""
        self._vanishing = action

    def replug(self) -> None:
        """The device is back; it wants to be opened again."""
        self._lost = False

    @property
    def lost(self) -> bool:
        """Whether the device is pulled out."""
        return self._lost

    def meet(self, action: str) -> None:
        """Raise what is due for this action; drivers call it."""
        if action == self._vanishing:
            self._vanishing, self._lost = None, True
        if self._lost:
            raise DeviceUnavailable(UnavailableReason.LOST, action)
        if action in self._always:
            raise self._always[action].with_traceback(None)
        if waiting := self._next.get(action):
            raise waiting.pop(0)
