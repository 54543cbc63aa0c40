"""A training box at work on a FakeClock, with a person who touches, an officer, a stick and an office; restartable."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import hal
from hal import Clock, FakeClock, Stage
from hal.stick.simulated import SimulatedStick
from hal.transport.recorded import ImageFolder
from kiosk.commands.training import BOX, TrainingBox, prepare
from kiosk.core import desk as d
from kiosk.core import events as e
from kiosk.core.desk import Desk, Mode
from kiosk.core.handover import Handover, Trouble
from kiosk.core.handover import Stage as Stages
from kiosk.core.measures import FaceMeasures, FingerMeasures, IrisMeasures
from kiosk.core.record import EYES, FINGERS, Endorsement, Lasting, Position, Provenance, Reason
from kiosk.core.region import Zone
from kiosk.core.state import Help, Phase, Session, Step
from kiosk.exchange import stick, stick_layout
from kiosk.flow import kiosk as assembly
from kiosk.flow.kiosk import Kiosk, Setup
from kiosk.imaging import qr
from kiosk.imaging.encode import png
from kiosk.imaging.requests import (
    Compare,
    CompareEyes,
    CompareFace,
    DescribeEye,
    DescribeFace,
    EncodePng,
    MeasureFace,
    MeasureFinger,
    MeasureIris,
    Prepare,
    ReadQr,
    Request,
)
from kiosk.regency import certify, second_disk
from kiosk.regency.office import open_office
from kiosk.regency.result import TakeInResult
from kiosk.regency.roster import read_csv, seal_for
from kiosk.regency.take_in import take_in
from kiosk.store import InMemoryKeyring, Store

PORTS = ("camera", "fingerprint", "iris", "stick")
# Far above every threshold: quality is not the point where these are used.
GOOD_FINGER = FingerMeasures(nfiq2=95, minutiae=60, coverage=0.9, sharpness=50.0)
GOOD_IRIS = IrisMeasures(diameter_px=300.0, pupil_ratio=0.4, contrast=90.0, sharpness=50.0, open_share=1.0)
GOOD_FACE = FaceMeasures(1, 200.0, 0.0, 0.5, 0.5, 130.0, 50.0)
SHOWN = (Position.PORTRAIT, Position.EYE_RIGHT, Position.RIGHT_INDEX, Position.LEFT_INDEX)
INK = {"height": 200, "strokes": [[[10, 10, 0], [300, 150, 40]]], "width": 600}
PATIENCE_S = 600.0  # simulated
NAMES = {Position.PORTRAIT: "face.1.png", Position.EYE_RIGHT: "iris-right.1.png", Position.EYE_LEFT: "iris-left.1.png"}


class QuickMeasurer:
    """Stands for the measuring process: everything is good, a print is known by its grey level, a PNG is a PNG."""

    def request(self, request: Request) -> object:
        match request:
            case DescribeEye() | DescribeFace() | CompareEyes() | CompareFace():
                return _described(request)
            case Prepare():
                return None
            case MeasureFinger(pixels):
                return GOOD_FINGER, bytes([int(pixels[0, 0])])
            case MeasureIris():
                return GOOD_IRIS
            case MeasureFace():
                return GOOD_FACE
            case Compare(probe, references):
                return tuple(100 if probe == reference else 5 for reference in references)
            case EncodePng(pixels, ppi):
                return png(pixels, ppi)
            case ReadQr(pixels):
                return qr.read(pixels)
        raise TypeError(type(request).__name__)

    def close(self) -> None:
        pass


def _described(request: DescribeEye | DescribeFace | CompareEyes | CompareFace) -> object:
    match request:
        case DescribeEye(pixels) | DescribeFace(pixels):
            return described(pixels)
        case CompareEyes(probe, references):
            return tuple(0.0 if probe == reference else 0.5 for reference in references)
        case CompareFace(pixels, reference):
            return 1, float(described(pixels) == reference)


def described(pixels: np.ndarray) -> bytes:
    """An eye or a face, known by its grey level."""
    return f"descriptor of grey level {int(pixels.flat[0])}; ".encode() * 3


def draw_person(folder: Path, shown: Iterable[Position] = SHOWN, ink: bytes = b"") -> ImageFolder:
    """Small pictures, one grey level a position; `ink` bytes stand in the corner of each picture."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, position in enumerate(Position):
        if position in shown:
            name = NAMES.get(position, position.value.lower().replace("_", "-") + ".1.png")
            grey = np.full((80, 80), 40 + 10 * number, np.uint8)
            grey[1, : len(ink)] = np.frombuffer(ink, np.uint8)
            Image.fromarray(grey).save(folder / name)
    return ImageFolder(folder)


