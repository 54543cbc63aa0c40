"""Packages by a lock: what is fetched is what was locked, or it is refused by name."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sdimage import debs, lock, sources
from sdimage.lock import Locked
from sdimage.shell import BuildError
from sdimage.sources import Mirror

CONTENT = b"not really a package"


def quiet(_: str) -> None:
    """Says nothing."""


def locked(path: str = "pool/m/one_1.deb", content: bytes = CONTENT) -> Locked:
    return Locked("one", "1", hashlib.sha256(content).hexdigest(), len(content), "debian", path)


def mirror_of(folder: Path, content: bytes | None = CONTENT) -> Mirror:
    if content is not None:
        (folder / "debian/pool/m").mkdir(parents=True)
        (folder / "debian/pool/m/one_1.deb").write_bytes(content)
    return Mirror(f"file://{folder}/debian", f"file://{folder}/debian-security")


words = st.text(st.characters(codec="ascii", categories=("L", "N"), include_characters="+-.~:"), min_size=1)


@given(
    st.lists(st.builds(Locked, words, words, st.from_regex(r"\A[0-9a-f]{64}\Z"), st.integers(0, 2**40), words, words))
)
def test_a_lock_reads_back_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, packages: list[Locked]) -> None:
    path = tmp_path_factory.mktemp("lock") / "a.lock"
    lock.write(path, packages)
    assert lock.read(path) == packages


@pytest.mark.parametrize("line", ["one 1", "one 1 abc 5 debian pool/x", f"one 1 {'a' * 64} five debian pool/x"])
def test_a_line_that_is_no_package_is_named_by_its_number(tmp_path: Path, line: str) -> None:
    path = tmp_path / "a.lock"
    path.write_text(f"{lock.HEAD}{line}\n")
    with pytest.raises(BuildError, match="line 2"):
        lock.read(path)


def test_comments_in_a_package_list_are_no_packages(tmp_path: Path) -> None:
    path = tmp_path / "a.list"
    path.write_text("# why\nrauc   # updates\n\nudev\n")
    assert lock.names(path) == ["rauc", "udev"]


def test_a_package_is_fetched_once(tmp_path: Path) -> None:
    mirror, cache, said = mirror_of(tmp_path), tmp_path / "cache", list[str]()
    debs.fetch([locked()], mirror, cache, said.append)
    (tmp_path / "debian/pool/m/one_1.deb").unlink()
    debs.fetch([locked()], mirror, cache, said.append)
    assert (cache / locked().file).read_bytes() == CONTENT
    assert len(said) == 1


def test_a_package_that_is_not_the_locked_one_is_refused_by_name(tmp_path: Path) -> None:
    mirror = mirror_of(tmp_path, bytes(len(CONTENT)))
    with pytest.raises(BuildError, match="one is not what the lock says"):
        debs.fetch([locked()], mirror, tmp_path / "cache", quiet)
    assert not (tmp_path / "cache" / locked().file).exists()


def test_a_cached_package_that_was_altered_is_fetched_anew(tmp_path: Path) -> None:
    mirror, cache = mirror_of(tmp_path), tmp_path / "cache"
    cache.mkdir()
    (cache / locked().file).write_bytes(bytes(len(CONTENT)))
    debs.fetch([locked()], mirror, cache, quiet)
    assert (cache / locked().file).read_bytes() == CONTENT


def test_a_package_that_the_mirror_has_no_more_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"one 1 cannot be fetched.*build lock"):
        debs.fetch([locked()], mirror_of(tmp_path, None), tmp_path / "cache", quiet)


def test_every_lock_in_the_project_can_be_read() -> None:
    locks = sorted((Path(lock.__file__).parents[1] / "locks").glob("*.lock"))
    packages = [path for path in locks if path.name != "wheels.lock"]
    assert [path.stem for path in packages] == ["tools", "virt"]
    for path in packages:
        found = lock.read(path)
        assert len({one.name for one in found}) == len(found) > 50
        assert {one.archive for one in found} <= set(sources.ARCHIVES)


def test_every_listed_package_is_in_its_lock() -> None:
    here = Path(lock.__file__).parents[1]
    for name, lists in (("tools", ["tools"]), ("virt", ["common", "virt"])):
        held = {one.name for one in lock.read(here / f"locks/{name}.lock")}
        wanted = lock.names(*(here / f"packages/{one}.list" for one in lists))
        assert [one for one in wanted if one not in held] == []


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("sources.list.d/debian.sources", "Types: deb\nURIs: {0}/debian\n\nURIs: {0}/debian-security\n"),
        ("sources.list", "deb [arch=amd64] {0}/debian stable main\ndeb {0}/debian-security/ s main\n"),
    ],
)
def test_the_mirror_is_the_one_that_apt_uses_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, text: str
) -> None:
    monkeypatch.delenv("JEMPUT_MIRROR", raising=False)
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(text.format("http://a.example"))
    assert sources.mirror(tmp_path) == Mirror("http://a.example/debian", "http://a.example/debian-security")


def test_without_debian_in_apts_sources_the_way_out_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JEMPUT_MIRROR", raising=False)
    with pytest.raises(BuildError, match="JEMPUT_MIRROR"):
        sources.mirror(tmp_path)
    monkeypatch.setenv("JEMPUT_MIRROR", "http://b.example/")
    assert sources.mirror(tmp_path).debian == "http://b.example/debian"


def test_an_address_of_neither_archive_is_refused() -> None:
    here = Mirror("http://a.example/debian", "http://a.example/debian-security")
    assert here.place("http://a.example/debian-security/pool/x") == ("debian-security", "pool/x")
    with pytest.raises(BuildError):
        here.place("http://elsewhere.example/pool/x")
