"""The measuring process: a real spawned child answers, survives bad requests, is confined, and ends as it should."""

import ctypes
import multiprocessing
import resource
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

import numpy as np
import pytest
from drawn import eye, letter, ridges

from kiosk.core.measures import FaceMeasures, FingerMeasures, IrisMeasures
from kiosk.imaging import __worker__, encode
from kiosk.imaging.requests import (
    Compare,
    EncodePng,
    Failed,
    MeasureFace,
    MeasureFinger,
    MeasureIris,
    Prepare,
    ReadQr,
)

PR_GET_DUMPABLE = 3
PATIENCE_S = 60  # for a busy machine; the answers take fractions of a second


@dataclass(frozen=True)
class Child:
    process: SpawnProcess
    pipe: Connection

    def ask(self, request: object) -> object:
        self.pipe.send(request)
        assert self.pipe.poll(PATIENCE_S), "no answer"
        return self.pipe.recv()


@pytest.fixture
def child() -> Iterator[Child]:
    yield from _started()


@pytest.fixture(scope="module")
def long_lived() -> Iterator[Child]:
    yield from _started()


def _started() -> Iterator[Child]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=__worker__.serve, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    yield Child(process, ours)
    ours.close()
    process.kill()
    process.join(PATIENCE_S)


def test_every_request_is_answered(long_lived: Child) -> None:
    assert long_lived.ask(Prepare()) is None
    answer = long_lived.ask(MeasureFinger(ridges(), 500))
    assert isinstance(answer, tuple)
    assert isinstance(answer[0], FingerMeasures)
    assert isinstance(long_lived.ask(MeasureIris(eye())), IrisMeasures)
    assert isinstance(long_lived.ask(MeasureFace(eye())), FaceMeasures)
    assert long_lived.ask(Compare(b"", (b"", b""))) == (0, 0)
    png = long_lived.ask(EncodePng(letter(), 500))
    assert isinstance(png, bytes)
    assert np.array_equal(encode.decode(png), letter())
    assert long_lived.ask(ReadQr(letter())) is None


def test_a_bad_request_is_answered_by_the_errors_class_alone_and_ends_nothing(long_lived: Child) -> None:
    assert long_lived.ask(MeasureIris(np.zeros((0, 0), np.uint8))) == Failed("ValueError")
    assert long_lived.ask(MeasureFinger("3175012345678901", 500)) == Failed("AttributeError")  # type: ignore[arg-type]
    assert long_lived.ask(object()) == Failed("TypeError")
    long_lived.pipe.send_bytes(b"this is no pickle")
    assert long_lived.pipe.recv() == Failed("UnpicklingError")
    assert isinstance(long_lived.ask(MeasureIris(eye())), IrisMeasures)


def test_a_request_beyond_its_memory_fails_alone(long_lived: Child) -> None:
    failed = long_lived.ask(MeasureFace(np.broadcast_to(np.uint8(9), (15_000, 15_000))))
    assert failed in (Failed("MemoryError"), Failed("error"), Failed("_ArrayMemoryError"))
    assert isinstance(long_lived.ask(MeasureIris(eye())), IrisMeasures)


def test_the_child_can_leave_no_core_and_takes_bounded_memory(long_lived: Child) -> None:
    long_lived.ask(Prepare())
    pid = long_lived.process.pid
    assert pid is not None
    assert resource.prlimit(pid, resource.RLIMIT_CORE) == (0, 0)
    assert resource.prlimit(pid, resource.RLIMIT_AS) == (__worker__.ADDRESS_SPACE,) * 2


def _tell_dumpable(pipe: Connection) -> None:
    __worker__._confine()
    pipe.send(ctypes.CDLL(None).prctl(PR_GET_DUMPABLE, 0, 0, 0, 0))


def test_the_child_is_not_dumpable_even_through_a_pipe() -> None:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_tell_dumpable, args=(theirs,))
    process.start()
    theirs.close()
    assert ours.recv() == 0
    process.join(PATIENCE_S)


def test_a_request_larger_than_any_picture_ends_the_child(child: Child) -> None:
    assert child.ask(ReadQr(letter())) is None
    with pytest.raises(OSError, match=r"[Bb]roken pipe|reset"):
        child.pipe.send_bytes(bytes(__worker__.MOST_BYTES + 1))
    child.process.join(PATIENCE_S)
    assert child.process.exitcode == 0


def test_a_killed_child_is_told_by_the_end_of_the_pipe(child: Child) -> None:
    assert child.ask(ReadQr(letter())) is None
    child.process.kill()
    with pytest.raises(EOFError):
        child.pipe.recv()
    child.process.join(PATIENCE_S)
    assert child.process.exitcode == -9


def test_the_child_ends_when_its_parent_is_gone(child: Child) -> None:
    assert child.ask(ReadQr(letter())) is None
    child.pipe.close()
    child.process.join(PATIENCE_S)
    assert child.process.exitcode == 0
