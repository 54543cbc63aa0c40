"""A thread with a mailbox: whatever one resource does, it does here, one job after another."""

from collections.abc import Callable
from typing import TypeVar

from hal import Clock

R = TypeVar("R")
Job = Callable[[], None]


class Worker:
    """Jobs run in the order they came; a job that raises tells `failed` and the next one runs."""

    def __init__(self, name: str, clock: Clock, failed: Callable[[str, Exception], None]) -> None:
        self._name = name
        self._clock = clock
        self._failed = failed
        self._jobs = clock.mailbox()
        clock.spawn(name, self._run)

    def post(self, job: Job) -> None:
        """Do this some time soon."""
        self._jobs.put(job)

    def ask(self, job: Callable[[], R]) -> R:
        """Do this and wait for its value; what it raises is raised here."""
        answers = self._clock.mailbox()

        def answering() -> None:
            try:
                answers.put((job(), None))
            except BaseException as error:
                answers.put((None, error))

        self.post(answering)
        value, error = answers.get() or (None, None)
        if error is not None:
            raise error
        return value

    def close(self) -> None:
        """End after the jobs that are waiting."""
        self._jobs.put(None)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception as error:
                self._failed(self._name, error)
