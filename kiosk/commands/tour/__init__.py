"""`kiosk tour`: an unattended complete day on a training box, from the first touch to the purge after the receipt."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hal import Stage
from hal.transport.recorded import ImageFolder
from hal.world.population import population
from hal.world.stage import World
from kiosk.commands.tour.day import Day, Places, TourFailed
from kiosk.commands.tour.report import Report, Source
from kiosk.commands.training import TrainingBox, prepare
from kiosk.commands.visitor import Visitor, from_folder, from_world
from kiosk.core.desk import Desk

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


class BatteryStory(StrEnum):
    """How the battery behaves on the tour."""

    FULL = "full"
    LOW = "low"


@app.command()
def tour(
    out: Annotated[Path, typer.Option(help="An empty or new directory for everything the day leaves.")],
    seed: Annotated[int, typer.Option(help="The same seed brings the same people.")] = 1,
    people: Annotated[int, typer.Option(min=0, max=200, help="How many come; 0 only makes the box.")] = 3,
    images: Annotated[
        Path | None, typer.Option(help="Folders of real pictures, one a person, in place of simulated people.")
    ] = None,
    battery: Annotated[BatteryStory, typer.Option(help="low: no start, parking and resuming are shown.")] = (
        BatteryStory.FULL
    ),
) -> None:
    """Record people on a training box, hand them over, take them in, carry the receipts back, purge.

    Example: kiosk tour --people 3 --seed 1 --out out
    """
    console = Console(stderr=True)
    began = time.monotonic()

    def say(what: str) -> None:
        console.print(f"[dim]{time.monotonic() - began:6.1f} s[/dim]  {what}")

    try:
        report = run(Places(out), seed, people, images, battery is BatteryStory.LOW, say)
    except (TourFailed, OSError) as error:
        console.print(f"[red]{error}[/red]")
        sys.exit(1)
    say(f"{len(report.people)} people recorded; AFIS files in {out / 'afis'}; blobs purged on the box")


def run(places: Places, seed: int, count: int, images: Path | None, low: bool, say: Callable[[str], None]) -> Report:
    """The whole day; tour.json is written at its end. TourFailed says what went wrong."""
    if left := [name for name in places.leaves() if (places.out / name).exists()]:
        raise TourFailed(f"{places.out} holds another tour ({left[0]}). Name a new directory, or remove that one.")
    places.out.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    training = prepare(places.out, seed)
    report = Report(seed, Source.IMAGES if images else Source.TWINS)
    stage = Stage(world=None if images else World(seed))
    day = Day(places, training, stage, report, say)
    try:
        day.open()
        for number, (visitor, arrive) in enumerate(_visitors(seed, count, images, training, stage), start=1):
            arrive()
            day.serve(visitor, number, attests=number != count, power_fails=low and number == min(2, count))
        day.attest_later()
        day.hand_over()
        day.take_in()
        day.hand_over()
        day.write_afis()
        _draw_pages(day.seen, places.out / "shots", say)
    finally:
        day.close()
    report.seconds = round(time.monotonic() - began, 1)
    (places.out / "tour.json").write_text(json.dumps(report.as_json(), indent=1), encoding="utf-8")
    return report


def _draw_pages(seen: dict[str, Desk], out: Path, say: Callable[[str], None]) -> None:
    from kiosk.ui import shots  # opens a window, off-screen: nobody needs that before the day's end

    drawn = shots.draw(tuple(seen.items()), out)
    say(f"{len(drawn)} pages of the day drawn in {out}")


def _visitors(
    seed: int, count: int, images: Path | None, training: TrainingBox, stage: Stage
) -> Iterator[tuple[Visitor, Callable[[], None]]]:
    """Each visitor with the act of stepping up to the box."""
    niks = [resident.nik for resident in training.residents]
    if images is None and stage.world is not None:
        for nik, person in zip(niks, population(seed, count), strict=False):
            yield from_world(person, nik, mistypes=nik == niks[0]), partial(stage.world.step_up, person)
        return
    for nik, folder in zip(niks, _folders(images or Path())[:count], strict=False):
        yield from_folder(folder, nik), partial(setattr, stage, "folder", folder)


def _folders(images: Path) -> list[ImageFolder]:
    found = [ImageFolder(path) for path in sorted(images.iterdir()) if path.is_dir()]
    folders = [folder for folder in found if folder.positions]
    if not folders:
        raise TourFailed(f"No folder with pictures stands in {images}. Name the directory of the persons' folders.")
    return folders
