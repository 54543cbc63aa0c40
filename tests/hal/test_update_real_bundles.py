"""Bundles that RAUC itself made, with throw-away keys: what the box finds in them, and that each wrong one is named."""

import shutil
from pathlib import Path

import pytest

from hal import DeviceFault
from hal.updater import Offer, Refusal, UpdateStage
from hal.updater.bundle import BLOCK, outline
from hal.updater.programs import Programs
from hal.updater.updates import FOLDER, Places, Updates
from tests.twins.signer import BOARD, BOOT, SYSTEM, Signer, without_signature

IMAGE_BUILD = Path(__file__).parents[2] / "image-build"
CONF = IMAGE_BUILD / "overlay/etc/rauc/system.conf.in"
RUNNING = "0.1.0"

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("rauc", "mksquashfs", "openssl"))),
    reason="needs RAUC: apt install rauc squashfs-tools openssl",
)


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> tuple[Signer, Signer]:
    return Signer.new(tmp_path_factory.mktemp("office"), "office"), Signer.new(
        tmp_path_factory.mktemp("other"), "other"
    )


@pytest.fixture(scope="module")
def sound(offices: tuple[Signer, Signer]) -> bytes:
    return offices[0].bundle("sound", "0.2.0").read_bytes()


class Card:
    """A box's files with the image's own system.conf, and somebody else's slot handler."""

    def __init__(self, folder: Path, keyring: Path) -> None:
        conf = CONF.read_text().replace("@COMPATIBLE@", BOARD).replace("/etc/rauc/keyring.pem", str(keyring))
        conf = conf.replace("/dev/jemput", str(folder)).replace("data-directory=/data", f"#{folder}")
        (folder / "system.conf").write_text(conf)
        for name, size in (("boot", BOOT), ("system", SYSTEM)):
            for slot in "ab":
                (folder / f"{name}_{slot}").write_bytes(bytes(size))
        (folder / "os-release").write_text(f"IMAGE_ID={BOARD}\nIMAGE_VERSION={RUNNING}\n")
        (folder / "boot_id").write_text("this one\n")
        handler = folder / "slot-handler"
        handler.write_text("#!/bin/sh\necho A\n")
        handler.chmod(0o755)
        self.stick, self.copies = folder / "stick", folder / "updates"
        programs = Programs(Path(shutil.which("rauc") or ""), folder / "system.conf", handler)
        places = Places(self.stick, self.copies, folder / "os-release", folder / "boot_id")
        self.updates = Updates(programs, places)
        self.folder = folder

    def lay(self, raw: bytes) -> None:
        (self.stick / FOLDER).mkdir(parents=True, exist_ok=True)
        (self.stick / FOLDER / "a.raucb").write_bytes(raw)

    def fetched(self) -> Refusal | None:
        self.updates.fetch()
        self.updates.close()
        status = self.updates.status()
        assert (status.stage is UpdateStage.COPIED) is (status.refusal is None)
        return status.refusal

    def untouched(self) -> bool:
        return not any(any((self.folder / f"{name}_b").read_bytes()) for name in ("boot", "system"))


@pytest.fixture
def card(tmp_path: Path, offices: tuple[Signer, Signer]) -> Card:
    return Card(tmp_path, offices[0].certificate)


def test_a_sound_bundle_is_found_copied_and_checked_to_its_last_byte(card: Card, sound: bytes) -> None:
    card.lay(sound)
    assert card.updates.look() == Offer("0.2.0")
    assert card.fetched() is None
    assert [path.read_bytes() for path in card.copies.glob("*.raucb")] == [sound]


@pytest.mark.parametrize("where", [200, BLOCK, BOOT, 0.5, -1])
def test_a_payload_byte_that_rauc_info_does_not_look_at_is_found(card: Card, sound: bytes, where: float) -> None:
    """Tried with `rauc info`, which takes such a bundle for sound."""
    card.lay(sound)
    with (card.stick / FOLDER / "a.raucb").open("rb") as file:
        end = outline(file).signed_at
    at = end + int(where) if where < 0 else int(where * end) if where < 1 else int(where)
    raw = bytearray(sound)
    raw[at] ^= 0x10
    card.lay(bytes(raw))
    assert card.updates.look() == Offer("0.2.0")
    assert card.fetched() is Refusal.ALTERED
    with pytest.raises(DeviceFault):
        card.updates.install()
    assert card.untouched()
    assert not list(card.copies.glob("*.raucb"))


