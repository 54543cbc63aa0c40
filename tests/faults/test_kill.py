"""The box is killed at its data system calls, one life a call, and started again: what a screen said stays so.

By default a sample of the calls, spread evenly over the day; FAULTS=all kills at each of them.
"""

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import forge
import pytest
from call_order import Order
from forge import Forge, Point, kill_points, killing, points_after, template, trace
from what_stands import Told, assert_ended, assert_kept

SAMPLE = 30
MOST_LIVES = 3


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield from forge.room(tmp_path_factory)


@pytest.fixture(scope="module")
def start(room: Path) -> Path:
    return template(room / "start")


@pytest.fixture(scope="module")
def smith() -> Iterator[Forge]:
    made = Forge()
    yield made
    made.close()


@pytest.fixture
def tracing() -> None:
    if reason := forge.may_trace():
        pytest.skip(reason)


def life(start: Path, room: Path, name: str) -> Path:
    place = room / name
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(start, place)
    return place


@pytest.fixture(scope="module")
def calls(smith: Forge, start: Path, room: Path) -> list[str]:
    """The calls of a whole day."""
    if reason := forge.may_trace():
        pytest.skip(reason)
    place = life(start, room, "whole")
    lines = trace(smith, place)
    assert_ended(place)
    return lines


EVERY = os.environ.get("FAULTS") == "all"


def sampled(points: list[Point]) -> list[Point]:
    return points if EVERY else points[:: max(1, -(-len(points) // SAMPLE))]


def kill_at(smith: Forge, start: Path, room: Path, points: Iterable[Point], broken: str = "") -> int:
    """How many lives were killed; each is looked at, then goes on to the end, and is looked at again."""
    killed = 0
    for point in points:
        place = life(start, room, f"killed-{point[0]}-{point[1]}")
        if not smith.live(place, broken, strace=killing(point)):
            killed += 1
            assert_kept(place)
            assert any(smith.live(place, broken) for _ in range(MOST_LIVES))
        assert_ended(place)
        shutil.rmtree(place)
    return killed


def test_killed_at_any_data_call_nothing_that_was_acknowledged_is_lost_and_the_day_goes_on(
    smith: Forge, start: Path, room: Path, calls: list[str]
) -> None:
    points = sampled(kill_points(calls, EVERY))
    assert kill_at(smith, start, room, points) >= len(points) - 2


def test_a_build_that_purges_without_a_receipt_is_caught_by_the_same_loop(
    smith: Forge, start: Path, room: Path, calls: list[str]
) -> None:
    told = re.compile(r"^write\(\d+<[^>]*/acks>")
    points = points_after(calls, told, "pwrite64")[::-1]
    with pytest.raises(AssertionError, match="missing-bundle"):
        kill_at(smith, start, room, points, "purge-without-receipt")


def test_a_build_that_shows_before_it_saves_is_caught_by_the_same_loop(
    smith: Forge, start: Path, room: Path, calls: list[str]
) -> None:
    written = re.compile(r'^rename\("[^"]*/people/[^"]*\.age\.tmp"')
    with pytest.raises(AssertionError, match="what was called saved is gone"):
        kill_at(smith, start, room, points_after(calls, written, "pwrite64")[1:], "show-first")


def test_before_each_acknowledgement_every_file_and_every_name_was_synced(calls: list[str], room: Path) -> None:
    order = Order(room / "whole").read(calls)
    assert order.acknowledged > 20
    assert order.broken == []


def test_a_build_without_fsync_is_caught_by_the_order_of_its_calls(
    smith: Forge, start: Path, room: Path, tracing: None
) -> None:
    place = life(start, room, "no-fsync")
    order = Order(place).read(trace(smith, place, "no-fsync"))
    assert any("people/" in told or "bundles/" in told for told in order.broken)


def test_a_person_under_way_is_parked_by_a_kill_and_goes_on_at_the_same_step(
    smith: Forge, start: Path, room: Path
) -> None:
    first = life(start, room, "steps")
    assert smith.live(first)
    places = [tuple(p) if len(p) == 3 else (*p, "") for p in Told.at(first).of("at")]
    assert {step for step, _, _ in places} >= {
        "language", "notice", "nik", "biodata", "face", "irises", "fingers", "hands", "check", "endorsement", "review",
        "closing", "slip",
    }  # fmt: skip
    for place in places:
        if place[0] != "slip":
            assert_goes_on(smith, life(start, room, "-".join(filter(None, place))), place)


def assert_goes_on(smith: Forge, at: Path, place: tuple[str, ...]) -> None:
    step = place[0]
    assert not smith.live(at, dies=place)
    assert_kept(at)
    before = Told.at(at)
    record = before.of("saved")[0][0] if before.of("saved") else None
    assert smith.live(at)
    told = Told.at(at)
    ((waited, waited_step),) = told.of("waiting")
    ((resumed, resumed_step, captures, *_),) = told.of("resumed")
    assert waited == resumed == (record or waited)
    assert waited_step == step
    # Templates live in RAM only: without them the check is impossible, says so, and stops nobody.
    assert resumed_step == ("endorsement" if step == "check" else step), place
    assert int(captures) == len(before.of("saved"))
    assert_ended(at)
    shutil.rmtree(at)
