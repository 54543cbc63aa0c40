"""What a thief with the card can read."""

from datetime import date

from store_people import OFFICER, Keys, record_id, record_person, seal, sign, touch

from kiosk.core.padding import TEXT_STEP
from kiosk.core.record import Resident, Sex
from kiosk.store import BundleKind, Listed, Store

CANARY = b"canary-of-thirty-two-bytes-12345"
NIK = "6105017777777777"
NAME = "Nama Yang Dicari Pencuri"


def raw(store: Store) -> bytes:
    """Every byte and every name under the store's root, deleted rows and the log included."""
    paths = sorted(store.root.rglob("*"))
    return b"\n".join(str(p).encode() + (p.read_bytes() if p.is_file() else b"") for p in paths)


def a_day(store: Store, keys: Keys) -> None:
    store.roster.put(1, [Listed(Resident(NIK, NAME, date(1990, 3, 31), Sex.FEMALE, NAME), NAME)])
    waiting, closed, void = record_id(), record_id(), record_id()
    for record in (waiting, closed, void):
        blob = store.drafts.keep(record, seal(CANARY, keys.recipients, TEXT_STEP))
        store.drafts.save(record, "review", CANARY + NIK.encode() + NAME.encode(), [blob])
    store.bundles.close(closed, BundleKind.PERSON, NIK, [blob_of(store, closed)], sign)
    store.bundles.close(void, BundleKind.VOID, NIK, (), sign)
    store.rekey(keys.recipients)
    assert store.roster.find(NIK)
    assert store.bundles.earlier(NIK)


def blob_of(store: Store, record: str):
    return next(blob for name, blob in store.drafts.captures() if name == record)


def test_the_card_shows_no_state_nik_name_or_key(durable: Store, keys: Keys) -> None:
    before = durable.vault.working_key().expose()
    a_day(durable, keys)
    secrets = [CANARY, NIK.encode(), NAME.encode(), before, durable.vault.working_key().expose()]
    secrets += [durable.vault.intake_identity().encode(), keys.officer.encode()]
    found = raw(durable)
    assert OFFICER.encode() in found  # the search does find what is there
    assert [i for i, secret in enumerate(secrets) if secret in found] == []
    durable.close()
    assert [i for i, secret in enumerate(secrets) if secret in raw(durable)] == []


def test_a_build_that_writes_the_state_plainly_is_caught(durable: Store, keys: Keys, monkeypatch) -> None:
    monkeypatch.setattr("kiosk.store.secret.SecretKey.encrypt", lambda self, plain, label: plain)
    touch(durable, keys, record_id())
    durable.drafts.save(record_id(), "review", CANARY, [])
    assert CANARY in raw(durable)


def test_errors_and_audit_rows_hold_no_nik(durable: Store, keys: Keys) -> None:
    record_person(durable, keys, NIK)
    assert NIK not in str(durable._db.rows("select * from audit"))