def test_another_key_even_of_the_same_name_is_named(card: Card, offices: tuple[Signer, Signer], tmp_path: Path) -> None:
    card.lay(offices[1].bundle("foreign", "0.2.0").read_bytes())
    assert card.updates.look() == Offer("", Refusal.OTHER_KEY)
    (tmp_path / "again").mkdir()
    card.lay(Signer.new(tmp_path / "again", "office").bundle("namesake", "0.2.0").read_bytes())
    assert card.updates.look() == Offer("", Refusal.OTHER_KEY)
    assert card.fetched() is Refusal.OTHER_KEY


def test_a_signed_line_that_was_altered_is_named(card: Card, sound: bytes) -> None:
    for old, new in ((b"version=0.2.0", b"version=9.2.0"), (b"compatible=jemput-virt", b"compatible=jemput-pi44")):
        assert sound.count(old) == 1
        card.lay(sound.replace(old, new))
        assert card.updates.look() == Offer("", Refusal.ALTERED)
    card.lay(sound[:-60] + bytes([sound[-60] ^ 1]) + sound[-59:])
    assert card.updates.look() == Offer("", Refusal.ALTERED)
    assert card.untouched()


@pytest.mark.parametrize("left", [-1, -8, -9, -2000, -(SYSTEM // 3000), 100_000, 5000, 50, 0])
def test_a_cut_bundle_is_named(card: Card, sound: bytes, left: int) -> None:
    card.lay(sound[:left])
    assert card.updates.look() == Offer("", Refusal.CUT_SHORT)
    assert card.fetched() is Refusal.CUT_SHORT


def test_what_was_never_signed_is_named(card: Card, sound: bytes) -> None:
    card.lay(without_signature(sound))
    assert card.updates.look() == Offer("", Refusal.UNSIGNED)


@pytest.mark.parametrize(
    ("name", "version", "board", "system", "form", "refusal"),
    [
        ("older", "0.0.9", BOARD, SYSTEM, "verity", Refusal.TOO_OLD),
        ("same", RUNNING, BOARD, SYSTEM, "verity", Refusal.SAME),
        ("board", "0.2.0", "jemput-pi5", SYSTEM, "verity", Refusal.OTHER_BOARD),
        ("large", "0.2.0", BOARD, SYSTEM + BLOCK, "verity", Refusal.TOO_LARGE),
        ("plain", "0.2.0", BOARD, SYSTEM, "plain", Refusal.UNSUITABLE),
    ],
)
def test_what_is_rightly_signed_and_not_for_this_box_is_named(
    card: Card,
    offices: tuple[Signer, Signer],
    name: str,
    version: str,
    board: str,
    system: int,
    form: str,
    refusal: Refusal,
) -> None:
    card.lay(offices[0].bundle(name, version, board=board, system=system, form=form).read_bytes())
    offer = card.updates.look()
    assert offer is not None
    assert offer.refusal is refusal
    assert card.fetched() is refusal
    assert card.untouched()


def test_a_box_without_its_keyring_takes_nothing(tmp_path: Path, sound: bytes) -> None:
    card = Card(tmp_path, tmp_path / "none.pem")
    card.lay(sound)
    offer = card.updates.look()
    assert offer is not None
    assert offer.refusal in (Refusal.ALTERED, Refusal.OTHER_KEY)


def test_the_version_that_is_told_is_that_of_the_copy(
    card: Card, offices: tuple[Signer, Signer], sound: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever writes on the stick may lay another bundle there between the look and the copy."""
    newer, best = offices[0].bundle("newer", "0.3.0").read_bytes(), card.updates._best

    def swapped() -> Path:
        path = best()
        card.lay(newer)
        return path

    card.lay(sound)
    monkeypatch.setattr(card.updates, "_best", swapped)
    assert card.fetched() is None
    assert card.updates.status().version == "0.3.0"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_nobody_foresaw_ends_the_attempt_and_not_the_updater(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Path:
        raise ValueError

    monkeypatch.setattr(card.updates, "_best", broken)
    assert card.fetched() is Refusal.FAILED
    assert card.fetched() is Refusal.FAILED  # and is not turned away as busy
