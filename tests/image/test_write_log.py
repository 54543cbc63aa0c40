"""Logs of writes that are made up, and the disks that cuts leave of them."""

from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.image.emulator import cut, write_log
from tests.image.emulator.partitions import Partition

SECTOR, SECTORS = 512, 24
FEW = settings(max_examples=40, deadline=None)  # each example is some files and a process


@dataclass(frozen=True)
class Order:
    """A write of some sectors, each filled with one byte; or, of none, a flush."""

    sector: int = 0
    count: int = 0
    fill: int = 0


def log_of(orders: list[Order], head: bool = True) -> bytes:
    flushes = [number for number, order in enumerate(orders, start=1) if not order.count]
    told = flushes[-1] if flushes else 0
    data = write_log.SUPER.pack(write_log.MAGIC, 1, told, SECTOR) if head and flushes else b""
    data = data.ljust(SECTOR, b"\0")
    for order in orders:
        flags = 0 if order.count else write_log.FLUSH
        data += write_log.ENTRY.pack(order.sector, order.count, flags, 0).ljust(SECTOR, b"\0")
        data += bytes([order.fill]) * (order.count * SECTOR)
    return data


def disk_of(orders: list[Order]) -> bytes:
    """The same by other means: a list of sectors."""
    sectors = [0] * SECTORS
    for order in orders:
        sectors[order.sector : order.sector + order.count] = [order.fill] * order.count
    return b"".join(bytes([fill]) * SECTOR for fill in sectors)


writes = st.integers(0, SECTORS - 1).flatmap(
    lambda sector: st.builds(Order, st.just(sector), st.integers(1, min(6, SECTORS - sector)), st.integers(1, 255))
)
orders = st.lists(st.one_of(writes, writes, st.just(Order())), max_size=12)


@pytest.fixture(scope="module")
def place():
    with TemporaryDirectory() as folder:
        (Path(folder) / "base").write_bytes(bytes(SECTOR * SECTORS))
        yield Path(folder)


def after(place: Path, told: list[Order], left: list[int]) -> bytes:
    log, to = place / "log", place / "after"
    log.write_bytes(log_of(told))
    entries = write_log.read(log)
    cut.copy(place / "base", to)
    write_log.replay(log, [entries[number] for number in left], to)
    return to.read_bytes()


@FEW
@given(told=orders)
def test_the_whole_log_gives_the_last_disk(place: Path, told: list[Order]) -> None:
    assert after(place, told, list(range(len(told)))) == disk_of(told)


@FEW
@given(told=orders, data=st.data())
def test_the_beginning_of_a_log_gives_the_disk_of_that_moment(
    place: Path, told: list[Order], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(told)))
    (place / "log").write_bytes(log_of(told))
    entries = write_log.read(place / "log")
    cut.cut(place / "base", place / "log", entries, at, place / "after")
    assert (place / "after").read_bytes() == disk_of(told[:at])


@FEW
@given(told=orders, seed=st.integers(0, 1 << 32), data=st.data())
def test_a_cut_without_mercy_keeps_what_was_flushed_and_nothing_that_was_not_written(
    place: Path, told: list[Order], seed: int, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(told)))
    (place / "log").write_bytes(log_of(told))
    left = write_log.survivors(write_log.read(place / "log"), at, Random(seed))
    flushed = max((number for number in range(at) if not told[number].count), default=-1)
    assert left == sorted(set(left))
    assert set(range(flushed + 1)) <= set(left) <= set(range(at))


def test_one_seed_gives_one_cut(place: Path) -> None:
    (place / "log").write_bytes(log_of([Order(0, 1, 7)] * 40))
    entries = write_log.read(place / "log")
    cuts = [write_log.survivors(entries, 40, Random(seed)) for seed in (1, 1, 2)]
    assert cuts[0] == cuts[1] != cuts[2]


@FEW
@given(told=orders, data=st.data())
def test_a_part_of_the_disk_can_be_replayed_by_itself(place: Path, told: list[Order], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, SECTORS - 1))
    part = Partition("", first * SECTOR, data.draw(st.integers(1, SECTORS - first)) * SECTOR, "", "")
    (place / "log").write_bytes(log_of(told))
    (place / "part").write_bytes(bytes(part.size))
    entries = write_log.read(place / "log")
    cut.part_cut(place / "part", part, place / "log", entries, range(len(told)), place / "after")
    assert (place / "after").read_bytes() == disk_of(told)[part.start : part.start + part.size]


@FEW
@given(told=orders.filter(bool), data=st.data())
def test_a_log_that_was_cut_short_loses_its_last_entries_only(
    place: Path, told: list[Order], data: st.DataObject
) -> None:
    whole = log_of(told)
    length = data.draw(st.integers(SECTOR, len(whole)))
    (place / "log").write_bytes(whole)
    entries = write_log.read(place / "log")
    (place / "log").write_bytes(whole[:length])
    kept = write_log.read(place / "log")
    assert kept == entries[: len(kept)]
    assert all(entry.end > length or entry.flush for entry in entries[len(kept) :])


def test_entries_after_the_last_flush_count_although_the_head_does_not_know_them(place: Path) -> None:
    (place / "log").write_bytes(log_of([Order(0, 1, 1), Order(), Order(1, 1, 2), Order(2, 1, 3)]))
    assert len(write_log.read(place / "log")) == 4


def test_what_was_acknowledged_at_a_length_of_the_log_is_within_its_entries(place: Path) -> None:
    (place / "log").write_bytes(log_of([Order(0, 1, 1), Order(), Order(1, 1, 2)]))
    entries = write_log.read(place / "log")
    assert [write_log.before(entries, entry.end) for entry in entries] == [1, 2, 3]
    assert write_log.before(entries, 0) == 0


@pytest.mark.parametrize(
    "head",
    [b"not a log of writes, not at all.", write_log.SUPER.pack(write_log.MAGIC, 2, 0, SECTOR)],
    ids=["something else", "a later version"],
)
def test_another_file_is_no_log(place: Path, head: bytes) -> None:
    (place / "log").write_bytes(head.ljust(SECTOR, b"\0"))
    with pytest.raises(write_log.DamagedLog):
        write_log.read(place / "log")


def test_a_discard_is_refused_since_the_machine_was_told_not_to(place: Path) -> None:
    entry = write_log.ENTRY.pack(0, 8, write_log.DISCARD, 0)
    (place / "log").write_bytes(log_of([Order()]) + entry.ljust(SECTOR, b"\0"))
    with pytest.raises(write_log.DamagedLog, match="discard"):
        write_log.read(place / "log")
