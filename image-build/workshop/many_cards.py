"""Several cards at once, each in a thread of its own: what happens to one is written into the ledger and stops none."""

import secrets
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from workshop import card_files, flash_card, ledger
from workshop.block_map import ImageError, Piece
from workshop.card_files import BoxError, BoxFiles, Stamp
from workshop.copying import Source, Stopped
from workshop.disks import Disk
from workshop.faults import CardFault, Fault, fault_of
from workshop.flash_card import Stage
from workshop.image import Image
from workshop.ledger import Entry
from workshop.medium import Medium

Told = Callable[[Path, Stage, int], None]
STOPPED = "Somebody ended it; it is half written. Run again"
_ROOM = "This computer cannot go on ({}); make room or mend its disk, then run again"


def utc_now() -> datetime:
    """The workshop's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Job:
    """A card and the box it becomes; `card` tells it from others."""

    disk: Disk
    box: BoxFiles
    card: str


@dataclass(frozen=True)
class Bench:
    """What all cards of one run share; `pieces` are the image's for each of them."""

    image: Image
    pieces: tuple[Piece, ...]
    keep_data: bool
    ledger: Path
    told: Told
    now: Callable[[], datetime] = utc_now


def job_of(disk: Disk, box: BoxFiles) -> tuple[Job, Stamp | None]:
    """The job, and what the card says of itself. Its own register names it; behind a reader that hides it the number it
    was given at an earlier flashing; else it gets one."""
    stamp = card_files.stamp_of(disk.path)
    return Job(disk, box, disk.serial or (stamp.card if stamp else secrets.token_hex(8))), stamp


def flash_all(bench: Bench, jobs: Iterable[Job]) -> Iterator[tuple[Job, Entry]]:
    """Flash all of them; each as it ends, with its line of the ledger, which is durable by then. Whoever ends this
    earlier, with Ctrl-C above all, finds every card that was begun in the ledger. OSError where that cannot be
    written."""
    jobs, stop = tuple(jobs), threading.Event()
    with tempfile.TemporaryDirectory(prefix="jemput-cards-") as work, ThreadPoolExecutor(max(len(jobs), 1)) as pool:
        running = {
            pool.submit(_outcome, bench, job, Path(work, str(number)), stop): job for number, job in enumerate(jobs)
        }
        try:
            for future in as_completed(tuple(running)):
                entry = _noted(bench, running[future], future)
                yield running.pop(future), entry
        finally:
            stop.set()
            for future, job in running.items():
                _noted(bench, job, future)


def _noted(bench: Bench, job: Job, future: Future[str]) -> Entry:
    entry = _entry(bench, job, future.result())
    ledger.append(bench.ledger, entry)
    return entry


def _outcome(bench: Bench, job: Job, work: Path, stop: threading.Event) -> str:
    """Why it failed, empty where it is verified."""
    try:
        stamp = Stamp(job.card, job.box.box, f"{bench.image.identity} {bench.image.version}")
        prepared = card_files.bootconfig(bench.image, job.box, stamp, work)
        with open(prepared, "rb") as own, _opened(job.disk) as medium:
            flash_card.flash(
                medium,
                (Source(bench.image.fd, bench.pieces), card_files.source(own.fileno(), bench.image.bootconfig)),
                marked=not bench.keep_data,
                told=lambda stage, more: bench.told(job.disk.path, stage, more),
                stop=stop,
            )
    except Stopped:
        return STOPPED
    except (CardFault, BoxError, ImageError, EOFError) as error:
        return str(error).rstrip(".")
    except OSError as error:
        return _ROOM.format(error.strerror)
    return ""


@contextmanager
def _opened(disk: Disk) -> Iterator[Medium]:
    try:
        medium = Medium(disk.path)
    except OSError as error:
        raise fault_of(error) from error
    with medium:
        if medium.size != disk.size:
            raise CardFault(Fault.GONE, "Another card is in its place")
        yield medium


def _entry(bench: Bench, job: Job, why: str) -> Entry:
    return Entry(
        at=bench.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        card=job.card,
        model=job.disk.model,
        box=job.box.box,
        office=job.box.office,
        image=f"{bench.image.identity} {bench.image.version}",
        map=bench.image.map.sha256,
        papers=job.box.fingerprint,
        kept_data=bench.keep_data,
        result=ledger.FAILED if why else ledger.VERIFIED,
        why=why,
    )
