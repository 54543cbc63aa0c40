"""A thread with a mailbox: whatever one resource does, it does here, one job after another."""

from collections.abc import Callable
from functools import partial
from typing import NoReturn, TypeVar

from hal import Clock, Mailbox

R = TypeVar("R")
Job = Callable[[], object]


class Worker:
    """Jobs run in the order they came; a job that raises tells `failed` and the next one runs."""

    def __init__(self, name: str, clock: Clock, failed: Callable[[str, Exception], None]) -> None:
        self._name = name
        self._clock = clock
        self._failed = failed
        self._jobs = clock.mailbox()
        clock.spawn(name, self._run)

    def post(self, job: Job, stumbled: Job | None = None) -> None:
        """Do this some time soon; `stumbled` is called where the job raised, so that whoever waits hears of it."""
        self._jobs.put((job, stumbled))

    def ask(self, job: Callable[[], R]) -> R:
        """Do this and wait for its value; what it raises is raised here."""
        answers: Mailbox[Callable[[], R]] = self._clock.mailbox()

        def answering() -> None:
            try:
                value = job()
            except Exception as error:
                answers.put(partial(_raise, error))
            else:
                answers.put(lambda: value)

        self.post(answering)
        answer = answers.get()
        if answer is None:
            raise RuntimeError(f"{self._name} gave no answer")
        return answer()

    def close(self) -> None:
        """End after the jobs that are waiting."""
        self._jobs.put(None)

    def _run(self) -> None:
        while (work := self._jobs.get()) is not None:
            job, stumbled = work
            try:
                job()
            except Exception as error:
                self._failed(self._name, error)
                if stumbled is not None:
                    stumbled()


def _raise(error: Exception) -> NoReturn:
    raise error
