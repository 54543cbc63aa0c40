"""Images that are not what they should be are refused before any card is touched."""

import shutil
import subprocess
from pathlib import Path

import pytest
import small_image
from small_image import MIB
from workshop.block_map import ImageError
from workshop.image import open_image
from workshop.partitions import BOOTCONFIG, PERSISTENT, named


@pytest.fixture
def copied(image: Path, tmp_path: Path) -> Path:
    for name in (image.name, f"{image.name}.bmap"):
        shutil.copy(image.with_name(name), tmp_path)
    return tmp_path / image.name


def opened(image: Path, key: Path | None = None) -> bool:
    """Whether its signature was checked."""
    with open_image(image, key, lambda done, total: None) as found:
        assert (found.identity, found.version) == (small_image.IMAGE_ID, small_image.VERSION)
        return found.signed


def test_an_image_says_which_it_is(image: Path) -> None:
    assert opened(image) is False


def test_what_is_written_is_all_that_is_mapped_but_bootconfig_and_the_datas_holes(image: Path) -> None:
    with open_image(image, None, lambda done, total: None) as found:
        own, data = found.bootconfig, named(found.table, PERSISTENT)
        whole = {at for piece in found.map.pieces for at in range(piece.offset, piece.end, 4096)}
        every = {at for piece in found.pieces(keep_data=False) for at in range(piece.offset, piece.end, 4096)}
        kept = {at for piece in found.pieces(keep_data=True) for at in range(piece.offset, piece.end, 4096)}
        holes = set(range(data.start, data.end, 4096)) - whole
        assert holes
        assert every == {at for at in whole if not own.start <= at < own.end} | holes
        assert kept == {at for at in every if found.table[0].start <= at < data.start}
        assert own.label == BOOTCONFIG


@pytest.mark.parametrize("at", [0, MIB + 60, 6 * MIB])
def test_one_altered_byte_of_what_is_mapped_is_found(copied: Path, at: int) -> None:
    with open(copied, "r+b") as file:
        file.seek(at)
        was = file.read(1)[0]
        file.seek(at)
        file.write(bytes([was ^ 1]))
    with pytest.raises(ImageError, match="damaged"):
        opened(copied)


def test_a_cut_image_is_refused(copied: Path) -> None:
    with open(copied, "r+b") as file:
        file.truncate(small_image.SIZE - 512)
    with pytest.raises(ImageError, match="size"):
        opened(copied)


def test_an_image_without_its_map_or_none_at_all_is_named(copied: Path) -> None:
    copied.with_name(f"{copied.name}.bmap").unlink()
    with pytest.raises(ImageError, match="block map beside"):
        opened(copied)
    copied.unlink()
    with pytest.raises(ImageError, match="no image"):
        opened(copied)


def test_a_disk_image_of_something_else_is_refused(tmp_path: Path, image: Path) -> None:
    other = tmp_path / "other.img"
    other.write_bytes(bytes(MIB) + b"x" * MIB)
    small_image.map_again(other)
    with pytest.raises(ImageError, match="no image of a box"):
        opened(other)


def test_a_packed_image_that_was_cut_is_refused(copied: Path) -> None:
    subprocess.run(["zstd", "--quiet", "--rm", copied], check=True)
    packed = copied.with_name(f"{copied.name}.zst")
    assert opened(packed) is False
    packed.write_bytes(packed.read_bytes()[:-1000])
    with pytest.raises(ImageError, match="unpacked"):
        opened(packed)


def _key(folder: Path, name: str) -> Path:
    if not shutil.which("minisign"):
        pytest.skip("not installed: minisign; image-build/packages.sh installs it")
    public = folder / f"{name}.pub"
    subprocess.run(
        ["minisign", "-G", "-W", "-p", public, "-s", folder / f"{name}.key"], check=True, capture_output=True
    )
    return public


def test_a_signature_is_checked_where_a_key_is_named(copied: Path, tmp_path: Path) -> None:
    key, stranger = _key(tmp_path, "ours"), _key(tmp_path, "strange")
    signed = copied.with_name(f"{copied.name}.bmap")
    with pytest.raises(ImageError, match="not signed"):
        opened(copied, key)
    subprocess.run(["minisign", "-S", "-s", tmp_path / "ours.key", "-m", signed], check=True, capture_output=True)
    assert opened(copied, key) is True
    with pytest.raises(ImageError, match="not that key's"):
        opened(copied, stranger)


def test_the_signature_covers_the_image_by_way_of_its_map(copied: Path, tmp_path: Path) -> None:
    key = _key(tmp_path, "ours")
    signed = copied.with_name(f"{copied.name}.bmap")
    subprocess.run(["minisign", "-S", "-s", tmp_path / "ours.key", "-m", signed], check=True, capture_output=True)
    (tmp_path / "other").mkdir()
    other = small_image.make(tmp_path / "other", seed=3)
    shutil.copy(other, copied)
    with pytest.raises(ImageError, match="damaged"):
        opened(copied, key)
    shutil.copy(f"{other}.bmap", signed)
    with pytest.raises(ImageError, match="not that key's"):
        opened(copied, key)
