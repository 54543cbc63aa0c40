"""Hands of the host: what is plugged into the virtual machine, and pulled out of it."""

CHANNEL = "/dev/virtio-ports/jemput.ask"


class Host:
    """Asks the host and waits until it has done so."""

    def __init__(self) -> None:
        self._channel = open(CHANNEL, "r+b", buffering=0)  # noqa: SIM115 - closed by close
        self._in: set[str] = set()

    def plug(self, name: str, *how: object) -> None:
        """A device of tests.lab.guest.DEVICES, or a stick of this name: file system (none: unformatted) and megabytes
        at its first plugging; `locked` where its switch is set."""
        self._ask("plug", name, *how)
        self._in.add(name)

    def pull(self, name: str) -> None:
        """Take it out as it is."""
        self._ask("pull", name)
        self._in.discard(name)

    def touch(self, times: int) -> None:
        """So many fingers come to the module behind the serial bridge, one after another: tests.twins.r30x has them."""
        self._ask("touch", times)

    def clear(self) -> None:
        """Nothing is plugged in any more."""
        for name in sorted(self._in):
            self.pull(name)

    def _ask(self, *words: object) -> None:
        self._channel.write((" ".join(map(str, words)) + "\n").encode())
        answer = b""
        while not answer.endswith(b"\n"):
            answer += self._channel.read(1)
        if answer != b"ok\n":
            raise RuntimeError(answer.decode())

    def close(self) -> None:
        self._channel.close()
