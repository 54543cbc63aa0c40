"""`kiosk regency`: the receiving office at a terminal. Words and exit codes only; the rest stands in kiosk.regency."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, ParamSpec

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from kiosk.exchange import stick, stick_layout
from kiosk.exchange.errors import BundleError, StickError, StickReason
from kiosk.regency import afis as afis_files
from kiosk.regency import certify as certifying
from kiosk.regency import check_file as check_files
from kiosk.regency import iso as iso_files
from kiosk.regency import office as offices
from kiosk.regency import second_disk as second_disks
from kiosk.regency import withdraw as withdrawing
from kiosk.regency.decided import Decided, decided
from kiosk.regency.durable import write_file
from kiosk.regency.errors import OfficeError
from kiosk.regency.leaving import Export
from kiosk.regency.office import open_office
from kiosk.regency.officers import new_officer, register_officer, registered_officers
from kiosk.regency.register import RegisterDamaged
from kiosk.regency.result import TakeInResult
from kiosk.regency.roster import read_csv, seal_for
from kiosk.regency.take_in import take_in as take_in_stick

app = typer.Typer(help="The receiving office.", no_args_is_help=True, rich_markup_mode=None)
console, errors = Console(highlight=False), Console(stderr=True, highlight=False)

STICK_SENTENCES = {
    StickReason.FULL: "The stick is full; use another one.",
    StickReason.READ_ONLY: "The stick cannot be written; unlock it or use another one.",
    StickReason.LOST: "The stick went away; put it back and run the command again: nothing is lost.",
    StickReason.UNREADABLE: "The stick cannot be read; try again, then use another one.",
}
DEFAULT_NAME = "DISDUKCAPIL"
MOST_FAULTS = 20  # of one file, on one line

P = ParamSpec("P")
OfficeDir = Annotated[Path, typer.Option("--office", metavar="OFFICE", help="The office's directory.")]
Out = Annotated[Path, typer.Option(metavar="DIR", help="Where the files go.")]
Stick = Annotated[Path, typer.Argument(metavar="STICK", exists=True, file_okay=False, help="Where the stick stands.")]


def _plainly(command: Callable[P, int | None]) -> Callable[P, None]:
    """Turns stated failures into one sentence and exit 1; usage errors (exit 2) are typer's own."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            status = command(*args, **kwargs) or 0
        except (OfficeError, RegisterDamaged, ImportError) as error:
            status = _fail(str(error))
        except StickError as error:
            status = _fail(STICK_SENTENCES[error.reason])
        except BundleError as error:
            status = _fail(f"A file of the office is damaged ({error}); restore it from the backup.")
        except OSError as error:
            status = _fail(
                f"{error.strerror}: {error.filename or 'a disk'}; make room or mend the disk, then run again."
            )
        raise typer.Exit(status)

    return run


def _fail(sentence: str) -> int:
    errors.print(sentence, soft_wrap=True)
    return 1


def _progress() -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=errors, transient=True)


@app.command(epilog="Example: kiosk regency init /srv/office --recovery /media/safe --name 'DISDUKCAPIL SINTANG'")
@_plainly
def init(
    office: Annotated[Path, typer.Argument(metavar="OFFICE", help="A new directory for the office.")],
    recovery: Annotated[Path, typer.Option(metavar="MEDIUM", help="Another medium, for a safe.")],
    name: Annotated[str, typer.Option(help="The office's name, as files and boxes carry it.")] = DEFAULT_NAME,
) -> None:
    """Make the keys and the register of a new office."""
    offices.init(office, recovery, name)
    console.print(f"The office stands in {office}. Put {recovery} into a safe: nothing else can rescue its data.")


@app.command(epilog="Example: kiosk regency officer petugas-1 --office /srv/office --card petugas-1.txt")
@_plainly
def officer(
    officer_id: Annotated[str, typer.Argument(metavar="OFFICER", help="A short id without a name.")],
    office: OfficeDir,
    card: Annotated[Path, typer.Option(help="Where the text of the QR card goes; print it, then destroy the file.")],
    pin: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, help="4 to 12 digits.")],
) -> None:
    """Make an officer who may open boxes certified from now on."""
    with open_office(office) as opened:
        made = new_officer(officer_id, pin)
        write_file(card, f"{made.card}\n".encode(), 0o600)
        register_officer(opened, made.entry)
    console.print(f"Print {card} as a QR code for officer {officer_id}; it cannot be made again.")


