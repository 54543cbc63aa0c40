"""The measuring process is real; when it dies or hangs, one attempt is lost and nothing else."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from flow_box import FlowBox, QuickMeasurer

from kiosk.commands.training import TrainingBox
from kiosk.core.record import Position
from kiosk.imaging import measurer as measuring
from kiosk.imaging.encode import decode
from kiosk.imaging.measurer import MeasureFailed, Measurer
from kiosk.imaging.requests import EncodePng, MeasureFinger, Request

TINY = np.full((16, 16), 200, np.uint8)


@pytest.fixture(scope="module")
def process() -> Iterator[Measurer]:
    measurer = Measurer()
    yield measurer
    measurer.close()


def send(measurer: Measurer, number: int) -> None:
    assert measurer._process is not None
    assert measurer._process.pid is not None
    os.kill(measurer._process.pid, number)


def encodes(measurer: Measurer) -> bool:
    answer = measurer.request(EncodePng(TINY, 500))
    return isinstance(answer, bytes) and bool((decode(answer) == TINY).all())


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_process_that_dies_or_hangs_costs_one_request_and_the_next_is_answered(
    process: Measurer, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    assert encodes(process)
    first = process._process
    send(process, number)
    with monkeypatch.context() as patch:
        patch.setattr(measuring, "DEADLINE_S", 0.2)
        with pytest.raises(MeasureFailed):
            process.request(EncodePng(TINY, 500))
    assert first is not None
    assert not first.is_alive()
    assert encodes(process)


def test_an_emulated_processor_gets_the_usual_time_so_many_times(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float | None] = []

    class Pipe:
        def send(self, _: object) -> None: ...

        def poll(self, timeout: float | None) -> bool:
            asked.append(timeout)
            return False

        def close(self) -> None: ...

    for patience in (1, 20):
        measurer = Measurer(patience=patience)
        monkeypatch.setattr(measurer, "_pipe", Pipe())
        with pytest.raises(MeasureFailed):
            measurer.request(EncodePng(TINY, 500))
    assert asked == [measuring.DEADLINE_S, 20 * measuring.DEADLINE_S]


class DiesOnce(QuickMeasurer):
    """The process is killed or stopped while it holds the first print; all else is quick."""

    def __init__(self, process: Measurer, number: signal.Signals) -> None:
        self._process, self._number = process, number
        self.failed = 0

    def request(self, request: Request) -> object:
        if isinstance(request, MeasureFinger) and not self.failed:
            self.failed += 1
            send(self._process, self._number)
            return self._process.request(request)
        return super().request(request)


@pytest.fixture(params=[signal.SIGKILL, signal.SIGSTOP])
def dying(request: pytest.FixtureRequest, process: Measurer, monkeypatch: pytest.MonkeyPatch) -> DiesOnce:
    assert encodes(process)
    monkeypatch.setattr(measuring, "DEADLINE_S", 0.2)
    return DiesOnce(process, request.param)


def test_in_the_middle_of_a_person_it_costs_one_attempt_only(out: Path, training: TrainingBox, dying: DiesOnce) -> None:
    with FlowBox(out, training, measurer=dying) as box:
        box.open_day()
        session = box.record()
    attempts = {c.position: c.attempts for c in session.captures}
    assert dying.failed == 1
    assert attempts.pop(Position.RIGHT_INDEX) == 2
    assert set(attempts.values()) == {1}
    assert session.bundle


def test_a_box_measures_and_encodes_in_the_real_process(out: Path, training: TrainingBox, process: Measurer) -> None:
    class Encodes(QuickMeasurer):
        """Verdicts are quick; pictures are encoded over there."""

        def request(self, request: Request) -> object:
            return process.request(request) if isinstance(request, EncodePng) else super().request(request)

    with FlowBox(out, training, measurer=Encodes()) as box:
        box.open_day()
        assert box.record().bundle
        assert box.hand_over().written == 1
        assert box.take_in().clean


def test_what_keeps_failing_on_one_print_ends_with_the_officer_and_not_with_the_session(
    out: Path, training: TrainingBox
) -> None:
    class Refuses(QuickMeasurer):
        def request(self, request: Request) -> object:
            if isinstance(request, MeasureFinger):
                raise MeasureFailed("crashes on every print")
            return super().request(request)

    with FlowBox(out, training, measurer=Refuses()) as box:
        box.open_day()
        person = box.person()
        box.start()
        stuck: Callable[..., bool] = lambda session: session.help is not None and session.help.value == "stuck"  # noqa: E731
        session = box.serve(person, stuck)
        assert session.position is Position.RIGHT_INDEX
        assert [c.position for c in session.captures] == [Position.PORTRAIT, Position.EYE_RIGHT]
