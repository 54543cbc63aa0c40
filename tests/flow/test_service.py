"""What the service manager hears: ready, alive, ending; and that a loop that hangs starves its watchdog."""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flow_box import FlowBox

from hal import FakeClock, Stop
from kiosk.flow.service import ALIVE, READY, Heart, Service

WATCHDOG_S = 30.0
LOOPS = ("screens", "flow", "store")


class Manager:
    """The other end of $NOTIFY_SOCKET."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self._socket.setblocking(False)
        self.address = address

    def heard(self) -> list[str]:
        """Every datagram since the last call."""
        told = []
        while True:
            try:
                told.append(self._socket.recv(4096).decode())
            except BlockingIOError:
                return told

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    made = Manager(str(tmp_path / "notify") if request.param == "path" else f"@jemput-test-{os.getpid()}")
    yield made
    made.close()


def test_ready_and_its_status_come_in_one_datagram(manager: Manager) -> None:
    Service(manager.address).ready("The screens are there.")
    assert manager.heard() == [f"{READY}\nSTATUS=The screens are there."]


def test_the_environment_is_read_as_systemd_sets_it() -> None:
    me = str(os.getpid())
    told = {"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "30000000"}
    assert Service.of({}) == Service("", 0.0)
    assert Service.of(told) == Service("/run/x", 30.0)
    assert Service.of({**told, "WATCHDOG_PID": me}) == Service("/run/x", 30.0)
    assert Service.of({**told, "WATCHDOG_PID": "1"}) == Service("/run/x", 0.0)  # it is another program's watchdog


def test_without_a_manager_nobody_is_told_and_nothing_fails() -> None:
    clock = FakeClock()
    Service().ready("The screens are there.")
    Heart(Service(), clock, {}).close()
    clock.wait(1000.0, Stop())


def test_a_manager_that_is_gone_is_an_error_and_no_silence(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        Service(str(tmp_path / "gone")).ready("")


class Loops:
    """Three loops that answer at once; any of them may be told to hang."""

    def __init__(self) -> None:
        self.hangs: set[str] = set()
        self.waiting: list[Callable[[], None]] = []

    def asks(self) -> dict[str, Callable[[Callable[[], None]], None]]:
        return {name: lambda answer, name=name: self._ask(name, answer) for name in LOOPS}

    def _ask(self, name: str, answer: Callable[[], None]) -> None:
        self.waiting.append(answer) if name in self.hangs else answer()


def feedings(manager: Manager, clock: FakeClock, seconds: float) -> int:
    """How often the watchdog was fed in this time."""
    manager.heard()
    told: list[str] = []
    for _ in range(round(seconds / WATCHDOG_S)):
        clock.wait(WATCHDOG_S, Stop())
        told += manager.heard()  # a socket that nobody reads holds ten datagrams, then blocks who sends
    assert set(told) <= {ALIVE}
    return len(told)


def test_while_every_loop_answers_the_watchdog_is_fed_three_times_in_its_time(manager: Manager) -> None:
    clock = FakeClock()
    heart = Heart(Service(manager.address, WATCHDOG_S), clock, Loops().asks())
    clock.wait(1.0, Stop())
    assert feedings(manager, clock, 10 * WATCHDOG_S) == 30
    heart.close()
    assert feedings(manager, clock, WATCHDOG_S) == 0


@pytest.mark.parametrize("hangs", LOOPS)
def test_one_loop_that_hangs_starves_the_watchdog(manager: Manager, hangs: str) -> None:
    clock, loops = FakeClock(), Loops()
    Heart(Service(manager.address, WATCHDOG_S), clock, loops.asks())
    assert feedings(manager, clock, WATCHDOG_S) >= 2
    loops.hangs.add(hangs)
    assert feedings(manager, clock, WATCHDOG_S) <= 1  # the answer that it had given before
    assert feedings(manager, clock, 10 * WATCHDOG_S) == 0


def test_a_loop_that_was_late_feeds_again(manager: Manager) -> None:
    clock, loops = FakeClock(), Loops()
    loops.hangs.add("store")
    Heart(Service(manager.address, WATCHDOG_S), clock, loops.asks())
    assert feedings(manager, clock, WATCHDOG_S) == 0
    loops.hangs.clear()
    for answer in loops.waiting:
        answer()
    assert feedings(manager, clock, WATCHDOG_S) >= 2


@pytest.mark.parametrize("hangs", ["store", "flow"])
def test_a_real_kiosk_whose_thread_hangs_starves_the_watchdog(box: FlowBox, tmp_path: Path, hangs: str) -> None:
    stuck = Stop()
    manager = Manager(str(tmp_path / "notify"))
    heart = Heart(Service(manager.address, WATCHDOG_S), box.clock, box.kiosk.loops())
    clock = box.clock
    assert isinstance(clock, FakeClock)
    assert feedings(manager, clock, 3 * WATCHDOG_S) >= 8
    box.kiosk.loops()[hangs](lambda: clock.wait(1e9, stuck))
    feedings(manager, clock, WATCHDOG_S)
    assert feedings(manager, clock, 10 * WATCHDOG_S) == 0
    stuck.set()
    clock.wait(1.0, Stop())
    assert feedings(manager, clock, WATCHDOG_S) >= 2
    heart.close()
    manager.close()


def test_a_manager_that_does_not_listen_for_a_while_stops_no_heart(tmp_path: Path) -> None:
    clock, place = FakeClock(), str(tmp_path / "notify")
    heart = Heart(Service(place, WATCHDOG_S), clock, Loops().asks())
    clock.wait(WATCHDOG_S, Stop())
    Service(place).ending()
    manager = Manager(place)
    assert feedings(manager, clock, WATCHDOG_S) >= 2
    heart.close()
    manager.close()


def test_a_heart_that_does_not_wait_for_the_answers_is_caught(manager: Manager) -> None:
    class Careless(Heart):
        def _ask(self) -> set[str]:
            super()._ask()
            return set()

    clock, loops = FakeClock(), Loops()
    loops.hangs.add("flow")
    Careless(Service(manager.address, WATCHDOG_S), clock, loops.asks())
    with pytest.raises(AssertionError):
        assert feedings(manager, clock, 10 * WATCHDOG_S) == 0
