"""What can be saved of a box's data: each bundle is its signed manifest and whatever bytes hash to what it names,
wherever on the card they lie. Nothing is opened."""

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.exchange import chain, export, jws
from kiosk.exchange.bundle import MANIFEST, blob_name
from kiosk.exchange.certificate import open_certificate
from kiosk.exchange.errors import BundleError, Reason
from kiosk.exchange.export import Completed
from kiosk.exchange.manifest import Amendment, Manifest, open_manifest, parse_bundle_name
from kiosk.exchange.office import open_office
from kiosk.flow import papers
from kiosk.store import StoreError
from kiosk.store.glimpse import Glimpse, glimpse
from kiosk.store.rows import is_record_id

DATA, PAPERS = "data", "papers"
_JWS = b"eyJ"  # how a compact JWS begins: base64url of {"


class RescueError(Exception):
    """The rescue cannot begin; one sentence and what to do."""


@dataclass(frozen=True)
class Gap:
    """Numbers of an incarnation that nothing on the card speaks of, neither a manifest nor a row of the box."""

    box: str
    incarnation: str
    first: int
    last: int


@dataclass(frozen=True)
class Report:
    """`whole` stand on the stick; `damaged` and why; `gaps`; `settled` counts what the office had accepted before.
    `vouched` is whether the office's certificate names the key of every bundle; `under_way` counts people whose
    recording had not ended; `rows` whether the box's own database could be read."""

    whole: tuple[str, ...]
    damaged: Mapping[str, Reason]
    gaps: tuple[Gap, ...]
    settled: int
    vouched: bool
    under_way: int
    rows: bool


@dataclass(frozen=True)
class _Signed:
    """A manifest that a known key signed."""

    raw: bytes
    manifest: Manifest
    key: str


@dataclass
class _Found:
    """Manifests by bundle name; files by their SHA-256; manifests that cannot be used, by the name they stand under."""

    signed: dict[str, _Signed] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)
    refused: dict[str, tuple[Reason, Path]] = field(default_factory=dict)


def rescue(tree: Path, out: Path, root_public: str | None) -> Report:
    """Bundles to out/stick, which `kiosk regency take-in` takes as any stick; what is damaged to out/damaged, people
    under way to out/under-way, as sealed as they are. `root_public` is the office's root; without it the card's own
    word counts. RescueError."""
    box = tree / "jemput"
    if not box.is_dir():
        raise RescueError("There is no box's data on this card; is it another one?")
    keys, vouched = _keys(box / PAPERS, root_public)
    rows = _rows(box / DATA)
    found = _search(tree, keys)
    whole, skipped = _write(found, out)
    unread = set(rows.unsettled if rows else ()) - set(whole) - set(skipped)
    damaged = {**dict.fromkeys(unread, Reason.UNREADABLE), **{name: why for name, (why, _) in found.refused.items()}}
    _keep_damaged(found, skipped, out / "damaged")
    return Report(
        whole,
        dict(sorted({**damaged, **skipped}.items())),
        tuple(_gaps(found, rows)),
        len(rows.states) - len(rows.unsettled) if rows else 0,
        {parse_bundle_name(name).incarnation for name in whole} <= vouched,
        _keep_under_way(box / DATA / "people", out / "under-way"),
        rows is not None,
    )


def _keys(folder: Path, root_public: str | None) -> tuple[dict[str, str], set[str]]:
    """Public keys by incarnation as the box noted them, and which of them the office's certificate confirms."""
    keys = {
        path.stem: path.read_text("ascii", "replace") for path in sorted(folder.glob("*.pub")) if path.stem != "root"
    }
    vouched: set[str] = set()
    with suppress(OSError, BundleError):
        root = root_public or (folder / papers.ROOT).read_text("ascii", "replace").strip()
        office = open_office((folder / papers.OFFICE).read_bytes(), root)
        certificate = open_certificate((folder / papers.CERTIFICATE).read_bytes(), office.keys.config)
        keys[certificate.incarnation] = certificate.key
        vouched.add(certificate.incarnation)
    if not keys:
        raise RescueError(
            "The card tells no public key of its box, so no bundle can be verified; run with --everything."
        )
    return keys, vouched


def _rows(data: Path) -> Glimpse | None:
    try:
        return glimpse(data)
    except StoreError:
        return None


