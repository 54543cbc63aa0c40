"""Sealing, the officer's opening, and the working key's change."""

import pickle
from base64 import urlsafe_b64decode
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyrage
import pytest
from pyrage.x25519 import Identity
from store_people import BOX, NIK, Keys, public, record_id, record_person, touch

from kiosk.core.padding import IMAGE_STEP, TEXT_STEP, unpad
from kiosk.core.record import Resident, Sex
from kiosk.store import (
    InMemoryKeyring,
    InMemoryStore,
    Listed,
    Store,
    StoreDamaged,
    StoreLocked,
    seal,
    unlock_officer,
)
from kiosk.store.secret import SecretKey

# docs/formats.md 2: an officer as the office makes one; the office's own tests hold the same vector.
PIN = "482913"
CARD_SECRET = bytes(range(16))
SALT = bytes(range(16, 32))
SEALED = (
    "ICEiIyQlJicoKSorKkriKR-XzfcIxGRTj6yDNMYVAA7NLoej_DW6cv4BX0mOlktjbDZ9pOujnzXx"
    "YU5uUneg5vz2-pZEJXk0xiBu3WO-9a7zH6AnymrtO-_T_uedzaJyY6uX8Xcl"
)
IDENTITY = "AGE-SECRET-KEY-1GPQ5YS6YG4RYWJZFFF95CN2WFAG9Z5JN2324V46CT9D9KHZATE0S5FAZ64"


def opened(sealed: bytes, identity: str) -> bytes:
    return unpad(pyrage.decrypt(sealed, [Identity.from_str(identity)]))


@pytest.mark.parametrize("step", [TEXT_STEP, IMAGE_STEP])
def test_each_recipient_opens_what_was_sealed_and_lengths_come_in_steps(keys: Keys, step: int) -> None:
    short, long = seal(b"x", keys.recipients, step), seal(b"x" * (step - 8), keys.recipients, step)
    assert opened(short, keys.officer) == opened(short, keys.recovery) == b"x"
    assert opened(long, keys.recovery) == b"x" * (step - 8)
    assert abs(len(short) - len(long)) < 512  # age adds a random stanza, the padded length is the same


@pytest.mark.parametrize("choose", [lambda r: (), lambda r: r[:1], lambda r: (r[0], r[0]), lambda r: (r[0], "age1x")])
def test_fewer_than_two_recipients_seal_nothing(keys: Keys, choose: Callable[[tuple], tuple]) -> None:
    with pytest.raises(ValueError, match="recipient"):
        seal(b"x", choose(keys.recipients), TEXT_STEP)


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_pin_and_card_together_give_the_officers_identity() -> None:
    assert unlock_officer(decoded(SEALED), SALT, PIN, CARD_SECRET) == IDENTITY


@pytest.mark.parametrize(
    ("pin", "card"), [("482914", CARD_SECRET), (PIN, bytes(16)), ("", CARD_SECRET), (PIN, CARD_SECRET[:15])]
)
def test_a_wrong_pin_or_card_opens_nothing(pin: str, card: bytes) -> None:
    with pytest.raises(StoreLocked):
        unlock_officer(decoded(SEALED), SALT, pin, card)


def test_the_recovery_identity_opens_the_box_too(store: Store, keys: Keys) -> None:
    store.vault.lock()
    store.vault.unlock(keys.recovery)
    assert store.vault.is_open


@pytest.mark.parametrize("identity", [str(Identity.generate()), "no identity", ""])
def test_a_strangers_identity_opens_nothing(store: Store, identity: str) -> None:
    store.vault.lock()
    with pytest.raises(StoreLocked):
        store.vault.unlock(identity)
    assert not store.vault.is_open


def test_a_damaged_working_key_file_is_damage_and_not_a_wrong_pin(store: Store, keys: Keys) -> None:
    store.vault.lock()
    path = store.root / "keys" / "working-1.age"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(StoreDamaged):
        store.vault.unlock(keys.officer)
    path.unlink()
    with pytest.raises(StoreDamaged):
        store.vault.unlock(keys.officer)


def test_a_box_without_a_working_key_is_locked(tmp_path: Path, keys: Keys) -> None:
    with InMemoryStore(tmp_path / "new", BOX) as new:
        assert new.vault.intake_recipient is None
        with pytest.raises(StoreLocked):
            new.vault.unlock(keys.officer)
        with pytest.raises(StoreLocked):
            new.open_day("ani")


