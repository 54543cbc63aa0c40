"""Arrivals and departures: who serves a port changes when udev says that something came or went, and not before."""

from collections.abc import Callable, Iterator
from errno import ENOBUFS

import pytest

from hal import FakeClock, Stage, Stop, box
from hal.box import STARTING_S, UNTOLD_S, Box
from hal.card.simulated import SimulatedCardReader
from hal.errors import DeviceUnavailable, UnavailableReason
from hal.hotplug import MOST_EVENTS, RESTLESS_S, SETTLE_S, Hotplug


class Bus:
    """Events as the test lets them come."""

    def __init__(self) -> None:
        self.waiting: list[object] = []

    def poll(self) -> object | None:
        return self.waiting.pop(0) if self.waiting else None


@pytest.fixture
def bus() -> Bus:
    return Bus()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_nothing_is_said_while_nothing_comes_or_goes(bus: Bus, clock: FakeClock) -> None:
    hotplug = Hotplug(clock, bus.poll)
    clock.wait(10.0, Stop())
    assert not hotplug.settled()


def test_a_device_is_told_once_after_its_last_part_has_come(bus: Bus, clock: FakeClock) -> None:
    hotplug = Hotplug(clock, bus.poll)
    told = []
    for part in ("usb_device", "usb_interface", "tty"):
        bus.waiting.append(part)
        told.append(hotplug.settled())
        clock.wait(SETTLE_S / 2, Stop())
    clock.wait(SETTLE_S, Stop())
    assert [*told, hotplug.settled(), hotplug.settled()] == [False, False, False, True, False]


def test_a_device_that_comes_and_goes_without_end_does_not_hold_whoever_asks(clock: FakeClock) -> None:
    asked = []
    Hotplug(clock, lambda: asked.append(1) or "event").settled()
    assert len(asked) == MOST_EVENTS


@pytest.fixture
def two_ports(bus: Bus, clock: FakeClock) -> Iterator[tuple[Box, Stage]]:
    stage = Stage()
    with Box({"card": ("simulated",), "panel": ("simulated",)}, clock, stage, Hotplug(clock, bus.poll)) as made:
        yield made, stage


def serves(box: Box, port: str) -> bool:
    return box.present()[port] is not None


def test_who_comes_serves_without_being_asked_for(two_ports: tuple[Box, Stage], bus: Bus, clock: FakeClock) -> None:
    made, stage = two_ports
    stage.faults["card"].fail_next("open", DeviceUnavailable(UnavailableReason.ABSENT))
    with pytest.raises(DeviceUnavailable):
        made.lend("card")
    made.refresh()
    assert not serves(made, "card")  # nobody said that anything came
    bus.waiting.append("add")
    made.refresh()
    clock.wait(SETTLE_S, Stop())
    made.refresh()
    assert serves(made, "card")


def test_who_went_is_no_longer_present(two_ports: tuple[Box, Stage], bus: Bus, clock: FakeClock) -> None:
    made, stage = two_ports
    stage.faults["card"].vanish("status")
    with pytest.raises(DeviceUnavailable):
        made.lend("card").status()
    bus.waiting.append("remove")
    made.refresh()
    clock.wait(SETTLE_S, Stop())
    made.refresh()
    assert not serves(made, "card")


def test_who_is_deaf_while_it_starts_is_tried_again_for_half_a_minute_and_no_longer(
    two_ports: tuple[Box, Stage], bus: Bus, clock: FakeClock
) -> None:
    made, stage = two_ports
    stage.faults["card"].fail_always("open", DeviceUnavailable(UnavailableReason.ABSENT))
    bus.waiting.append("add")
    for _ in range(8):
        made.refresh()
        clock.wait(1.0, Stop())
    assert not serves(made, "card")
    stage.faults["card"].clear()
    for _ in range(6):
        made.refresh()
        clock.wait(1.0, Stop())
    assert serves(made, "card")


def test_who_is_deaf_while_the_box_itself_starts_serves_all_the_same(
    two_ports: tuple[Box, Stage], clock: FakeClock
) -> None:
    made, stage = two_ports
    stage.faults["card"].fail_next("open", DeviceUnavailable(UnavailableReason.ABSENT))
    made.refresh()
    assert not serves(made, "card")
    for _ in range(6):
        clock.wait(1.0, Stop())
        made.refresh()
    assert serves(made, "card")


def test_a_port_that_nothing_came_to_is_left_in_peace(two_ports: tuple[Box, Stage], bus: Bus, clock: FakeClock) -> None:
    made, stage = two_ports
    stage.faults["card"].fail_always("open", DeviceUnavailable(UnavailableReason.ABSENT))
    bus.waiting.append("add")
    for _ in range(60):
        made.refresh()
        clock.wait(1.0, Stop())
    stage.faults["card"].clear()
    made.refresh()
    assert not serves(made, "card")


def test_a_closed_box_is_not_refreshed(two_ports: tuple[Box, Stage]) -> None:
    made, _ = two_ports
    made.close()
    made.refresh()
    assert not serves(made, "card")


class Plugged:
    """A driver of a device with a USB id."""

    USB_IDS = ("1111:2222",)


@pytest.fixture
def ids(monkeypatch: pytest.MonkeyPatch) -> Callable[[set[str]], None]:
    monkeypatch.setattr(box, "load", lambda port, driver: Plugged)
    return lambda here: monkeypatch.setattr(box, "attached", lambda: frozenset(here))


def test_another_listed_driver_whose_device_is_plugged_in_is_named(
    clock: FakeClock, ids: Callable[[set[str]], None]
) -> None:
    made = Box({"fingerprint": ("first", "second")}, clock, Stage())
    made._serving["fingerprint"] = "first"
    ids({"1111:2222", "9999:0000"})
    assert made.rivals("fingerprint") == ("second",)
    ids({"9999:0000"})
    assert made.rivals("fingerprint") == ()


def test_a_loose_plug_that_never_settles_is_told_all_the_same(bus: Bus, clock: FakeClock) -> None:
    hotplug, told = Hotplug(clock, bus.poll), 0
    for _ in range(int(2 * RESTLESS_S / (SETTLE_S / 2))):
        bus.waiting.append("remove")
        told += hotplug.settled()
        clock.wait(SETTLE_S / 2, Stop())
    assert told in (1, 2)


def test_more_events_than_the_system_could_keep_are_an_event(clock: FakeClock) -> None:
    told = iter([OSError(ENOBUFS, "No buffer space available")])

    def poll() -> object | None:
        if lost := next(told, None):
            raise lost
        return None

    hotplug = Hotplug(clock, poll)
    assert not hotplug.settled()
    clock.wait(SETTLE_S, Stop())
    assert hotplug.settled()


@pytest.mark.parametrize("untold", [True, False])
def test_a_service_that_udev_does_not_tell_of_is_found_when_it_comes(
    two_ports: tuple[Box, Stage], clock: FakeClock, monkeypatch: pytest.MonkeyPatch, untold: bool
) -> None:
    made, stage = two_ports
    monkeypatch.setattr(SimulatedCardReader, "TOLD_BY_UDEV", not untold)
    clock.wait(STARTING_S + UNTOLD_S, Stop())  # nothing is still starting
    stage.faults["card"].vanish("status")
    for _ in range(2):
        with pytest.raises(DeviceUnavailable):
            made.lend("card").status()
    stage.faults["card"].replug()
    made.refresh()
    assert not serves(made, "card")  # it was looked for a moment ago
    clock.wait(UNTOLD_S, Stop())
    made.refresh()
    assert serves(made, "card") is untold
