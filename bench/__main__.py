"""Runs every part, writes the rows, prints the table; exits 1 where a row does not hold."""

import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bench import hal, image, imaging, other_face, quality, same_finger, store, ui
from bench.rows import Row

PARTS = {
    "store": store,
    "hal": hal,
    "imaging": imaging,
    "quality": quality,
    "same-finger": same_finger,
    "other-face": other_face,
    "ui": ui,
    "image": image,
}
WIDTH = 150  # columns of what parts leave as text


def main(
    out: Annotated[Path, typer.Option(help="Where the rows go, as JSON; each part's tables stand beside it.")] = Path(
        "out/bench.json"
    ),
    part: Annotated[list[str] | None, typer.Option(help=f"Only these parts: {', '.join(PARTS)}.")] = None,
    fresh: Annotated[int, typer.Option(min=0, help="Which set of inputs part quality draws; 0: the tuned one.")] = 0,
) -> None:
    """Measure everything against its peer in this run.

    Example: python -m bench --part store --out out/bench.json
    """
    console = Console(stderr=True)
    if unknown := sorted(set(part or ()) - set(PARTS)):
        console.print(f"There is no part {unknown[0]}; there are {', '.join(PARTS)}.")
        sys.exit(2)
    out.parent.mkdir(parents=True, exist_ok=True)
    parts = {name: one.rows for name, one in PARTS.items()} | {"quality": partial(quality.rows, fresh=fresh)}
    rows = [row for name in part or PARTS for row in _part(name, parts[name], console, out.parent)]
    out.write_text(json.dumps([row.as_json() for row in rows], indent=1), encoding="utf-8")
    Console().print(_table(rows))
    sys.exit(0 if all(row.holds for row in rows) else 1)


def _part(name: str, drawn: Callable[..., Iterator[Row]], console: Console, folder: Path) -> list[Row]:
    """The rows of a part; what it says goes to the console and into its text file."""
    with (folder / f"{name}.txt").open("w", encoding="utf-8") as file:
        paper = Console(file=file, width=WIDTH)

        def say(what: object) -> None:
            console.print(what)
            paper.print(what)

        return list(drawn(say))


def _table(rows: list[Row]) -> Table:
    table = Table("bench", "figure", "value", "peer", "peer value", "ratio", "goal", "holds")
    for r in rows:
        numbers = f"{r.value:.2f} {r.unit}", f"{r.peer_value:.2f} {r.unit}", f"{r.ratio:.2f}", f"<= {r.goal}"
        table.add_row(r.bench, r.figure, numbers[0], r.peer, *numbers[1:], "yes" if r.holds else "NO")
    return table


if __name__ == "__main__":
    typer.run(main)
