"""A bundle on its way to the card: cut off at any moment it goes on, and what was not fsynced is not believed."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hal.updater import Refusal, Refused, copying
from hal.updater.bundle import Outline
from hal.updater.copying import copy

CHUNK = 1000
RAW = bytes(range(256)) * 17 + b"end"
HERE = Outline(len(RAW), 0, "a" * 32)


class Cut(BaseException):
    """The power goes."""


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "CHUNK", CHUNK)


def source(folder: Path, raw: bytes = RAW) -> Path:
    path = folder / "stick"
    path.write_bytes(raw)
    return path


def copied(folder: Path, stick: Path, progress: Callable[[float], None] = lambda _: None) -> tuple[Path, bool]:
    with stick.open("rb", buffering=0) as file:
        return copy(file, HERE, folder / "updates", progress)


def refused(call: Callable[[], object]) -> Refusal:
    with pytest.raises(Refused) as no:
        call()
    return no.value.refusal


def cut_at(fraction: float) -> Callable[[float], None]:
    def progress(done: float) -> None:
        if done >= fraction:
            raise Cut

    return progress


def test_a_copy_is_the_bundle_and_nobody_elses_to_read(tmp_path: Path) -> None:
    path, resumed = copied(tmp_path, source(tmp_path))
    assert path.read_bytes() == RAW
    assert not resumed
    assert path.parent.stat().st_mode & 0o777 == 0o700


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3 * CHUNK)), max_size=4))
def test_cut_off_again_and_again_it_goes_on_and_ends_whole(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[tuple[float, int]]
) -> None:
    """Each cut loses what a card may lose: everything after the last fsync, of which some bytes are rubbish."""
    here = tmp_path_factory.mktemp("cut")
    stick = source(here)
    for fraction, rubbish in cuts:
        with suppress(Cut):
            copied(here, stick, cut_at(fraction))
        for part in (here / "updates").glob("*.raucb"):
            kept = part.stat().st_size // CHUNK * CHUNK
            part.write_bytes(part.read_bytes()[:kept] + bytes(min(rubbish % CHUNK, CHUNK - 1)))
    assert copied(here, stick)[0].read_bytes() == RAW


def test_what_was_copied_is_not_read_again(tmp_path: Path) -> None:
    stick = source(tmp_path)
    with pytest.raises(Cut):
        copied(tmp_path, stick, cut_at(0.6))
    told: list[float] = []
    _, resumed = copied(tmp_path, stick, told.append)
    assert resumed
    assert told[0] >= 0.6


def test_a_stick_that_ends_early_or_goes_is_named_and_its_part_is_kept(tmp_path: Path) -> None:
    stick = source(tmp_path, RAW[: 2 * CHUNK + 7])
    assert refused(lambda: copied(tmp_path, stick)) is Refusal.PULLED
    assert [path.stat().st_size for path in (tmp_path / "updates").iterdir()] == [2 * CHUNK]


def test_parts_of_two_bundles_never_meet(tmp_path: Path) -> None:
    other = tmp_path / "updates" / f"{'b' * 32}.raucb"
    other.parent.mkdir()
    other.write_bytes(b"x" * 3 * CHUNK)
    path, resumed = copied(tmp_path, source(tmp_path))
    assert path.read_bytes() == RAW
    assert not resumed
    assert not other.exists()


def test_room_for_people_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = os.statvfs(tmp_path)
    monkeypatch.setattr(copying, "RESERVE", room.f_bavail * room.f_frsize)
    assert refused(lambda: copied(tmp_path, source(tmp_path))) is Refusal.NO_ROOM


@pytest.mark.parametrize(("number", "named"), [(28, Refusal.NO_ROOM), (5, Refusal.STORAGE), (30, Refusal.STORAGE)])
def test_a_card_that_does_not_take_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, named: Refusal
) -> None:
    def fails(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fails)
    assert refused(lambda: copied(tmp_path, source(tmp_path))) is named
