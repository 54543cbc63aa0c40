"""Keys, officers, certificates, closed gaps and people who do not exist."""

import hashlib
import hmac
import re
from base64 import b32decode, b32encode, urlsafe_b64decode
from datetime import date
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from hypothesis import given
from hypothesis import strategies as st
from pyrage.x25519 import Identity
from regency_boxes import Box

from kiosk.core import nik
from kiosk.exchange.certificate import open_certificate
from kiosk.exchange.config import open_config
from kiosk.exchange.office import open_office as open_signed
from kiosk.exchange.receipt import open_closed_gap
from kiosk.regency.certify import Decision, certify, code_of, find_request
from kiosk.regency.errors import OfficeError
from kiosk.regency.gaps import close_gap
from kiosk.regency.office import Office
from kiosk.regency.officers import new_officer, officer_key, register_officer, registered_officers
from kiosk.regency.result import Missing
from kiosk.regency.roster import BadLine, read_csv, write_csv
from kiosk.regency.survey import missing
from kiosk.regency.take_in import take_in
from kiosk.regency.training import residents

TRAINING = Decision(training=True, place="SERAWAI", officers=())


def _unpadded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_the_office_file_is_the_roots_and_names_opening_then_recovery(office: Office, tmp_path: Path) -> None:
    keys = open_signed((office.directory / "office.jws").read_bytes(), office.root_public)
    recovery = Identity.from_str((tmp_path / "safe" / "recovery.age-identity").read_text().strip())
    assert keys.recipients == (str(office.opening.to_public()), str(recovery.to_public()))
    assert len({keys.keys.receipt, keys.keys.config, keys.keys.roster, office.root_public}) == 4


def test_an_officer_opens_with_pin_and_card_as_the_format_says() -> None:
    made = new_officer("petugas-1", "1234")
    prefix, officer, letters = made.card.split(":")
    assert (prefix, officer, len(letters)) == ("JEMPUT1", "petugas-1", 26)
    salt, sealed = _unpadded(made.entry.salt), _unpadded(made.entry.sealed)
    # The key by other means than the writer's.
    stretched = hashlib.scrypt(b"1234", salt=salt, n=2**15, r=8, p=1, dklen=32, maxmem=2**26)
    prk = hmac.digest(salt, stretched + b32decode(letters + "======"), "sha256")
    key = hmac.digest(prk, b"jemput-officer\x01", "sha256")
    identity = Identity.from_str(ChaCha20Poly1305(key).decrypt(sealed[:12], sealed[12:], None).decode())
    assert str(identity.to_public()) == made.entry.recipient


def test_the_formats_example_of_an_officer_gives_its_key() -> None:
    text = (Path(__file__).parents[2] / "docs" / "formats.md").read_text("utf-8")
    told = dict(re.findall(r"^(pin|card secret|salt|card|key) +(\S+)$", text, re.MULTILINE))
    secret, salt = bytes.fromhex(told["card secret"]), _unpadded(told["salt"])
    assert (secret, salt) == (bytes(range(16)), bytes(range(16, 32)))
    assert told["card"].split(":") == ["JEMPUT1", "ani", b32encode(secret).decode().rstrip("=")]
    assert told["card"] == "JEMPUT1:ani:AAAQEAYEAUDAOCAJBIFQYDIOB4"
    key = "b2a6609a0b2220386e54bbf12a32be0cd26d3d6094840a4b30e3a76182bd6786"
    assert officer_key(told["pin"], secret, salt).hex() == told["key"] == key


def test_another_pin_or_another_card_opens_nothing() -> None:
    made = new_officer("petugas-1", "1234")
    secret = b32decode(made.card.split(":")[2] + "======")
    salt, sealed = _unpadded(made.entry.salt), _unpadded(made.entry.sealed)
    for pin, card in (("1235", secret), ("1234", bytes(16))):
        with pytest.raises(InvalidTag):
            ChaCha20Poly1305(officer_key(pin, card, salt)).decrypt(sealed[:12], sealed[12:], None)


@pytest.mark.parametrize(("officer", "pin"), [("a:b", "1234"), ("", "1234"), ("a", "123"), ("a", "12a4"), ("a", "")])
def test_an_officer_without_a_usable_id_or_pin_is_not_made(officer: str, pin: str) -> None:
    with pytest.raises(OfficeError):
        new_officer(officer, pin)