def made(out: Path) -> TrainingBox:
    """A training box and its office, certified, with its list, handed over and settled once."""
    training = prepare(out, 1)
    with FlowBox(out, training) as box:
        box.open_day()
        box.hand_over()
        box.certify()
        box.take_in()
        box.hand_over()
    return training


def copied(training: TrainingBox, source: Path, target: Path) -> TrainingBox:
    """The same box and office somewhere else."""
    shutil.copytree(source, target)
    return moved(training, target)


def moved(training: TrainingBox, out: Path) -> TrainingBox:
    """The same box and office as they stand there."""
    return replace(training, office=out / "office", papers=out / "box" / "papers", data=out / "box" / "data")


def stands(folder: Path, sha256: str) -> bool:
    """Whether this blob stands there with every byte."""
    path = folder / f"{sha256}.age"
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


@dataclass
class Person:
    """Answers each state once, as somebody at the box and an officer beside it would."""

    box: "FlowBox"
    nik: str
    absent: tuple[Position, ...] = ()
    attests: bool = True
    seen: set[object] = field(default_factory=set)

    def answer(self, session: Session) -> None:
        key = (session.step, session.phase, session.position, session.help, session.issued)
        if key in self.seen:
            return
        self.seen.add(key)
        touch = self.box.kiosk.touch
        if session.help is not None:
            touch(self._officer(session))
        elif session.phase is Phase.ASKING and session.position in self.absent and session.step is not Step.CHECK:
            touch(e.CannotShow())
        elif session.phase is Phase.TOUCH:
            self._touch(session)

    def _officer(self, session: Session) -> e.SessionEvent:
        if session.help is Help.CANNOT_SHOW:
            return e.Exempted(self.absent, Reason.BANDAGED, Lasting.TEMPORARY, "petugas")
        return e.OfficerContinues("petugas")

    def _touch(self, session: Session) -> None:
        kiosk = self.box.kiosk
        if session.step is Step.BIODATA and self.attests:
            kiosk.attest()
        if session.step is Step.ENDORSEMENT:
            kiosk.draw(json.dumps(INK).encode(), Endorsement.SIGNATURE, INK["width"], INK["height"])
            return
        touches: dict[Step, Callable[[], e.SessionEvent]] = {
            Step.LANGUAGE: lambda: e.LanguageChosen("id"),
            Step.NOTICE: e.Agreed,
            Step.NIK: lambda: e.NikEntered(self.nik),
            Step.BIODATA: e.BiodataConfirmed,
            Step.REVIEW: e.Approved,
            Step.SLIP: e.Done,
        }
        kiosk.touch(touches[session.step]())


