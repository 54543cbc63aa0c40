"""QEMU's machine protocol: commands one by one, events as they come."""

import json
import queue
import socket
import threading
from collections.abc import Iterator
from typing import Any

ANSWER_S = 60  # screendumps and hot-plug on a busy machine take seconds


class Refused(Exception):
    """QEMU did not carry out a command; its words."""


class Monitor:
    """One conversation with one machine."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._file = channel.makefile("rb")
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self._events: list[dict[str, Any]] = []
        self._came = threading.Condition()
        self._thread = threading.Thread(target=self._read, name="monitor", daemon=True)
        self._thread.start()
        self.run("qmp_capabilities")

    def run(self, command: str, **arguments: Any) -> Any:
        """One command, to its answer. Raises Refused, and EOFError where the machine has ended."""
        try:
            self._channel.sendall(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
        except OSError as error:
            raise EOFError("the machine has ended") from error
        told = self._answers.get(timeout=ANSWER_S)
        if "error" in told:
            raise Refused(told["error"]["desc"])
        if "return" not in told:
            raise EOFError("the machine has ended")
        return told["return"]

    def wait(self, event: str, within_s: float, **data: Any) -> dict[str, Any]:
        """The first event of that name with these data, also one that came before. Raises TimeoutError."""

        def found() -> dict[str, Any] | None:
            matching = (e["data"] for e in self._events if e["event"] == event and data.items() <= e["data"].items())
            return next(matching, None)

        with self._came:
            if not self._came.wait_for(lambda: found() is not None, within_s):
                raise TimeoutError(f"no {event} within {within_s:.0f} s")
            return found() or {}

    def events(self, name: str) -> list[dict[str, Any]]:
        """The data of every such event so far."""
        with self._came:
            return [event["data"] for event in self._events if event["event"] == name]

    def close(self) -> None:
        """After the machine has ended."""
        self._thread.join()
        self._file.close()
        self._channel.close()

    def _read(self) -> None:
        for line in self._lines():
            told = json.loads(line)
            if "event" in told:
                with self._came:
                    self._events.append({"event": told["event"], "data": told.get("data", {})})
                    self._came.notify_all()
            elif "QMP" not in told:
                self._answers.put(told)
        self._answers.put({})

    def _lines(self) -> Iterator[bytes]:
        try:
            yield from self._file
        except OSError:  # reset by a machine that was cut off
            return
