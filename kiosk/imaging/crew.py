"""Several measuring processes at once, for many pictures: a crash or hang costs the picture that caused it."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import TypeVar

from kiosk.imaging.__worker__ import serve as serve_usual
from kiosk.imaging.measurer import Measurer

DEADLINE_S = 120.0  # a full table of fingers taken for everything at once, on a slow board that is busy with others

T = TypeVar("T")
A = TypeVar("A")


class Crew:
    """`count` measuring processes, each used by one thread at a time; a context manager that ends them."""

    def __init__(self, count: int, serve: Callable[[Connection], None] = serve_usual) -> None:
        self._idle: SimpleQueue[Measurer] = SimpleQueue()
        self._threads = ThreadPoolExecutor(count)
        self._measurers = [Measurer(serve, DEADLINE_S) for _ in range(count)]
        for measurer in self._measurers:
            self._idle.put(measurer)

    def map(self, work: Callable[[Measurer, T], A], items: Iterable[T]) -> Iterator[A]:
        """`work` of every item, in their order; what it raises is raised where its answer would stand."""

        def worked(item: T) -> A:
            measurer = self._idle.get()
            try:
                return work(measurer, item)
            finally:
                self._idle.put(measurer)

        return self._threads.map(worked, items)

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *_: object) -> None:
        with ExitStack() as ending:
            for measurer in self._measurers:
                ending.callback(measurer.close)
            self._threads.shutdown(cancel_futures=True)