@app.command(epilog="Example: kiosk regency certify /media/stick --office /srv/office --box SINTANG-03")
@_plainly
def certify(
    stick_root: Stick,
    office: OfficeDir,
    box: Annotated[str, typer.Option(help="The box that asks.")],
    code: Annotated[str, typer.Option(prompt="Code on the box's screen", help="As ABCD-EFGH.")],
    place: Annotated[str, typer.Option(help="Where the box works, if not where it was provisioned for.")] = "",
    training: Annotated[bool | None, typer.Option(help="For people who do not exist; for good.")] = None,
    below_grade: Annotated[
        bool | None, typer.Option(help="Let check-only finger sensors record; such files wait.")
    ] = None,
) -> None:
    """Answer a box's request on a stick with office keys, config and certificate. What 'kiosk provision' was told of
    the box holds."""
    with open_office(office) as opened:
        was = decided(opened, box) or Decided("", training=False, place="", below_grade=False)
        decision = certifying.Decision(
            was.training if training is None else training,
            place or was.place,
            registered_officers(opened),
            copies_wanted=second_disks.copies(opened),
            below_grade=was.below_grade if below_grade is None else below_grade,
        )
        issued = certifying.certify(opened, certifying.find_request(stick_root, box), code, decision)
        certifying.write_issued(stick_root, issued)
    console.print(f"Box {box} is certified; put the stick into it.")


@app.command("second-disk", epilog="Example: kiosk regency second-disk /mnt/second --office /srv/office")
@_plainly
def second_disk(
    office: OfficeDir,
    directory: Annotated[Path | None, typer.Argument(metavar="DIR", help="On another disk than the office.")] = None,
    none: Annotated[bool, typer.Option("--none", help="Do without: receipts say one copy.")] = False,
) -> None:
    """Put a disk for second copies in the place of another, have them all compared again, or do without."""
    if (directory is None) != none:
        raise typer.BadParameter("Give a directory on another disk, or --none.")
    with open_office(office) as opened:
        if directory is None:
            second_disks.do_without(opened)
            console.print("Receipts stand for one copy from now on, and say so.")
        else:
            second_disks.adopt(opened, directory)
            waiting = len(opened.register.held("copies < 2"))
            console.print(f"Second copies stand on {directory}; the next take-in compares or writes {waiting} of them.")
    console.print("A disk that held them before holds sealed captures: lock it away, or destroy it.")


@app.command("take-in", epilog="Example: kiosk regency take-in /media/stick --office /srv/office --backup /mnt/second")
@_plainly
def take_in(
    stick_root: Stick,
    office: OfficeDir,
    backup: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The second disk, the first time or where it is now.")
    ] = None,
) -> int:
    """Verify, open and register what a stick brings, and write receipts back to it."""
    with open_office(office) as opened, _progress() as progress:
        if backup:
            second_disks.name(opened, backup)
        task = progress.add_task("bundles")
        result = take_in_stick(
            opened, stick_root, lambda done, total: progress.update(task, completed=done, total=total)
        )
    _tell(result)
    return 1 if result.rejected or result.refused or result.damaged else 0


def _tell(result: TakeInResult) -> None:
    console.print(
        f"{len(result.accepted)} taken in, {len(result.known)} known, {result.receipts} receipts on the stick."
    )
    for named in (*result.rejected, *result.refused):
        errors.print(f"{named.name}: not taken in ({named.reason.value}); it stays on the stick.", soft_wrap=True)
    for named in result.quarantined:
        errors.print(f"{named.name}: kept aside ({named.reason.value}) until somebody decides.", soft_wrap=True)
    for name in result.damaged:
        errors.print(f"{name}: whole in neither place; bring its stick again, or restore the office.", soft_wrap=True)
    for gap in result.missing:
        where = "not brought yet" if gap.at_end else "missing in between"
        errors.print(f"{gap.box}_{gap.incarnation}: numbers {gap.first} to {gap.last} {where}.", soft_wrap=True)
    for name in result.again:
        errors.print(f"{name}: taken in without what rotted on the box; record that again.", soft_wrap=True)
    for record_id in result.withdrawn:
        errors.print(f"{record_id}: was taken back, says its box; ask, then confirm by withdraw.", soft_wrap=True)
    for digest in result.awaited:
        errors.print(f"A bundle that the box wrote is not on this stick: manifest {digest}.", soft_wrap=True)
    for asking in result.asking:
        errors.print(f"Box {asking.box} asks for a certificate; certify it by the code on its screen.", soft_wrap=True)


