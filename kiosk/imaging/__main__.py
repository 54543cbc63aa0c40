"""`python -m kiosk.imaging IMAGE...`: measures, verdict and reasons for any picture file, as on the box."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import track

from kiosk.imaging import findings
from kiosk.imaging.crew import Crew
from kiosk.imaging.examine import Examine, Examined, Kind, Unreadable, serve
from kiosk.imaging.measurer import MeasureFailed, Measurer

MOST_BYTES = 128 << 20  # of one file; a raw picture of 40 million RGB pixels
WIDTH = 160  # columns of a table that goes to a file
NOT_MEASURED = "could not be measured"
EPILOG = """Without --as every kind is tried and the best is shown, "nothing" where none will do. The resolution comes
from --ppi, else from the file, else 500 is assumed, and the table says so. Verdicts are those of one attempt: accepted
(good at once), again (kept if nothing better follows), refused.\n
--json gives one object a line: file, width, height, ppi, ppi_from (owner, file, assumed), best (a kind or null), as
(by kind: verdict, grade, reasons, shown: a list of score, grade, measures; one for each finger of a slap); or file,
error.\n
Exit 0 when all were measured, 1 with one sentence for each file that was not, 2 for wrong use.\n
Example: python -m kiosk.imaging --as finger --ppi 500 prints/*.png"""

Answer = Examined | Unreadable
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command(epilog=EPILOG)
def main(
    images: Annotated[
        list[Path], typer.Argument(metavar="IMAGE...", help="PNG, JPEG, JPEG 2000, WSQ, PGM, TIFF, BMP.")
    ],
    kind: Annotated[Kind | None, typer.Option("--as", help="Judge as this kind only.")] = None,
    ppi: Annotated[int | None, typer.Option(min=1, max=10_000, help="Resolution of all these pictures.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line instead of a table.")] = False,
) -> None:
    """Measures, NFIQ 2, verdict and reasons for any picture file."""
    errors = Console(stderr=True, highlight=False, markup=False)
    table, complete = findings.table(), True
    with Crew(min(len(images), os.cpu_count() or 1), serve) as crew:
        answers = crew.map(lambda measurer, path: _examined(measurer, path, kind, ppi), images)
        seen = zip(images, answers, strict=True)
        for path, answer in track(seen, "measuring", len(images), console=errors, transient=True):
            if isinstance(answer, Unreadable):
                complete = False
                errors.print(f"{path}: {answer.why}.", soft_wrap=True)
            if as_json:
                print(_line(str(path), answer))
            else:
                table.add_row(*(escape(cell) for cell in _row(str(path), answer)))
    if not as_json:
        Console(width=None if sys.stdout.isatty() else WIDTH).print(table)
    sys.exit(0 if complete else 1)


def _line(name: str, answer: Answer) -> str:
    return findings.line(name, answer) if isinstance(answer, Examined) else findings.failed_line(name, answer.why)


def _row(name: str, answer: Answer) -> tuple[str, ...]:
    return findings.row(name, answer) if isinstance(answer, Examined) else findings.failed_row(name, answer.why)


def _examined(measurer: Measurer, path: Path, kind: Kind | None, ppi: int | None) -> Answer:
    try:
        data = _bytes(path)
    except OSError as error:
        return Unreadable(
            f"it cannot be opened ({error.strerror or type(error).__name__}); look at its name and rights"
        )
    except ValueError as error:
        return Unreadable(str(error))
    try:
        answer = measurer.request(Examine(data, kind, ppi))
    except MeasureFailed:
        return Unreadable(NOT_MEASURED)
    return answer if isinstance(answer, Examined | Unreadable) else Unreadable(NOT_MEASURED)


def _bytes(path: Path) -> bytes:
    """The file's content, never of a pipe or device, which might have no end."""
    if path.exists() and not path.is_file():
        raise ValueError("it is no file; name picture files, or let the shell do it: FOLDER/*.png")
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ValueError(f"it is larger than {MOST_BYTES >> 20} MB; no picture of one person is")
    return data


if __name__ == "__main__":
    app(prog_name="python -m kiosk.imaging")