def test_closing_the_day_takes_the_key_away(store: Store) -> None:
    store.close_day()
    with pytest.raises(StoreLocked):
        store.vault.working_key()


def test_the_keyring_holds_the_key_over_a_restart_of_the_program_only(durable: Store, keys: Keys) -> None:
    keyring = InMemoryKeyring()
    keyring.write(durable.vault.working_key().expose())
    durable.close()
    with Store(durable.root, BOX, keyring) as after_a_crash:
        assert after_a_crash.vault.is_open
    with Store(durable.root, BOX, InMemoryKeyring()) as after_a_power_cut:
        assert not after_a_power_cut.vault.is_open


def test_a_key_of_another_box_in_the_keyring_is_dropped(durable: Store) -> None:
    durable.close()
    keyring = InMemoryKeyring()
    keyring.write(bytes(32))
    with Store(durable.root, BOX, keyring) as again:
        assert not again.vault.is_open
        assert keyring.read() is None


def test_a_new_working_key_carries_everything_over_and_shuts_the_old_officer_out(store: Store, keys: Keys) -> None:
    record = record_id()
    touch(store, keys, record)
    row = record_person(store, keys)
    listed = Listed(Resident(NIK, "Ani Wati", date(1990, 3, 31), Sex.FEMALE, "Sintang"), "UNREGISTERED")
    store.roster.put(1, [listed])
    old, intake = store.vault.working_key(), store.vault.intake_identity()
    new_officer = str(Identity.generate())
    store.rekey((public(new_officer), public(keys.recovery)))
    store.vault.lock()
    with pytest.raises(StoreLocked):
        store.vault.unlock(keys.officer)
    store.vault.unlock(new_officer)
    assert store.vault.working_key().expose() != old.expose()
    assert store.drafts.load(record) == b"1 captures"
    assert store.roster.find(NIK) == listed
    assert store.bundles.earlier(NIK)[0].name == row.name
    assert store.vault.intake_identity() == intake
    assert store.vault.intake_recipient == public(intake)
    assert [p.name for p in (store.root / "keys").glob("working-*")] == ["working-2.age"]


def test_an_old_working_key_found_on_the_flash_opens_no_live_row(durable: Store, keys: Keys) -> None:
    record = record_id()
    touch(durable, keys, record)
    old = durable.vault.working_key()
    remnant = durable._db.row("select wrapped_key, state from drafts")
    durable.rekey(keys.recipients)
    live = durable._db.row("select wrapped_key, state from drafts")
    assert remnant is not None
    assert live is not None
    own = SecretKey(old.decrypt(remnant[0], f"draft-key {record}"))
    assert own.decrypt(remnant[1], f"draft {record} fingers") == b"1 captures"
    with pytest.raises(StoreDamaged):
        old.decrypt(live[0], f"draft-key {record}")
    with pytest.raises(StoreDamaged):
        own.decrypt(live[1], f"draft {record} fingers")


def test_a_locked_box_gets_no_new_working_key(store: Store, keys: Keys) -> None:
    store.vault.lock()
    with pytest.raises(StoreLocked):
        store.rekey(keys.recipients)


def test_the_working_keys_age_counts_opened_days(store: Store, keys: Keys) -> None:
    age = store.vault.age_days
    store.close_day()
    store.vault.unlock(keys.officer)
    store.open_day("ani")
    assert store.vault.age_days == age + 1
    store.rekey(keys.recipients)
    assert store.vault.age_days == 0


def test_a_secret_key_never_shows_itself() -> None:
    key = SecretKey(b"k" * 32)
    assert "kkkk" not in f"{key!r} {key}"
    with pytest.raises(TypeError):
        pickle.dumps(key)
    with pytest.raises(StoreDamaged):
        key.decrypt(b"short", "label")
    with pytest.raises(StoreDamaged):
        key.decrypt(key.encrypt(b"x", "one"), "another")


def test_keys_are_readable_by_the_kiosk_user_only(durable: Store) -> None:
    files = list((durable.root / "keys").iterdir())
    assert {p.stat().st_mode & 0o777 for p in files} == {0o600}
    assert (durable.root / "keys").stat().st_mode & 0o777 == 0o700
