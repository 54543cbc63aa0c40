"""The clock that all waiting goes through: the stand-in is deterministic, a stop wakes whoever waits."""

import gc
import os
import select

import pytest

from hal import Deadlock, FakeClock, Stop, SystemClock


def a_day(seed_order: tuple[str, ...]) -> list[tuple[str, float]]:
    """Three threads that wait different times and talk to a fourth; what happened when."""
    clock = FakeClock()
    log: list[tuple[str, float]] = []
    mailbox = clock.mailbox()
    pace = {"a": 0.3, "b": 0.5, "c": 0.2}

    def walker(name: str) -> None:
        for _ in range(5):
            clock.wait(pace[name], Stop())
            mailbox.put(name)

    for name in seed_order:
        clock.spawn(name, lambda name=name: walker(name))
    for _ in range(15):
        log.append((str(mailbox.get()), round(clock.monotonic(), 6)))
    return log


def test_the_same_threads_make_the_same_day() -> None:
    assert a_day(("a", "b", "c")) == a_day(("a", "b", "c"))


def test_time_moves_only_to_what_is_due_next() -> None:
    assert [time for _, time in a_day(("a", "b", "c"))] == sorted(
        round(pace * n, 6) for pace in (0.3, 0.5, 0.2) for n in range(1, 6)
    )


def test_who_is_due_at_the_same_time_is_woken_in_the_order_of_waiting() -> None:
    clock = FakeClock()
    log: list[str] = []

    def sleeper(name: str) -> None:
        clock.wait(1.0, Stop())
        log.append(name)

    for name in "abc":
        clock.spawn(name, lambda name=name: sleeper(name))
    clock.wait(2.0, Stop())
    assert log == ["a", "b", "c"]


def test_waiting_moves_the_fake_clock_without_delay() -> None:
    clock = FakeClock()
    assert not clock.wait(86_400.0, Stop())
    assert clock.monotonic() == 86_400.0
    assert (clock.wall().utc - FakeClock().wall().utc).total_seconds() == 86_400.0


def test_a_stop_wakes_a_waiting_thread_before_it_is_due() -> None:
    clock = FakeClock()
    stop = Stop()

    def hurry() -> None:
        clock.wait(2.0, Stop())
        stop.set()

    clock.spawn("hurry", hurry)
    assert clock.wait(60.0, stop)
    assert clock.monotonic() == 2.0


def test_a_stop_that_is_already_set_lets_nobody_wait() -> None:
    stop = Stop()
    stop.set()
    stop.set()
    for clock in (FakeClock(), SystemClock()):
        before = clock.monotonic()
        assert clock.wait(3600.0, stop)
        assert clock.monotonic() - before < 60.0


def test_when_all_wait_for_ever_the_clock_says_deadlock() -> None:
    mailbox = FakeClock().mailbox()
    with pytest.raises(Deadlock):
        mailbox.get()


@pytest.mark.parametrize("clock", [FakeClock, SystemClock])
def test_a_mailbox_keeps_the_order_and_gives_up_when_the_time_is_over(clock: type[FakeClock | SystemClock]) -> None:
    mailbox = clock().mailbox()
    mailbox.put(1)
    mailbox.put(2)
    assert [mailbox.get(), mailbox.get(), mailbox.get(timeout_s=0.0)] == [1, 2, None]


def test_a_stop_can_be_selected_beside_a_device() -> None:
    stop = Stop()
    assert select.select([stop], [], [], 0) == ([], [], [])
    stop.set()
    assert select.select([stop], [], [], 0) == ([stop], [], [])
    assert stop.is_set()


def test_a_stop_gives_its_file_descriptor_back() -> None:
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    for _ in range(100):
        Stop()
    assert len(os.listdir("/proc/self/fd")) <= before  # noqa: PTH208
