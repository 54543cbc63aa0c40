"""The locked package files: fetched once, checked against the lock each time, offered to mmdebstrap as an archive."""

import hashlib
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sdimage.lock import Locked
from sdimage.shell import BuildError, run
from sdimage.sources import SUITE, Mirror

AT_ONCE = 4
TIMEOUT_S = 60.0


def fetch(packages: Iterable[Locked], mirror: Mirror, cache: Path, say: Callable[[str], None]) -> None:
    """Each file into the cache. BuildError names the package that the mirror has no more, or has otherwise."""
    cache.mkdir(parents=True, exist_ok=True)
    missing = [one for one in packages if not _is(cache / one.file, one)]
    if missing:
        say(f"fetching {len(missing)} packages, {sum(one.size for one in missing) / 1e6:.0f} MB")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda one: _fetch(one, mirror, cache), missing))


def _fetch(one: Locked, mirror: Mirror, cache: Path) -> None:
    temporary = cache / f"{one.file}.part"
    try:
        address = mirror.address(one.archive, one.path.replace(":", "%3a").replace("+", "%2b"))
        with urllib.request.urlopen(address, timeout=TIMEOUT_S) as source, temporary.open("wb") as target:
            shutil.copyfileobj(source, target)
    except (urllib.error.URLError, OSError) as error:
        raise BuildError(
            f"{one.name} {one.version} cannot be fetched ({error}); Debian keeps a version for a while only: make the "
            "lock anew (image-build/build lock), or set JEMPUT_MIRROR to an archive of its day."
        ) from error
    if not _is(temporary, one):
        raise BuildError(f"{one.name} is not what the lock says; the mirror or the way to it is not to be trusted.")
    temporary.rename(cache / one.file)


def _is(path: Path, one: Locked) -> bool:
    if not path.is_file() or path.stat().st_size != one.size:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == one.sha256


def archive(packages: Iterable[Locked], cache: Path, at: Path) -> None:
    """A directory that apt can read as an archive of these packages and no others. It is not signed: every file was
    compared with the lock just before."""
    shutil.rmtree(at, ignore_errors=True)
    at.mkdir(parents=True)
    index = []
    for one in packages:
        control = run(["dpkg-deb", "--field", cache / one.file]).strip()
        index.append(f"{control}\nFilename: ./{one.file}\nSize: {one.size}\nSHA256: {one.sha256}\n")
        (at / one.file).hardlink_to(cache / one.file)
    packages_file = "\n".join(index).encode()
    (at / "Packages").write_bytes(packages_file)
    # mmdebstrap looks for essential packages in archives of the suite's name only.
    digest = hashlib.sha256(packages_file).hexdigest()
    (at / "Release").write_text(
        f"Suite: {SUITE}\nCodename: {SUITE}\nSHA256:\n {digest} {len(packages_file)} Packages\n"
    )
