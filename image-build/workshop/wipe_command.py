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

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
console, errors = Console(highlight=False, markup=False), Console(stderr=True, highlight=False, markup=False)
UNKNOWN = "unknown"


@app.command(epilog="Example: image-build/wipe /dev/sdb --proof SINTANG-03.pdf")
def run(
    card: Annotated[Path, typer.Argument(metavar="CARD", help="The card's device, such as /dev/sdb.")],
    proof: Annotated[Path, typer.Option(metavar="FILE", help="A new file for the proof: .pdf or .json.")],
    without_receipt: Annotated[
        str | None, typer.Option(metavar="N", help="So many bundles without a receipt are destroyed with it.")
    ] = None,
    not_removable: Annotated[Path | None, typer.Option(metavar="CARD", help="It is no card, and ...")] = None,
    really: Annotated[Path | None, typer.Option(metavar="CARD", help="... it is wiped all the same.")] = None,
) -> None:
    """Destroy a box's data on its card, read back that it is gone, and write a proof.

    Refuses while bundles without a receipt are on it, and says how many. Exits 1 where the card kept anything.
    """
    if proof.suffix not in (".pdf", ".json") or proof.exists() or not proof.absolute().parent.is_dir():
        _end(2, f"{proof} cannot be the proof; name a new file that ends in .pdf or .json, in a folder that is there.")
    disk = disks.survey(card)
    refused = disks.refusal(disk, card, 0, card == not_removable == really)
    if disk is None or refused:
        _end(1, f"{refused}.")
    try:
        wanted = areas(card)
        found = held(card, next(area for area in wanted if area.label == PERSISTENT))
        _ask(found, without_receipt)
        began = _now()
        done = _wiped(card, wanted)
        wipe_proof.write(_proof(disk, found, began, done), proof)
    except NoTable as error:
        _end(1, f"{error} It is no box's card; nothing was written.")
    except CardFault as error:
        _end(1, f"{card}: {error} There is no proof: destroy this card by hand.")
    except (OSError, subprocess.CalledProcessError) as error:
        _end(1, f"{error}; mend that and run again.")
    console.print(
        f"Wiped and read back: {done.read_back} blocks hold what was written. The proof is {proof}.", soft_wrap=True
    )


def _end(status: int, sentence: str) -> NoReturn:
    errors.print(sentence, soft_wrap=True)
    sys.exit(status)


def _ask(found: Held, told: str | None) -> None:
    """Told once by the command, told again with the very number that this refusal names."""
    number = UNKNOWN if found.bundles is None else str(found.bundles)
    if number == "0" or told == number:
        return
    what = "It cannot be told whether bundles" if found.bundles is None else f"{number} bundles"
    people = f", and {found.under_way} people had not finished" if found.under_way else ""
    _end(
        1,
        f"{what} without a receipt are on box {found.box or UNKNOWN}'s card{people}; nothing was written. Hand them "
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