def _search(tree: Path, keys: Mapping[str, str]) -> _Found:
    """Every file, wherever a repair has put it."""
    found = _Found()
    for path in _files(tree):
        with path.open("rb") as file:
            if path.name == MANIFEST or file.read(len(_JWS)) == _JWS:
                file.seek(0)
                _take_manifest(path, file.read(jws.max_raw() + 1), keys, found)
            else:
                file.seek(0)
                found.files[hashlib.file_digest(file, "sha256").hexdigest()] = path
    return found


def _files(tree: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(tree):
        yield from (path for name in sorted(names) if (path := Path(folder, name)).is_file() and not path.is_symlink())


def _take_manifest(path: Path, raw: bytes, keys: Mapping[str, str], found: _Found) -> None:
    reason = Reason.BAD_SIGNATURE
    for key in keys.values():
        try:
            signed = _Signed(raw, open_manifest(raw, key), key)
        except BundleError as error:
            reason = error.reason if error.reason is not Reason.BAD_SIGNATURE else reason
            continue
        if found.signed.setdefault(signed.manifest.name, signed).raw == raw:
            return
        reason = Reason.FORK
    if path.name == MANIFEST:
        found.refused[path.parent.name] = (reason, path)


def _write(found: _Found, out: Path) -> tuple[tuple[str, ...], dict[str, Reason]]:
    """The names that stand on the stick and were read back, and why others do not."""
    stick, staging = out / "stick", out / "staging"
    stick.mkdir()
    given_up = _given_up(found)
    whole: list[str] = []
    skipped: dict[str, Reason] = {}
    for key in {signed.key for signed in found.signed.values()}:
        names = sorted(name for name, signed in found.signed.items() if signed.key == key)
        folders = [_staged(found, name, staging) for name in names]
        written = export.write_bundles(stick, folders, key, lambda done, total: None, given_up)
        whole += export.read_back(stick, Completed(written.names, written.files))
        skipped |= written.skipped
    shutil.rmtree(staging, ignore_errors=True)
    return tuple(sorted(whole)), skipped


def _given_up(found: _Found) -> dict[str, tuple[str, ...]]:
    """What amendments of the box give up, by bundle."""
    names = {jws.payload_hash(signed.raw): name for name, signed in found.signed.items()}
    bodies = (signed.manifest.body for signed in found.signed.values())
    return {names[body.names]: body.lost for body in bodies if isinstance(body, Amendment) and body.names in names}


def _staged(found: _Found, name: str, staging: Path) -> Path:
    """The bundle's directory with as much as there is."""
    signed, folder = found.signed[name], staging / name
    folder.mkdir(parents=True)
    (folder / MANIFEST).write_bytes(signed.raw)
    for blob in signed.manifest.blobs:
        if blob.sha256 in found.files:
            (folder / blob_name(blob.sha256)).hardlink_to(found.files[blob.sha256])
    return folder


def _keep_damaged(found: _Found, skipped: Mapping[str, Reason], folder: Path) -> None:
    """What is left of them, for somebody who knows more."""
    for name in skipped:
        _staged(found, name, folder)
    for name, (_, path) in found.refused.items():
        shutil.copytree(path.parent, folder / f"{name}.as-found", symlinks=True, dirs_exist_ok=True)


def _keep_under_way(people: Path, folder: Path) -> int:
    """Sealed captures of people whose recording had not ended; how many people."""
    records = (
        [path for path in people.iterdir() if path.is_dir() and is_record_id(path.name)] if people.is_dir() else []
    )
    records = [path for path in records if not (path / MANIFEST).exists()]
    for path in records:
        shutil.copytree(path, folder / path.name, symlinks=True)
    return len(records)


def _gaps(found: _Found, rows: Glimpse | None) -> Iterator[Gap]:
    """Runs of numbers below the last that nothing on the card speaks of."""
    known = {parse_bundle_name(name) for name in (*found.signed, *(rows.states if rows else ()))}
    for box, incarnation in sorted({(name.box, name.incarnation) for name in known}):
        held = {name.seq: () for name in known if (name.box, name.incarnation) == (box, incarnation)}
        for run in chain.gaps(held):
            yield Gap(box, incarnation, run.start, run.stop - 1)
