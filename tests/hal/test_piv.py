"""PIV officer cards: against a card of software here, and the same card in real pcscd beside OpenSC."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from hypothesis import given
from hypothesis import strategies as st

from hal import CardReader, CardState, CardStatus, DeviceFault, DeviceIdentity, NotSupported, Stage, SystemClock
from hal.card import tlv
from hal.card.apdu import exchange
from hal.card.oaep import unpadded
from hal.card.pcsc import PcscCardReader
from hal.card.piv import PinCheck, PinRequired, PivCard, Slot, UnknownCard, identified, parsed_certificate
from hal.errors import HalError
from tests.twins import piv_card
from tests.twins.pcsc import PcscTwin
from tests.twins.shape import NoTwin

PIN = "123456"
CHALLENGE = b"a challenge that nobody signed before"
Keys = dict[int, piv_card.Key]


class InMemoryReader(CardReader):
    """A reader whose card is a function."""

    MAKE = MODEL = "test"

    def __init__(self, card: piv_card.PivCard | None, uid: bytes = b"") -> None:
        self._card, self._uid = card, uid

    @property
    def identity(self) -> DeviceIdentity:
        return DeviceIdentity("card", "test", self.MAKE, self.MODEL)

    def open(self) -> None: ...

    def close(self) -> None: ...

    def status(self) -> CardStatus:
        return CardStatus(CardState.PRESENT, piv_card.ATR)

    def transmit(self, apdu: bytes) -> bytes:
        if apdu[:2] == b"\xff\xca":
            return self._uid + b"\x90\x00" if self._uid else b"\x6a\x81"
        return exchange(self._card.answer if self._card else lambda _: b"\x6a\x82", apdu)


@cache
def keys(kind: str) -> Keys:
    """Four keys of one kind; RSA ones take their time."""
    slots = (0x9A, 0x9C, 0x9D, 0x9E)
    if kind == "RSA":
        return dict.fromkeys(slots, rsa.generate_private_key(65537, 2048))
    return {slot: ec.generate_private_key(ec.SECP256R1()) for slot in slots}


@pytest.fixture(params=["RSA", "ECC"])
def software(request: pytest.FixtureRequest) -> piv_card.PivCard:
    return piv_card.PivCard(keys(request.param), PIN, zipped=(0x9C,))


def selected(card: piv_card.PivCard) -> PivCard:
    found = identified(InMemoryReader(card))
    assert isinstance(found, PivCard)
    return found


def test_a_card_proves_that_it_holds_its_key_after_the_pin(software: piv_card.PivCard) -> None:
    card = selected(software)
    assert card.proves(Slot.CARD, CHALLENGE)
    with pytest.raises(PinRequired):
        card.proves(Slot.AUTHENTICATION, CHALLENGE)
    assert card.verify_pin(PIN).accepted
    assert card.proves(Slot.AUTHENTICATION, CHALLENGE)
    assert card.proves(Slot.SIGNATURE, CHALLENGE)


def test_a_card_with_another_key_than_its_certificate_proves_nothing() -> None:
    for kind in ("RSA", "ECC"):
        software = piv_card.PivCard(dict(keys(kind)), PIN)
        software._keys[0x9E] = rsa.generate_private_key(65537, 2048) if kind == "RSA" else keys("ECC")[0x9A]
        assert not selected(software).proves(Slot.CARD, CHALLENGE)


def test_a_pin_is_counted_down_and_then_blocked() -> None:
    card = selected(piv_card.PivCard(keys("ECC"), PIN))
    assert card.pin_tries() == PinCheck(False, 3)
    assert [card.verify_pin("000000") for _ in range(3)] == [PinCheck(False, left) for left in (2, 1, 0)]
    assert card.verify_pin(PIN) == PinCheck(False, 0)


@pytest.mark.parametrize("pin", ["12345", "123456789", "12345a", "", "१२३४५६"])
def test_what_is_no_pin_costs_no_try(pin: str) -> None:
    software = piv_card.PivCard(keys("ECC"), PIN)
    with pytest.raises(ValueError, match="six to eight"):
        selected(software).verify_pin(pin)
    assert software.tries == 3


def test_a_key_wrapped_to_the_card_is_unwrapped_by_it_alone() -> None:
    card = selected(piv_card.PivCard(keys("RSA"), PIN))
    card.verify_pin(PIN)
    key = card.certificate(Slot.KEY_MANAGEMENT).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    assert card.unwrap(key.encrypt(b"thirty-two bytes of a wrapped key", oaep)) == b"thirty-two bytes of a wrapped key"
    other = rsa.generate_private_key(65537, 2048).public_key()
    with pytest.raises(DeviceFault):
        card.unwrap(other.encrypt(b"x", oaep)[:255] + b"\0")
    with pytest.raises(NotSupported):
        card.agree(ec.generate_private_key(ec.SECP256R1()).public_key())


def test_a_key_agreed_with_the_card_is_the_same_on_both_sides() -> None:
    card = selected(piv_card.PivCard(keys("ECC"), PIN))
    card.verify_pin(PIN)
    ours, theirs = ec.generate_private_key(ec.SECP256R1()), card.certificate(Slot.KEY_MANAGEMENT).public_key()
    assert isinstance(theirs, ec.EllipticCurvePublicKey)
    assert card.agree(ours.public_key()) == ours.exchange(ec.ECDH(), theirs)
    with pytest.raises(NotSupported):
        card.unwrap(bytes(256))


def test_an_unknown_card_gives_its_answer_to_reset_and_where_contactless_its_uid() -> None:
    assert identified(InMemoryReader(None)) == UnknownCard(piv_card.ATR, b"")
    assert identified(InMemoryReader(None, uid=b"\x04\x11\x22\x33")) == UnknownCard(piv_card.ATR, b"\x04\x11\x22\x33")


def test_a_slot_without_a_certificate_is_said() -> None:
    with pytest.raises(NotSupported):
        selected(piv_card.PivCard({0x9A: keys("ECC")[0x9A]}, PIN)).certificate(Slot.SIGNATURE)


def test_another_card_laid_in_meanwhile_proves_nothing_with_its_own_certificate() -> None:
    mine, other = (piv_card.PivCard({0x9A: ec.generate_private_key(ec.SECP256R1())}, PIN) for _ in range(2))
    reader = InMemoryReader(mine)
    card = identified(reader)
    assert isinstance(card, PivCard)
    card.verify_pin(PIN)
    assert card.proves(Slot.AUTHENTICATION, CHALLENGE)
    reader._card = other
    assert isinstance(identified(reader), PivCard)  # somebody else has selected it
    card.verify_pin(PIN)
    assert not card.proves(Slot.AUTHENTICATION, CHALLENGE)


def test_a_command_longer_than_a_short_one_never_reaches_a_card_cut() -> None:
    exchange(lambda _: b"\x90\x00", bytes(261))
    with pytest.raises(DeviceFault, match="too long"):
        exchange(lambda _: b"\x90\x00", bytes(262))


@given(st.binary(max_size=80))
def test_objects_are_parsed_or_refused(data: bytes) -> None:
    with suppress(DeviceFault):
        assert sum(map(len, tlv.parsed(data).values())) <= len(data)


@given(st.binary(max_size=400), st.integers(1, 0xFFFF).filter(lambda tag: tag & 0x1F != 0x1F and tag < 0x100))
def test_an_object_that_was_written_is_read_again(value: bytes, tag: int) -> None:
    assert tlv.parsed(tlv.encoded(tag, value)) == {tag: value}


@given(st.binary(max_size=300))
def test_a_damaged_certificate_object_is_one_known_error(data: bytes) -> None:
    for answer in (data, tlv.encoded(0x53, data), tlv.encoded(0x53, tlv.encoded(0x70, data) + b"\x71\x01\x01")):
        with pytest.raises(DeviceFault):
            parsed_certificate(answer)


@given(st.binary(min_size=0, max_size=300))
def test_padding_of_nothing_is_refused(block: bytes) -> None:
    with pytest.raises(DeviceFault):
        unpadded(block)


@given(st.lists(st.binary(max_size=6), min_size=1), st.binary(max_size=10))
def test_any_answers_end_in_an_answer_or_one_known_error(answers: list[bytes], command: bytes) -> None:
    sent = iter(answers * 400)
    with suppress(HalError):
        assert len(exchange(lambda _: next(sent), command)) >= 2


def test_a_card_that_has_always_more_is_left() -> None:
    with pytest.raises(DeviceFault):
        exchange(lambda _: b"\x61\x00", bytes(5))
    with pytest.raises(DeviceFault):
        exchange(lambda _: bytes(256) + b"\x61\x00", bytes(5))


def test_a_wrong_length_is_corrected_once() -> None:
    sent: list[bytes] = []

    def card(command: bytes) -> bytes:
        sent.append(command)
        return b"ok\x90\x00" if command[-1] == 2 else b"\x6c\x02"

    assert exchange(card, bytes.fromhex("00b0000000")) == b"ok\x90\x00"
    assert sent == [bytes.fromhex("00b0000000"), bytes.fromhex("00b0000002")]


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[PcscTwin]:
    with ExitStack() as entered:
        try:
            made = entered.enter_context(PcscTwin("card", "pcsc", tmp_path))
        except NoTwin as lacking:
            pytest.skip(str(lacking))
        yield made


@pytest.fixture
def reader(twin: PcscTwin) -> Iterator[PcscCardReader]:
    with PcscCardReader(SystemClock(), Stage()) as reader:
        yield reader


def wait_for(reader: CardReader, state: CardState) -> None:
    until = SystemClock().monotonic() + 10
    while reader.status().state is not state:
        assert SystemClock().monotonic() < until


@pytest.mark.parametrize("kind", ["RSA", "ECC"])
def test_a_card_in_a_real_reader_stack_proves_its_key(twin: PcscTwin, reader: PcscCardReader, kind: str) -> None:
    twin.pcscd.insert(piv_card.ATR, piv_card.PivCard(keys(kind), PIN).answer)
    wait_for(reader, CardState.PRESENT)
    card = identified(reader)
    assert isinstance(card, PivCard)
    assert card.verify_pin(PIN).accepted
    assert card.proves(Slot.AUTHENTICATION, CHALLENGE)
    peer = ec.generate_private_key(ec.SECP256R1())
    if kind == "ECC":
        assert len(hashlib.sha256(card.agree(peer.public_key())).digest()) == 32


def test_opensc_takes_the_virtual_card_for_a_piv_card(twin: PcscTwin, reader: PcscCardReader) -> None:
    if not shutil.which("opensc-tool"):
        pytest.skip("needs opensc: apt install opensc")
    twin.pcscd.insert(piv_card.ATR, piv_card.PivCard(keys("RSA"), PIN).answer)
    wait_for(reader, CardState.PRESENT)
    assert "Personal Identity Verification" in told(["opensc-tool", "-r", "0", "-n"])
    assert "PIV AUTH key" in told(["pkcs15-tool", "-r", "0", "-D"])
    card = identified(reader)
    assert isinstance(card, PivCard)
    pem = card.certificate(Slot.AUTHENTICATION).public_bytes(serialization.Encoding.PEM).decode()
    reader.close()  # it holds the card for itself while it speaks to it
    assert pem in told(["pkcs15-tool", "-r", "0", "--read-certificate", "01"])


def told(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, env=dict(os.environ))
    return done.stdout + done.stderr
