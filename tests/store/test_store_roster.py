"""The list of residents, counters, days and free space."""

import time
from datetime import date

import pytest
from store_people import NIK, Keys

from kiosk.core.record import Resident, Sex
from kiosk.store import Listed, Store, StoreError, StoreLocked


def listed(nik: str, name: str = "Ani Wati", status: str = "UNREGISTERED") -> Listed:
    return Listed(Resident(nik, name, date(1990, 3, 31), Sex.FEMALE, "Sintang"), status)


def test_a_listed_resident_is_found_and_others_are_not(store: Store) -> None:
    assert store.roster.counter() == 0
    assert store.roster.put(1, [listed(NIK), listed("6105010101800009", "Budi", "DEAD")])
    assert store.roster.find(NIK) == listed(NIK)
    assert store.roster.find("6105010101800008") is None
    assert (store.roster.count(), store.roster.counter()) == (2, 1)


def test_a_newer_list_replaces_and_an_older_one_is_ignored(store: Store) -> None:
    store.roster.put(5, [listed(NIK)])
    assert not store.roster.put(5, [])
    assert not store.roster.put(4, [])
    assert store.roster.find(NIK) is not None
    assert store.roster.put(6, [])
    assert store.roster.find(NIK) is None


def test_a_locked_box_reads_no_list(store: Store) -> None:
    store.roster.put(1, [listed(NIK)])
    store.vault.lock()
    assert store.roster.count() == 1
    with pytest.raises(StoreLocked):
        store.roster.find(NIK)
    with pytest.raises(StoreLocked):
        store.roster.put(2, [])


def test_ten_thousand_residents_are_searched_as_quickly_as_a_hundred(store: Store, keys: Keys) -> None:
    def cost(count: int) -> float:
        store.roster.put(count, (listed(f"{6105010101800000 + i}") for i in range(count)))
        took = []
        for i in range(50):
            start = time.perf_counter()
            assert store.roster.find(f"{6105010101800000 + i}")
            took.append(time.perf_counter() - start)
        return min(took)

    few = cost(100)
    assert cost(10_000) < 3 * few + 0.001
    store.rekey(keys.recipients)
    assert store.roster.find("6105010101809999") is not None


def test_counters_only_go_up(store: Store) -> None:
    assert store.counters.last("jemput-config") == 0
    assert store.counters.raise_to("jemput-config", 7)
    assert not store.counters.raise_to("jemput-config", 7)
    assert not store.counters.raise_to("jemput-config", 6)
    assert store.counters.last("jemput-config") == 7
    assert [store.counters.next("jemput-completion") for _ in range(3)] == [1, 2, 3]
    with pytest.raises(StoreError):
        store.counters.raise_to("boot", 99)


def test_starts_and_working_days_are_counted(store: Store, keys: Keys) -> None:
    assert store.start_boot() == 2
    assert store.days.boot == 2
    store.close_day()
    assert not store.days.is_open
    store.vault.unlock(keys.officer)
    assert store.open_day("ani") == 2
    assert store.open_day("budi") == 2


def test_the_room_on_the_card_is_known(store: Store) -> None:
    assert store.room() > 0
    store.tidy()
