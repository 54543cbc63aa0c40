"""`image-build/rescue` at a terminal: words and exit codes; the rest stands in rescue and card_copy."""

import json
import os
import re
import shutil
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from workshop import disks
from workshop.card_copy import CardCopy, CardError, copy_card
from workshop.rescue import Report, RescueError, rescue

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
console, errors = Console(highlight=False, markup=False), Console(stderr=True, highlight=False, markup=False)
REPORT, WORK, PRIVATE = "report.json", ".work", "private"
PLACE = "Give --out a folder that you may write, with room for the card's data; then run again."
ROOT_KEY = re.compile(r"[\w-]{43}", re.ASCII)  # 32 bytes in base64url


@app.command(epilog="Example: sudo image-build/rescue /dev/sdb --out rescued --office /srv/office/root.pub")
def run(
    card: Annotated[
        Path,
        typer.Argument(
            metavar="CARD", exists=True, dir_okay=False, readable=False, help="The card's device, or an image of it."
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="A new folder; it takes as much room as the card's data.")],
    office: Annotated[
        Path | None, typer.Option(metavar="ROOT.pub", exists=True, dir_okay=False, help="The office's root key.")
    ] = None,
    everything: Annotated[bool, typer.Option(help="Keys, database and the copy of the partition as well.")] = False,
) -> None:
    """Read a card without writing to it, and put every sealed bundle that is whole into a folder laid out as a stick.

    Nothing is opened. Exits 1 where a bundle is damaged or a number is missing.
    """
    os.umask(0o077)  # what is on a card is nobody else's business
    try:
        root = _root(office) if office else None
        copy = _copied(card, out)
        report = rescue(copy.tree, out, root)
    except (CardError, RescueError) as error:
        errors.print(str(error), soft_wrap=True)
        if everything and (out / WORK / "tree").exists():
            (out / WORK).rename(out / PRIVATE)
            errors.print(f"What was read of the card is in {out / PRIVATE}.", soft_wrap=True)
        sys.exit(1)
    except OSError as error:
        errors.print(f"{error.strerror}: {error.filename or 'a disk'}. {PLACE}", soft_wrap=True)
        sys.exit(1)
    (out / REPORT).write_text(json.dumps(_as_json(report, copy), indent=1) + "\n", encoding="utf-8")
    _keep(copy, out, everything=everything)
    _tell(report, copy, out)
    sys.exit(1 if report.damaged or report.gaps or copy.unreadable else 0)


def _root(path: Path) -> str:
    """Hours later would be too late to say that it is another file."""
    root = path.read_text("ascii", "replace").strip()
    if not ROOT_KEY.fullmatch(root):
        raise RescueError(f"{path} is no office's root key; name the file root.pub of the office or of a box's papers.")
    return root


def _copied(card: Path, out: Path) -> CardCopy:
    disk = disks.survey(card)
    if disk and disk.mounts:  # whoever mounted it may write to it meanwhile
        raise CardError(f"{card} is in use at {', '.join(disk.mounts)}; unmount it, then run again.")
    if refused := disks.no_right(card, writing=False):
        raise CardError(f"{refused}.")
    if (out / REPORT).exists():
        raise RescueError(f"{out} holds another rescue; name a new folder.")
    for name in ("stick", "staging", "damaged", "under-way", f"{WORK}/tree"):
        shutil.rmtree(out / name, ignore_errors=True)  # of a run that was cut off; what was read of the card is kept
    (out / WORK).mkdir(parents=True, exist_ok=True)
    return copy_card(card, out / WORK)


def _keep(copy: CardCopy, out: Path, *, everything: bool) -> None:
    """The copy holds the box's signing key; it stays only where that was asked for."""
    if everything:
        (out / WORK).rename(out / PRIVATE)
    else:
        shutil.rmtree(copy.image.parent)


def _as_json(report: Report, copy: CardCopy) -> dict[str, object]:
    return {"v": 1, **asdict(report), "unreadable_bytes": copy.unreadable, "mended_on_the_copy": copy.mended}


def _tell(report: Report, copy: CardCopy, out: Path) -> None:
    word = "" if report.vouched else ", by a key that only the card itself vouches for"
    console.print(f"{len(report.whole)} bundles are whole and signed by their box{word}.", soft_wrap=True)
    for name, reason in report.damaged.items():
        errors.print(f"{name}: damaged ({reason.value}).", soft_wrap=True)
    for gap in report.gaps:
        errors.print(
            f"{gap.box}_{gap.incarnation}: numbers {gap.first} to {gap.last} are not on the card.", soft_wrap=True
        )
    if report.rows:
        console.print(f"{report.settled} more had their receipt and are at the office.")
    else:
        errors.print(
            "The box's database cannot be read: numbers after the last one here may be missing too.", soft_wrap=True
        )
    if report.under_way:
        console.print(
            f"{report.under_way} people had not finished; record them again, or reflash with data kept.", soft_wrap=True
        )
    if copy.unreadable:
        errors.print(f"{copy.unreadable} bytes of the card could not be read.")
    console.print(f"Next: kiosk regency take-in {out / 'stick'} --office OFFICE --backup BACKUP", soft_wrap=True)


if __name__ == "__main__":
    app(prog_name="rescue")
