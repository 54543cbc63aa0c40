"""Takes in what a stick brings: verify, open, store twice, register, and only then a signed receipt.

Whatever is killed at whatever moment, the next take-in of the same stick ends in the same state: files are durable
before their row, copies before the receipt that counts them, the receipt on the stick before a bundle leaves it.
"""

from collections.abc import Callable
from pathlib import Path

from kiosk.exchange import stick, stick_layout
from kiosk.exchange.errors import BundleError, StickError, StickReason
from kiosk.exchange.manifest import bundle_name, parse_bundle_name
from kiosk.exchange.receipt import Receipt, open_receipt
from kiosk.regency import second_disk, shelf, survey, withdraw
from kiosk.regency.office import Office
from kiosk.regency.receipts import outstanding
from kiosk.regency.result import TakeInResult
from kiosk.regency.sorting import Sorting, Source

Progress = Callable[[int, int], None]  # bundles done, bundles in all: of the stick, then of the second disk


def take_in(
    office: Office,
    stick_root: Path,
    progress: Progress = lambda done, total: None,
) -> TakeInResult:
    """Everything under JEMPUT/ of a mounted stick, and what waited in quarantine and may come in now.

    One bad bundle never stops the others. Raises OfficeError, and has taken nothing in, where the second disk is not
    there; StickError where the stick goes away or takes no receipts: run again.
    """
    with second_disk.mounted(office) as second:
        return _take_in(office, stick_root, second, progress)


def _take_in(office: Office, stick_root: Path, second: Path | None, progress: Progress) -> TakeInResult:
    requests = survey.requests(stick_root)
    sorting = Sorting(office, {(one.box, one.incarnation): one.key for one in requests})
    sources = _sources(office, stick_root)
    for done, source in enumerate(sources, start=1):
        _take(sorting, source, stick_root)
        progress(done, len(sources))
    amended = sorting.amended()
    for source in sources:
        if source.name in amended:
            _take(sorting, source, stick_root)
    completions = survey.completions(office, stick_root)
    withdraw.finish(office, second)
    damaged = _second_copies(office, second, progress) if second else ()
    receipts = _hand_back(office, stick_root)
    removed = _clear_stick(stick_root, sorting, receipts)
    survey.clear_completions(office, stick_root, completions)
    shelf.tidy_quarantine(office)
    return TakeInResult(
        accepted=tuple(sorted(sorting.accepted)),
        known=tuple(sorted(sorting.known)),
        rejected=tuple(sorting.rejected.values()),
        refused=tuple(sorting.refused),
        quarantined=tuple(sorting.quarantined),
        damaged=damaged,
        missing=survey.missing(office),
        awaited=survey.awaited(office, completions),
        again=tuple(sorting.again),
        withdrawn=withdraw.unconfirmed(office),
        asking=survey.asking(office, requests),
        receipts=len(receipts),
        removed=removed,
    )


def _sources(office: Office, stick_root: Path) -> list[Source]:
    """In the order of their numbers, so that of two records of one NIK the later is the one in question."""
    on_stick = (Source(name, stick.bundle_directory(stick_root, name), True) for name in stick.bundles(stick_root))
    certified = {(one.box, one.incarnation) for one in office.register.incarnations()}
    waiting = (
        Source(name, office.quarantine / row["manifest"] / name, False)
        for row in office.register.rows("SELECT * FROM quarantine WHERE reason = 'unknown-incarnation'")
        if (row["box"], row["incarnation"]) in certified
        for name in [bundle_name(row["box"], row["incarnation"], row["seq"])]
    )
    return sorted([*on_stick, *waiting], key=lambda source: source.name)


def _take(sorting: Sorting, source: Source, stick_root: Path) -> None:
    no = sorting.take(source)
    if not source.on_stick:
        return
    if no is None:
        stick.forgive(stick_root, source.name)
    elif source.name in stick.bundles(stick_root):
        stick.refuse(stick_root, source.name, no)
    else:  # pulled while it was read: that is no verdict on the bundle
        raise StickError(StickReason.LOST)


def _second_copies(office: Office, second: Path, progress: Progress) -> tuple[str, ...]:
    """The names of those that are whole in neither place: no receipt names them from now on."""
    damaged, waiting = [], office.register.held("copies < 2")
    for done, held in enumerate(waiting, start=1):
        try:
            shelf.store_twice(office, held, second)
        except BundleError:
            damaged.append(held.name)
        else:
            office.register.write("UPDATE bundles SET copies = 2 WHERE manifest = ?", held.manifest)
        progress(done, len(waiting))
    return tuple(damaged)


def _hand_back(office: Office, stick_root: Path) -> list[tuple[Receipt, bytes]]:
    """All outstanding receipts, written to the stick and read again; earlier ones go."""
    signed = outstanding(office, second_disk.copies(office))
    receipts = [(open_receipt(one.raw, office.keys.keys.receipt), one.raw) for one in signed]
    names: set[str] = set()
    for receipt, raw in receipts:
        name = stick_layout.receipt(receipt.box, receipt.incarnation, receipt.counter)
        stick.write_file(stick_root, name, raw)
        if stick.read_file(stick_root, name) != raw:
            raise StickError(StickReason.UNREADABLE, name)
        names.add(name)
    for one in office.register.incarnations():
        for name in stick.receipts(stick_root, one.box, one.incarnation):
            if name not in names:
                stick.remove_file(stick_root, name)
    return receipts


def _clear_stick(stick_root: Path, sorting: Sorting, receipts: list[tuple[Receipt, bytes]]) -> tuple[str, ...]:
    """Bundles whose receipt stands on this stick now."""
    naming = {(r.box, r.incarnation, head.seq): (r, raw) for r, raw in receipts for head in r.accepted}
    removed = []
    for name in sorted({*sorting.accepted, *sorting.known} & set(stick.bundles(stick_root))):
        if found := naming.get(parse_bundle_name(name)):
            try:
                stick.remove_bundle(stick_root, name, *found)
            except BundleError:
                continue  # another manifest came under this name: it stays, and is named as a fork
            removed.append(name)
    return tuple(removed)
