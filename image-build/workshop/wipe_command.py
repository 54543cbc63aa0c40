"""`image-build/wipe` at a terminal: words, progress and exit codes; the rest stands beside it."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from workshop import disks, wipe_proof
from workshop.disks import Disk
from workshop.faults import CardFault, fault_of
from workshop.medium import Medium
from workshop.partitions import PERSISTENT, NoTable
from workshop.unreceipted import Held, held
from workshop.wipe import Area, Wiped, areas, wipe
from workshop.wipe_proof import Proof
from workshop.writable import can_write

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
console, errors = Console(highlight=False, markup=False), Console(stderr=True, highlight=False, markup=False)
UNKNOWN = "unknown"
NOT_TOLD = "It cannot be told whether bundles without a receipt are"
Insisted = Annotated[Path | None, typer.Option(metavar="CARD", readable=False, help="It is no card, and ...")]
Really = Annotated[Path | None, typer.Option(metavar="CARD", readable=False, help="... it is wiped all the same.")]


@app.command(epilog="Example: sudo image-build/wipe /dev/sdb --proof SINTANG-03.pdf")
def run(
    card: Annotated[Path, typer.Argument(metavar="CARD", readable=False, help="The card's device, such as /dev/sdb.")],
    proof: Annotated[Path, typer.Option(metavar="FILE", help="A new file for the proof: .pdf or .json.")],
    without_receipt: Annotated[
        str | None, typer.Option(metavar="N", help="So many bundles without a receipt are destroyed with it.")
    ] = None,
    not_removable: Insisted = None,
    really: Really = None,
) -> None:
    """Destroy a box's data on its card, read back that it is gone, and write a proof.

    Refuses while bundles without a receipt are on it, and says how many. Exits 1 where the card kept anything.
    """
    if proof.suffix not in (".pdf", ".json") or proof.exists() or not proof.absolute().parent.is_dir():
        _end(2, f"{proof} cannot be the proof; name a new file that ends in .pdf or .json, in a folder that is there.")
    disk = disks.survey(card)
    refused = disks.refusal(disk, card, 0, card == not_removable == really) or disks.no_right(card)
    if disk is None or refused:
        _end(1, f"{refused}.")
    if not can_write(proof):
        _end(1, f"{proof} cannot be written, so nothing was begun; name a file in a directory of yours.")
    try:
        wanted = areas(card)
        found = held(card, next(area for area in wanted if area.label == PERSISTENT))
        _ask(found, without_receipt)
        began = _now()
        done = _wiped(card, wanted)
        wipe_proof.write(_proof(disk, found, began, done), proof)
    except NoTable as error:
        _end(1, f"{error} Nothing was written; a box's card has partitions bootconfig and persistent.")
    except CardFault as error:
        _end(1, f"{card}: {error} There is no proof: destroy this card by hand.")
    except (OSError, subprocess.CalledProcessError) as error:
        _end(1, f"{_reason(error)}; mend that and run again.")
    console.print(
        f"Wiped and read back: {done.read_back} blocks hold what was written. The proof is {proof}.", soft_wrap=True
    )


def _reason(error: OSError | subprocess.CalledProcessError) -> str:
    if isinstance(error, OSError):
        return f"{error.strerror}: {error.filename or 'the card'}"
    return f"The program {error.cmd[0]} failed ({str(error.stderr).strip()})"


def _end(status: int, sentence: str) -> NoReturn:
    errors.print(sentence, soft_wrap=True)
    sys.exit(status)


def _ask(found: Held, told: str | None) -> None:
    """Told once by the command, told again with the very number that this refusal names."""
    number = UNKNOWN if found.bundles is None else str(found.bundles)
    if number == "0" or told == number:
        return
    what = f"{number} bundles without a receipt are" if found.bundles is not None else NOT_TOLD
    whose = f"box {found.box}'s" if found.box else "this"
    people = f", and {found.under_way} people had not finished" if found.under_way else ""
    _end(
        1,
        f"{what} on {whose} card{people}; nothing was written. Hand them "
        f"over, or rescue them first. If they are to be destroyed, run again with --without-receipt {number}.",
    )


def _wiped(card: Path, wanted: tuple[Area, ...]) -> Wiped:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True) as progress:
        tasks: dict[str, TaskID] = {}

        def told(what: str, done: int, total: int) -> None:
            task = tasks.setdefault(what, progress.add_task(what)) if what not in tasks else tasks[what]
            progress.update(task, completed=done, total=total)

        try:
            with Medium(card) as medium:
                return wipe(medium, wanted, told)
        except OSError as error:
            raise fault_of(error) from error


def _proof(disk: Disk, found: Held, began: str, done: Wiped) -> Proof:
    serial = disk.serial or "its reader hides the serial number"
    return Proof(found.box, found.office, serial, disk.model, disk.size, began, _now(), found.bundles, done)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


if __name__ == "__main__":
    app(prog_name="wipe")
