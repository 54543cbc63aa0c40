"""`kiosk provision`: the directory that turns a blank image into one particular box, for image-build/flash."""

import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hal.catalog import CATALOG
from kiosk import config
from kiosk.config import BoxFile, ConfigError
from kiosk.exchange.errors import BundleError
from kiosk.regency import second_disk
from kiosk.regency.box_toml import PROFILES, box_toml
from kiosk.regency.certify import Decision
from kiosk.regency.durable import make_directory, write_file
from kiosk.regency.errors import OfficeError
from kiosk.regency.office import open_office
from kiosk.regency.officers import registered_officers
from kiosk.regency.provision import BoxPapers, provision
from kiosk.regency.register import RegisterDamaged

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
console, errors = Console(highlight=False, markup=False), Console(stderr=True, highlight=False, markup=False)
BOX_TOML, PAPERS = "box.toml", "papers"
PLACE = "Give --out a directory that you may write, with room; then run again with --again."


@app.command(
    "provision",
    epilog="Example: kiosk provision SINTANG-03 --office /srv/office --out boxes --place SERAWAI --region 61",
)
def command(
    boxes: Annotated[list[str], typer.Argument(metavar="BOX...", help="The boxes' ids, such as SINTANG-03.")],
    office: Annotated[Path, typer.Option(metavar="OFFICE", help="The office's directory.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Each box gets a directory of its id in there.")],
    place: Annotated[str, typer.Option(help="Where the boxes work.")],
    region: Annotated[str, typer.Option(help="Two digits: the province's code, as its NIKs begin.")],
    devices: Annotated[
        str,
        typer.Option(metavar="NAME|FILE", help=f"What is in the boxes: {', '.join(PROFILES)}, or a file of tables."),
    ] = "certified",
    training: Annotated[bool, typer.Option(help="For people who do not exist; cannot be changed later.")] = False,
    below_grade: Annotated[bool, typer.Option(help="Let check-only finger sensors record; such files wait.")] = False,
    again: Annotated[bool, typer.Option(help="The boxes had papers before; they get new cards.")] = False,
) -> None:
    """Make what turns a blank image into each of these boxes: box.toml and the office's papers.

    No private key is in there. The box makes its own and asks for its certificate on a stick ('kiosk regency certify').
    """
    try:
        tables = _tables(devices)
        with open_office(office) as opened:
            texts = {box: box_toml(box, opened.name, region, tables) for box in boxes}
            _try(next(iter(texts.values())), training)
            _check_free([out / box for box in boxes], again)
            copies = second_disk.copies(opened)
            decision = Decision(
                training, place, registered_officers(opened), copies_wanted=copies, below_grade=below_grade
            )
            for made in provision(opened, boxes, decision, again=again):
                _write(out / made.box, made, texts[made.box])
    except (OfficeError, RegisterDamaged, ConfigError) as error:
        _end(str(error))
    except BundleError as error:
        _end(f"A file of the office is damaged ({error}); restore it from the backup.")
    except OSError as error:
        _end(f"{error.strerror}: {error.filename or 'a disk'}. {PLACE}")
    console.print(
        f"Next: sudo image-build/flash IMAGE {'DISK ' * len(boxes)}--box "
        f"{' --box '.join(str(out / box) for box in boxes)}",
        soft_wrap=True,
    )


def _end(sentence: str) -> None:
    errors.print(sentence, soft_wrap=True)
    sys.exit(1)


def _tables(devices: str) -> str:
    if devices in PROFILES:
        return PROFILES[devices]
    try:
        if Path(devices).stat().st_size <= config.LARGEST_BYTES:
            return Path(devices).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        pass
    raise OfficeError(f"{devices} is no file of tables; there are {', '.join(PROFILES)}, or name a file.")


def _try(text: str, training: bool) -> None:
    """What the box would say of its box.toml, it says here. ConfigError."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, BOX_TOML)
        path.write_text(text, encoding="utf-8")
        file = config.read(path)
    _check_drivers(file)
    if file.training is not None and not training:
        raise ConfigError(
            "[training] is in these tables, but the box is not for training; say --training or take it out."
        )
    if not training:
        file.check_devices_are_real()


def _check_drivers(file: BoxFile) -> None:
    for port, drivers in file.devices.items():
        if unknown := [driver for driver in drivers if driver not in CATALOG.get(port, {})]:
            known = ", ".join(CATALOG.get(port, ())) or f"no such port but {', '.join(CATALOG)}"
            raise ConfigError(f"[devices] {port}: no driver {unknown[0]}; there are {known}.")


def _check_free(folders: list[Path], again: bool) -> None:
    if not again and (taken := [folder for folder in folders if folder.exists()]):
        raise OfficeError(f"{taken[0]} stands there already; remove it, or say --again.")


def _write(folder: Path, made: BoxPapers, text: str) -> None:
    """box.toml comes last: a directory without it is no box."""
    make_directory(folder / PAPERS)
    (folder / BOX_TOML).unlink(missing_ok=True)
    for name, content in made.papers.items():
        write_file(folder / PAPERS / name, content)
    write_file(folder / BOX_TOML, text.encode())


if __name__ == "__main__":
    app()
