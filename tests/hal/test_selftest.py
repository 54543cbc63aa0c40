"""The selftest: what happened to a device becomes a verdict and a sentence that a workshop can act on."""

from collections.abc import Iterator

import numpy as np
import pytest

from hal import (
    Ask,
    BatteryReading,
    CaptureRetry,
    CaptureTimeout,
    DeviceFault,
    DeviceUnavailable,
    FakeClock,
    Frame,
    HalError,
    NotSupported,
    Position,
    Presence,
    RetryReason,
    Source,
    Stage,
    Stop,
    UnavailableReason,
)
from hal import selftest as under_test
from hal.catalog import CATALOG, CONTRACTS
from hal.selftest import ADVICE, PARTS, USES, Finding, Verdict, examine, telling
from hal.values import DeviceIdentity
from hal.world.stage import World
from tests.twins.stage import willing_person

WHO = DeviceIdentity("camera", "fake", "Maker", "Model", "123")


class Fake:
    """A device that opens or not, and shows what it is given."""

    def __init__(self, opening: HalError | None = None, shows: list[object] | None = None) -> None:
        self.opening, self.shows, self.closed = opening, shows or [], False
        self.identity = WHO

    def __enter__(self) -> "Fake":
        if self.opening:
            raise self.opening
        return self

    def __exit__(self, *exc: object) -> None:
        self.closed = True

    def look(self, ask: Ask, stop: Stop) -> Iterator[object]:
        for one in self.shows:
            if isinstance(one, HalError):
                raise one
            yield one

    def read(self) -> BatteryReading:
        return BatteryReading(0.5, False)


def found(port: str, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> Finding:
    monkeypatch.setattr(under_test, "load", lambda port, driver: lambda clock, stage: fake)
    return examine(port, "fake", FakeClock(), Stage())


FRAME = Frame(np.zeros((30, 40, 3), np.uint8), (Position.PORTRAIT,), WHO, Source.REAL)


@pytest.mark.parametrize(
    ("reason", "verdict", "word"),
    [
        (UnavailableReason.ABSENT, Verdict.MISSING, "plugged in"),
        (UnavailableReason.LOST, Verdict.MISSING, "cable"),
        (UnavailableReason.BUSY, Verdict.NOT_READY, "stop the kiosk"),
        (UnavailableReason.PERMISSION, Verdict.NOT_READY, "group jemput"),
        (UnavailableReason.LIBRARY_MISSING, Verdict.NOT_READY, "not installed"),
        (UnavailableReason.CLOSED, Verdict.NOT_READY, "try again"),
    ],
)
def test_a_device_that_does_not_open_says_what_to_do(
    reason: UnavailableReason, verdict: Verdict, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = found("camera", Fake(DeviceUnavailable(reason, "camera")), monkeypatch)
    assert told.verdict is verdict
    assert word in told.note
    assert told.detail == f"camera: {reason}"


def test_every_reason_has_its_advice() -> None:
    assert set(ADVICE) == set(UnavailableReason)


@pytest.mark.parametrize("error", [DeviceFault("wrong checksum"), CaptureTimeout("camera")])
def test_a_device_that_fails_in_use_is_broken(error: HalError, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Fake(shows=[FRAME, error])
    told = found("camera", fake, monkeypatch)
    assert (told.verdict, told.detail) == (Verdict.BROKEN, str(error))
    assert "replace" in told.note
    assert fake.closed


def test_a_camera_that_streams_nothing_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found("camera", Fake(), monkeypatch).verdict is Verdict.BROKEN


def test_a_camera_in_order_tells_its_size_and_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    told = found("camera", Fake(shows=[FRAME] * 3), monkeypatch)
    assert told == Finding("fake", Verdict.GOOD, "it streams: 40 x 30 pixels", "Maker Model 123")


def test_a_reader_that_waits_for_a_finger_is_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    told = found("fingerprint", Fake(shows=[CaptureTimeout("fingerprint")]), monkeypatch)
    assert told.verdict is Verdict.GOOD
    assert "waits for a finger" in told.note
    told = found("fingerprint", Fake(shows=[Presence.ON]), monkeypatch)
    assert told.note == "it sees a finger"


def test_what_the_config_asks_wrongly_is_not_the_parts_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    told = found("camera", Fake(NotSupported("offers MPEG")), monkeypatch)
    assert (told.verdict, told.detail) == (Verdict.NOT_READY, "offers MPEG")


def test_a_hint_for_the_person_means_that_the_device_works(monkeypatch: pytest.MonkeyPatch) -> None:
    told = found("camera", Fake(shows=[CaptureRetry(RetryReason.MOVED)]), monkeypatch)
    assert told.verdict is Verdict.GOOD


def test_of_several_drivers_the_most_telling_is_shown() -> None:
    good, broken, missing, late = (
        Finding(verdict, verdict, "", "")
        for verdict in (Verdict.GOOD, Verdict.BROKEN, Verdict.MISSING, Verdict.NOT_READY)
    )
    assert telling([missing, broken, good]) == [good]
    assert telling([missing, late, broken]) == [broken]
    assert telling([missing, late]) == [late]
    assert telling([missing, missing]) == [missing, missing]
    assert telling([]) == []


def test_every_port_has_a_part_name_and_a_use() -> None:
    assert set(PARTS) == set(USES) == set(CATALOG) == set(CONTRACTS)


@pytest.mark.parametrize("port", CATALOG)
def test_a_stand_in_of_every_port_is_in_order(port: str) -> None:
    """Which says that each use fits its contract."""
    stage = Stage(world=World(1))
    assert stage.world
    stage.world.step_up(willing_person())
    told = examine(port, "simulated", FakeClock(), stage)
    assert told.verdict is Verdict.GOOD
    assert told.note
