"""The emulated boot firmware, on cards of a few megabytes."""

from pathlib import Path

import pytest

from tests.image.emulator import firmware, partitions
from tests.image.emulator.fat import Fat
from tests.image.toy_card import card

AUTOBOOT = b"[all]\ntryboot_a_b=1\nboot_partition=2\n\n[tryboot]\nboot_partition=3\n"


def slot(letter: str) -> dict[str, bytes]:
    line = f"root=PARTLABEL=system_{letter} ro\n".encode()
    return {"vmlinuz": b"kernel " + letter.encode(), "initrd.img": b"initrd " + letter.encode(), "cmdline.txt": line}


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return card(tmp_path / "card.img", {"autoboot.txt": AUTOBOOT}, slot("a"), slot("b"))


def config(image: Path) -> Fat:
    return Fat(image, partitions.read(image)["bootconfig"].start)


def test_the_slot_of_the_first_section_is_started_with_its_own_files(image: Path) -> None:
    start = firmware.start(image)
    assert (start.partition, start.trial) == ("boot_a", False)
    assert (start.kernel, start.initrd, start.command_line) == (b"kernel a", b"initrd a", "root=PARTLABEL=system_a ro")


def test_an_armed_trial_starts_the_other_slot_once(image: Path) -> None:
    config(image).write("tryboot", b"1")
    assert [firmware.start(image).partition for _ in range(3)] == ["boot_b", "boot_a", "boot_a"]


def test_a_committed_update_starts_the_other_slot_always_and_tries_the_old_one(image: Path) -> None:
    config(image).write("autoboot.txt", AUTOBOOT.replace(b"2", b"X").replace(b"3", b"2").replace(b"X", b"3"))
    assert firmware.start(image).partition == "boot_b"
    config(image).write("tryboot", b"1")
    assert firmware.start(image).partition == "boot_a"
    assert firmware.start(image).partition == "boot_b"


@pytest.mark.parametrize("missing", [firmware.KERNEL, firmware.INITRD, firmware.USUAL_LINE])
def test_a_slot_without_one_of_its_files_is_refused_by_the_files_name(image: Path, missing: str) -> None:
    Fat(image, partitions.read(image)["boot_a"].start).remove(missing)
    with pytest.raises(firmware.WillNotStart, match=f"{missing} is missing"):
        firmware.start(image)


def test_one_boot_partition_for_both_slots_says_which_command_line_is_meant(image: Path) -> None:
    both = {"config.txt": b"[boot_partition=2]\ncmdline=a.txt\n[boot_partition=3]\ncmdline=b.txt\n[all]\n"}
    for label in ("boot_a", "boot_b"):
        fat = Fat(image, partitions.read(image)[label].start)
        for name, content in (both | {"a.txt": b"line of a", "b.txt": b"line of b"}).items():
            fat.write(name, content)
    assert firmware.start(image).command_line == "line of a"
    config(image).write("tryboot", b"1")
    assert firmware.start(image).command_line == "line of b"


def test_a_card_without_autoboot_is_refused(image: Path) -> None:
    config(image).remove("autoboot.txt")
    with pytest.raises(firmware.WillNotStart, match=r"autoboot\.txt is missing"):
        firmware.start(image)


@pytest.mark.parametrize(
    "text", [b"[all]\n", b"[all]\nboot_partition=two\n", b"[tryboot]\nboot_partition=3\n", b"\0\xff"]
)
def test_an_autoboot_that_names_no_partition_is_refused(image: Path, text: bytes) -> None:
    config(image).write("autoboot.txt", text)
    with pytest.raises(firmware.WillNotStart, match="names no boot_partition"):
        firmware.start(image)


def test_an_autoboot_that_names_a_partition_that_is_not_there_is_refused(image: Path) -> None:
    config(image).write("autoboot.txt", b"[all]\nboot_partition=9\n")
    with pytest.raises(firmware.WillNotStart, match="partition 9"):
        firmware.start(image)


def test_a_trial_without_the_word_for_it_is_refused_and_used_up(image: Path) -> None:
    config(image).write("autoboot.txt", AUTOBOOT.replace(b"tryboot_a_b=1\n", b""))
    config(image).write("tryboot", b"1")
    with pytest.raises(firmware.WillNotStart, match="tryboot_a_b"):
        firmware.start(image)
    assert firmware.start(image).partition == "boot_a"


def test_an_endless_autoboot_is_refused() -> None:
    with pytest.raises(firmware.WillNotStart, match="longer"):
        firmware.chosen(b"#" * 513, trial=False)


def test_a_file_system_of_zeroes_is_refused(image: Path) -> None:
    place = partitions.read(image)["bootconfig"]
    with image.open("r+b") as file:
        file.seek(place.start)
        file.write(bytes(place.size))
    with pytest.raises(firmware.WillNotStart):
        firmware.start(image)


def test_a_card_without_partitions_is_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty.img"
    empty.write_bytes(bytes(1 << 20))
    with pytest.raises(firmware.WillNotStart, match="no GPT"):
        firmware.start(empty)


def test_starting_changes_nothing_on_a_card_without_a_trial(image: Path) -> None:
    before = image.read_bytes()
    firmware.start(image)
    assert image.read_bytes() == before