@app.command(epilog="Example: kiosk regency afis --office /srv/office --out /srv/afis")
@_plainly
def afis(office: OfficeDir, out: Out) -> None:
    """Write one ANSI/NIST-ITL file a person, named by record id."""
    with open_office(office) as opened, _people() as progress:
        _tell_export(afis_files.export(opened, out, progress), out)


@app.command(epilog="Example: kiosk regency iso --office /srv/office --out /srv/iso")
@_plainly
def iso(office: OfficeDir, out: Out) -> None:
    """Write ISO/IEC 19794:2011 records a person, named by record id: fingers .fir, irises .iir, face .fac."""
    with open_office(office) as opened, _people() as progress:
        _tell_export(iso_files.export(opened, out, progress), out)


@app.command(epilog="Example: kiosk regency check /srv/afis/*.an2 /srv/iso/*.fir")
@_plainly
def check(files: Annotated[list[Path], typer.Argument(metavar="FILE...", exists=True, dir_okay=False)]) -> int:
    """Say of ANSI/NIST-ITL files and ISO/IEC 19794 records, of anybody, which mandatory fields are missing or wrong."""
    bad = 0
    for path in files:
        with path.open("rb") as file:
            verdict = check_files.check(file.read(check_files.MOST_BYTES + 1))
        bad += bool(verdict.faults)
        console.print(f"{path}: {verdict.what}: {_faults(verdict.faults)}.", soft_wrap=True)
    return 1 if bad else 0


def _faults(faults: tuple[str, ...]) -> str:
    rest = len(faults) - MOST_FAULTS
    return "; ".join((*faults[:MOST_FAULTS], *([f"and {rest} more"] if rest > 0 else ()))) or "nothing is missing"


@contextmanager
def _people() -> Iterator[Callable[[int, int], None]]:
    with _progress() as progress:
        task = progress.add_task("people")
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _tell_export(result: Export, out: Path) -> None:
    console.print(f"{len(result.written)} files in {out}.")
    for record_id, wait in result.waiting:
        errors.print(f"{record_id}: waits ({wait.value}).", soft_wrap=True)


@app.command(epilog="Example: kiosk regency withdraw 0123456789abcdef0123456789abcdef --office /srv/office")
@_plainly
def withdraw(
    record_id: Annotated[str, typer.Argument(metavar="RECORD_ID", help="As take-in and afis name it.")],
    office: OfficeDir,
    confirm: Annotated[
        str,
        typer.Option(
            prompt="This destroys what was captured of the person, for good. Last 6 characters of the record id",
            help="The last 6 characters of the record id.",
        ),
    ],
) -> None:
    """Destroy what a person took back, in both copies; the number stays."""
    with open_office(office) as opened:
        withdrawing.withdraw(opened, record_id, confirm)
    console.print(f"{record_id} is destroyed. Delete its AFIS and ISO files where they were written.", soft_wrap=True)


@app.command(epilog="Example: kiosk regency roster list.csv --office /srv/office --box SINTANG-03 --out /media/stick")
@_plainly
def roster(
    table: Annotated[Path, typer.Argument(metavar="LIST.csv", exists=True, dir_okay=False)],
    office: OfficeDir,
    box: Annotated[list[str], typer.Option(help="A certified box; give the option once for each.")],
    out: Annotated[Path, typer.Option(metavar="STICK", exists=True, file_okay=False)],
) -> int:
    """Sign a list of residents and seal it to boxes. Columns: nik,name,birth,sex,place,status."""
    try:
        residents, bad = read_csv(table.read_text("utf-8-sig"))
    except UnicodeDecodeError:
        raise OfficeError("The list is not in UTF-8; save it anew as CSV UTF-8.") from None
    with open_office(office) as opened:
        for name, sealed in seal_for(opened, box, residents).items():
            stick.write_file(out, stick_layout.roster(name), sealed)
    console.print(f"{len(residents)} residents for {', '.join(box)} on the stick.")
    for line in bad:
        errors.print(f"Line {line.line} was left out: its {line.column} cannot be used.", soft_wrap=True)
    return 1 if bad else 0