class FlowBox:
    """One start of the box's program. `office` and `stick` stand beside it under `out`."""

    def __init__(
        self,
        out: Path,
        training: TrainingBox,
        *,
        keyring: Any = None,
        board: str = "board-1",
        measurer: Any = None,
        clock: Clock | None = None,
        drivers: Mapping[str, list[str]] | None = None,
        zone: Zone = Zone.WIB,
    ) -> None:
        self.out, self.training = out, training
        self.clock, self.stage = clock or FakeClock(), Stage()
        self.keyring = keyring or InMemoryKeyring()
        self.failed: list[str] = []
        self.falsely: list[str] = []  # what a screen called saved although it was not
        self.stick = out / "stick"
        self.stick.mkdir(exist_ok=True)
        usual_drivers = {port: ["simulated" if port == "stick" else "recorded"] for port in PORTS}
        self.devices = hal.open_box({**usual_drivers, **(drivers or {})}, clock=self.clock, stage=self.stage)
        self._shown = self.clock.mailbox()
        setup = Setup(
            open_store=lambda: Store(training.data, BOX, self.keyring),
            papers_folder=training.papers,
            board=board,
            show=self._show,
            unforeseen=lambda where, error: self.failed.append(f"{where}: {error!r}"),
            ink=Provenance.SIMULATED,
            grace_days=0,
            zone=zone,
        )
        usual, assembly.Measurer = assembly.Measurer, lambda **_: measurer or QuickMeasurer()
        try:
            self.kiosk = Kiosk(self.devices, self.clock, setup)
        finally:
            assembly.Measurer = usual

    def __enter__(self) -> "FlowBox":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End the program; nothing unforeseen may have happened."""
        self.kiosk.close()
        self.devices.close()
        assert not self.failed, self.failed
        assert not self.falsely, self.falsely

    def _show(self, desk: Desk) -> None:
        """The screen says "tersimpan" for every capture of the state: each must stand, whole and listed."""
        session = desk.session
        if session is not None and session.captures:
            folders = [self.training.data / "outbox" / session.bundle] if session.bundle else []
            folders.append(self.training.data / "people" / session.record_id)
            for capture in session.captures:
                if not any(stands(folder, capture.blob.sha256) for folder in folders):
                    self.falsely.append(f"{capture.position} at {session.step}")
            if not session.bundle and session.step is not Step.GONE:
                listed = {b.sha256 for _, b in self.in_store(lambda: self.store.drafts.captures())}
                closed = self.in_store(lambda: self.store.bundles.of_record(session.record_id))
                if closed is None and not {c.blob.sha256 for c in session.captures} <= listed:
                    self.falsely.append(f"rows at {session.step}")
        self._shown.put(desk)

    @property
    def store(self) -> Store:
        return self.kiosk._store

    def in_store(self, job: Callable[[], Any]) -> Any:
        """Ask something of the store on its own thread."""
        return self.kiosk._ask_store(job)

    def rows(self, *states: Any) -> tuple[Any, ...]:
        return self.in_store(lambda: self.store.bundles.rows(*states))

    def next(self) -> Desk:
        desk = self._shown.get(PATIENCE_S)
        assert not self.failed, self.failed
        assert desk is not None, f"the box stands still at {self.kiosk.desk}"
        return desk

    def until(self, wanted: Callable[[Desk], bool]) -> Desk:
        """The first desk shown from now on, or shown last, that is as wanted."""
        desk = self.kiosk.desk
        while not wanted(desk):
            desk = self.next()
        return desk

    def open_day(self) -> Desk:
        self.kiosk.open_day(self.training.card, self.training.pin)
        return self.until(lambda desk: desk.mode is not Mode.LOCKED)

    # People

    def nik(self, number: int = 0) -> str:
        return self.training.residents[number].nik

    def person(self, number: int = 0, shown: tuple[Position, ...] = SHOWN, **changes: Any) -> Person:
        """Somebody of the list steps up; what they do not show is bandaged."""
        self.stage.folder = draw_person(self.out / f"person-{number}", shown)
        absent = tuple(p for p in (*EYES, *FINGERS, Position.HANDS) if p not in shown)
        return Person(self, changes.pop("nik", self.nik(number)), absent, **changes)

    def start(self) -> Session:
        self.kiosk.start()
        session = self.until(lambda desk: desk.session is not None).session
        assert session
        return session

    def serve(self, person: Person, until: Callable[[Session], bool] = lambda session: False) -> Session:
        """Go on with the open session to its end, or until it stands as wanted; the last session shown."""
        desk = self.until(lambda desk: desk.session is not None)
        last = desk.session
        while (session := desk.session) is not None and not until(session):
            last = session
            person.answer(session)
            desk = self.next()
        assert last
        return session or last

    def record(self, number: int = 0, **changes: Any) -> Session:
        """One whole person."""
        person = self.person(number, **changes)
        self.start()
        return self.serve(person)

    def take_up(self, record_id: str) -> Session:
        self.kiosk.take_up(record_id)
        session = self.until(lambda desk: desk.session is not None).session
        assert session
        return session

    # Sticks and the office

    def plug(self, **options: Any) -> SimulatedStick:
        port = self.devices.lend("stick")
        assert isinstance(port, SimulatedStick)
        port.plug(self.stick, **options)
        return port

    def hand_over(self, **options: Any) -> Handover:
        """Plug, hand over, pull."""
        port = self.plug(**options)
        done = self.try_handover()
        port.pull()
        self.kiosk.post(d.OfficerLeft())
        self.until(lambda desk: desk.mode is Mode.IDLE)
        return done

    def try_handover(self) -> Handover:
        """The officer's screen, whatever is in the port."""
        for event in (d.OfficerEntered(), d.TaskChosen(d.Task.HANDOVER)):
            self.kiosk.post(event)
        self.until(lambda desk: desk.task is d.Task.HANDOVER and desk.handover.stage is Stages.READY)
        self.kiosk.hand_over()
        return self.until(lambda desk: desk.handover.stage in (Stages.DONE, Stages.FAILED)).handover

    def trouble(self, **options: Any) -> Trouble | None:
        return self.hand_over(**options).trouble

    def certify(self) -> None:
        """The office answers the requests on the stick, and brings the list."""
        with open_office(self.training.office) as office:
            for name in stick.requests(self.stick):
                raw = stick.read_file(self.stick, name) or b""
                certify.write_issued(
                    self.stick, certify.certify(office, raw, certify.code_of(raw), self.training.decision)
                )
            listed, _ = read_csv((self.out / "residents.csv").read_text(encoding="utf-8"))
            for box, sealed in seal_for(office, [BOX], listed[:20]).items():
                stick.write_file(self.stick, stick_layout.roster(box), sealed)

    def take_in(self) -> TakeInResult:
        with open_office(self.training.office) as office:
            second_disk.name(office, self.out / "backup")  # the folder may be a copy of the one that it was made in
            return take_in(office, self.stick)
