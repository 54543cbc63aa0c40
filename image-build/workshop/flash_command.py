"""`image-build/flash` at a terminal: words, progress and exit codes; the rest stands beside it."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from workshop import disks, flash_card, labels, ledger
from workshop.block_map import ImageError
from workshop.card_files import BoxError, BoxFiles, Stamp, read_box
from workshop.disks import Disk
from workshop.faults import CardFault
from workshop.flash_card import Stage
from workshop.image import Image, open_image
from workshop.ledger import Entry, LedgerError
from workshop.many_cards import Bench, Job, flash_all, job_of
from workshop.writable import can_write

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
console = Console(stderr=True, highlight=False, markup=False)  # the progress' own: what is said stands above the bars
Disks = list[Path]  # whether they may be read is told with what to do about it, not as wrong use
DiskPath = Annotated[
    Disks, typer.Argument(metavar="DISK...", readable=False, help="The cards' devices, such as /dev/sdb.")
]
Key = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="minisign's public key of whoever releases images.")
]
Insisted = Annotated[Disks | None, typer.Option(metavar="DISK", readable=False, help="It is no card, and ...")]
Really = Annotated[Disks | None, typer.Option(metavar="DISK", readable=False, help="... it is erased all the same.")]


EXAMPLE = "Example: sudo image-build/flash jemput-pi4.img.zst /dev/sdb --box boxes/SINTANG-03 --key release.pub"


@dataclass(frozen=True)
class Wishes:
    """What was said beside image, disks and boxes."""

    keep_data: bool
    again: bool
    told_twice: frozenset[Path]


@app.command(epilog=EXAMPLE)
def flash(
    image: Annotated[Path, typer.Argument(metavar="IMAGE", help="The image; its block map lies beside it.")],
    disk: DiskPath,
    box: Annotated[list[Path], typer.Option(metavar="DIR", help="What 'kiosk provision' made: one a disk, in order.")],
    ledger_file: Annotated[Path, typer.Option("--ledger", help="Which card is which box.")] = Path("cards.jsonl"),
    key: Key = None,
    sheet: Annotated[Path | None, typer.Option("--labels", metavar="PDF", help="A sheet of labels.")] = None,
    keep_data: Annotated[bool, typer.Option(help="A new system on a box's card; its data stays.")] = False,
    again: Annotated[bool, typer.Option(help="A card of another box, or another card for a box.")] = False,
    not_removable: Insisted = None,
    really: Really = None,
) -> None:
    """Write an image to cards, make each a box's, read everything back and note it down.

    Exits 1 where a card failed or was refused; the others are done.
    """
    status = 1
    if len(disk) != len(box) or _twice(disk) or _twice(box):
        _end(2, "Give one --box for each disk, in the same order, and each only once.")
    for path in (ledger_file, sheet or ledger_file):  # before a card is begun, not after
        if not can_write(path):
            _end(1, f"{path} cannot be written; name a file in a directory of yours.")
    wishes = Wishes(keep_data, again, frozenset(not_removable or ()) & frozenset(really or ()))
    try:
        boxes = [read_box(folder) for folder in box]
        if len({one.box for one in boxes}) < len(boxes):
            _end(2, "Two of the directories are of the same box; give each only once.")
        known = ledger.entries(ledger_file)
        with _progress() as progress, _checked(image, key, progress) as opened:
            status = _flash(opened, list(zip(disk, boxes, strict=True)), known, wishes, ledger_file, sheet, progress)
    except (BoxError, ImageError, LedgerError) as error:
        _end(1, str(error))
    except OSError as error:
        _end(1, f"{error.strerror}: {error.filename or 'a disk'}; make room or mend the disk, then run again.")
    sys.exit(status)


def _twice(paths: Sequence[Path]) -> bool:
    """By any of its names: a disk has several below /dev/disk."""
    return len({path.resolve() for path in paths}) < len(paths)


def _end(status: int, sentence: str) -> None:
    console.print(sentence, soft_wrap=True)
    sys.exit(status)


@contextmanager
def _checked(path: Path, key: Path | None, progress: Progress) -> Iterator[Image]:
    task = progress.add_task(f"checking {path.name}", total=None)
    with open_image(path, key, lambda done, total: progress.update(task, completed=done, total=total)) as image:
        signed = "signed by that key" if image.signed else "NOT SIGNED as far as anybody checked: no --key was given"
        console.print(f"{image.identity} {image.version}, {signed}", soft_wrap=True)
        yield image


def _flash(
    image: Image,
    pairs: Sequence[tuple[Path, BoxFiles]],
    known: tuple[Entry, ...],
    wishes: Wishes,
    ledger_file: Path,
    sheet: Path | None,
    progress: Progress,
) -> int:
    """The exit status."""
    jobs, refused = [], 0
    for path, box in pairs:
        job = _job(image, path, box, known, wishes)
        if isinstance(job, Job):
            jobs.append(job)
        else:
            refused += 1
            console.print(f"{path}, box {box.box}: not begun. {_sentence(job, path)}", soft_wrap=True)
    pieces = image.pieces(keep_data=wishes.keep_data)
    amount = 2 * (sum(piece.length for piece in pieces) + image.bootconfig.size)  # written and read back
    bench = Bench(image, pieces, wishes.keep_data, ledger_file, _bars(jobs, amount, progress))
    done = [(job, entry) for job, entry in flash_all(bench, jobs) if not _tell(job, entry)]
    if sheet and done:
        labels.write_sheet(sheet, [labels.label_of(job.box, entry.image, job.card) for job, entry in done])
        console.print(f"Print {sheet} on labels of 70 x 36 mm, at 100 %.", soft_wrap=True)
    return 0 if len(done) == len(pairs) else 1


def _sentence(reason: str, path: Path) -> str:
    return f"{reason if reason.startswith(str(path)) else reason[0].upper() + reason[1:]}."


def _job(image: Image, path: Path, box: BoxFiles, known: tuple[Entry, ...], wishes: Wishes) -> Job | str:
    """The job, or why there is none."""
    disk = disks.survey(path)
    refused = disks.refusal(disk, path, image.map.size, path in wishes.told_twice) or disks.no_right(path)
    if disk is None or refused:
        return refused or ""
    job, stamp = job_of(disk, box)
    return _doubt(image, disk, job, stamp, known, wishes) or job


def _doubt(
    image: Image, disk: Disk, job: Job, stamp: Stamp | None, known: tuple[Entry, ...], wishes: Wishes
) -> str | None:
    says = stamp.box if stamp else None
    if wishes.keep_data:
        former = ledger.standing(known).get(job.card, says)
        if former != job.box.box:
            whose = f"its data is box {former}'s; name that box, or" if former else "nobody knows whose data it has;"
            return f"{whose} rescue what is on it and flash it without --keep-data"
        try:
            return flash_card.check_layout(disk.path, image)
        except CardFault as error:
            return str(error).rstrip(".")
    doubt = ledger.doubt(known, job.card, job.box.box, says)
    return f"{doubt}; rescue what is on it, then say --again" if doubt and not wishes.again else None


def _tell(job: Job, entry: Entry) -> str:
    if entry.why:
        console.print(f"{job.disk.path}, box {entry.box}: FAILED. {entry.why}.", soft_wrap=True)
    else:
        console.print(f"{job.disk.path}, box {entry.box}: verified. Card {entry.card}.", soft_wrap=True)
    return entry.why


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    return Progress(*columns, TimeRemainingColumn(), console=console, transient=True)


def _bars(jobs: Sequence[Job], total: int, progress: Progress) -> Callable[[Path, Stage, int], None]:
    tasks: dict[Path, TaskID] = {job.disk.path: progress.add_task(str(job.disk.path), total=total) for job in jobs}
    boxes = {job.disk.path: job.box.box for job in jobs}

    def told(path: Path, stage: Stage, more: int) -> None:
        progress.update(tasks[path], advance=more, description=f"{path} {boxes[path]} {stage}")

    return told


if __name__ == "__main__":
    app(prog_name="flash")
