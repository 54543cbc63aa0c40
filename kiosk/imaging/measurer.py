"""The measuring process, as its parent sees it: native code runs there, with a deadline; its crash or hang costs one
attempt, no session.

Pictures travel by pipe, never by a file. The deadline is real time: the process is real even on a simulated day.
"""

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from kiosk.imaging.__worker__ import serve
from kiosk.imaging.requests import Failed

DEADLINE_S = 20.0  # a finger takes 0.3 s; the first request loads models; a slow board gets ten times that
END_S = 2.0


class MeasureFailed(Exception):
    """This picture could not be measured: refused, crashed or too slow. The person tries again."""


class Measurer:
    """One child process, started at the first request and again after any failure. One thread uses it at a time;
    `close` may come from another."""

    def __init__(
        self, serve: Callable[[Connection], None] = serve, deadline_s: float | None = None, patience: int = 1
    ) -> None:
        """`serve` is what the process runs; it answers requests at its end of the pipe. `deadline_s` is for one answer,
        where it is not a person who waits for it; an emulated processor gets the usual one so many times."""
        self._serve = serve
        self._deadline_s = deadline_s
        self._patience = patience
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None

    def request(self, request: object) -> object:
        """The answer to one request (imaging.requests). Raises MeasureFailed, after which a fresh process serves."""
        pipe = self._pipe or self._start()
        try:
            pipe.send(request)
            if not pipe.poll(self._deadline_s or DEADLINE_S * self._patience):
                raise MeasureFailed("deadline")
            answer = pipe.recv()
        except (OSError, EOFError, MeasureFailed) as error:
            self.close()
            raise MeasureFailed(type(request).__name__) from error
        if isinstance(answer, Failed):
            raise MeasureFailed(f"{type(request).__name__}: {answer.what}")
        return answer

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=self._serve, args=(theirs,), name="measuring", daemon=True)
        process.start()
        theirs.close()
        self._process, self._pipe = process, ours
        return ours

    def close(self) -> None:
        """End the process; idempotent."""
        process, self._process = self._process, None
        pipe, self._pipe = self._pipe, None
        if process is not None:
            process.kill()  # first, so that whoever waits at the pipe meets its end
            process.join(END_S)
        if pipe is not None:
            pipe.close()