def test_registered_officers_stand_in_every_later_config(office: Office) -> None:
    made = new_officer("petugas-1", "1234")
    register_officer(office, made.entry)
    box = Box(office)
    decision = Decision(True, "SERAWAI", registered_officers(office))
    issued = certify(office, box.request(), code_of(box.request()), decision)
    assert open_config(issued.config, office.keys.keys.config).officers == (made.entry,)


@pytest.mark.parametrize("below_grade", [False, True])
def test_only_a_config_that_says_so_lets_sensors_for_checks_record(office: Office, below_grade: bool) -> None:
    box = Box(office)
    decision = Decision(True, "SERAWAI", (), below_grade=below_grade)
    issued = certify(office, box.request(), code_of(box.request()), decision)
    assert open_config(issued.config, office.keys.keys.config).below_grade is below_grade


def test_certifying_again_gives_a_higher_counter_and_the_same_key(office: Office) -> None:
    box = Box(office)
    issued = [certify(office, box.request(), code_of(box.request()), TRAINING) for _ in range(2)]
    first, second = (open_certificate(one.certificate, office.keys.keys.config) for one in issued)
    assert (second.counter > first.counter, second.key) == (True, first.key)


def test_training_is_never_changed_on_a_living_box(office: Office) -> None:
    box = Box(office).certified()
    with pytest.raises(OfficeError, match="Training"):
        certify(office, box.request(), code_of(box.request()), Decision(False, "SERAWAI", ()))


def test_an_incarnation_keeps_its_key(office: Office) -> None:
    box = Box(office).certified()
    other = Box(office, incarnation=box.incarnation)
    with pytest.raises(OfficeError, match="another key"):
        certify(office, other.request(), code_of(other.request()), TRAINING)


def test_a_request_that_is_not_whole_or_not_there_is_said_plainly(office: Office, stick: Path) -> None:
    with pytest.raises(OfficeError, match="not whole"):
        certify(office, b"x", "AAAA-AAAA", TRAINING)
    with pytest.raises(OfficeError, match="no request"):
        find_request(stick, "SINTANG-03")


def test_a_closed_gap_is_signed_and_not_named_again(office: Office, box: Box, stick: Path) -> None:
    first, _, last = box.commission(), box.void(), box.void()
    first.put(stick)
    last.put(stick)
    assert take_in(office, stick).missing == (Missing(box.name, box.incarnation, 2, 2, at_end=False),)
    with pytest.raises(OfficeError, match="taken in"):
        close_gap(office, box.name, box.incarnation, [2, 3], "card burnt")
    statement = close_gap(office, box.name, box.incarnation, [2], "card burnt")
    assert open_closed_gap(statement, office.keys.keys.receipt).seqs == (2,)
    assert missing(office) == ()


@given(st.integers(0, 2**32), st.integers(0, 60))
def test_people_who_do_not_exist_have_possible_niks(seed: int, count: int) -> None:
    people = residents(seed, count)
    assert people == residents(seed, count)
    assert len({person.nik for person in people}) == count
    for person in people:
        parts = nik.read(person.nik, 2026)
        assert isinstance(parts, nik.NikParts)
        assert (person.birth in parts.births, person.sex) == (True, parts.sex)


@given(st.integers(0, 2**32))
def test_a_table_of_residents_reads_back(seed: int) -> None:
    people = residents(seed, 5)
    listed, bad = read_csv(write_csv(people))
    assert ([one.resident for one in listed], bad) == (people, ())


def test_a_list_without_its_columns_is_refused() -> None:
    with pytest.raises(OfficeError, match="columns"):
        read_csv("nik;name;birth\n")


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("610508540490000,A,1990-04-14,P,X,", "nik"),
        ("6105085404900001,,1990-04-14,P,X,", "name"),
        ("6105085404900001,A,14-04-1990,P,X,", "birth"),
        ("6105085404900001,A,1990-04-14,F,X,", "sex"),
        ("6105085404900001", "name"),
    ],
)
def test_a_line_that_is_no_resident_is_named_by_number_and_column(line: str, column: str) -> None:
    listed, bad = read_csv(f"nik,name,birth,sex,place,status\n{line}\n9999990101500001,B,1950-01-01,L,Y,DEAD\n")
    assert bad == (BadLine(2, column),)
    assert [(one.birth, one.status) for one in listed] == [(date(1950, 1, 1), "DEAD")]  # on the list is valid
