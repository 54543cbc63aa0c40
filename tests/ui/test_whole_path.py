"""A villager's whole path on the panel, by touches only: the officer opens the day with card and PIN, a person with a
lost finger and worn ones is recorded, and the bundle goes to a stick until it may be pulled.

Everything is as on a training box but the clock, which moves when the test lets it: no sleeping, no luck.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from robot import Robot, left_behind

import hal
from hal import FakeClock, Stage, Stop
from hal.stick.simulated import SimulatedStick
from hal.world.population import population
from hal.world.stage import World
from kiosk.commands.practice import card_picture
from kiosk.commands.training import BOX, PIN, PORTS, TrainingBox, prepare
from kiosk.core.desk import Mode
from kiosk.core.record import CheckResult, Position, Provenance
from kiosk.core.state import Help
from kiosk.flow.kiosk import Kiosk, Setup
from kiosk.flow.worker import Worker
from kiosk.store import InMemoryKeyring, Store
from kiosk.ui.app import Screens
from kiosk.ui.navigator import Name

SIGNATURE = [[(0.1 + i / 40, 0.4 + 0.2 * (i % 3)) for i in range(20)], [(0.7, 0.3), (0.9, 0.6)]]


class Place:
    """The box on a table, with whoever stands there."""

    def __init__(self, out: Path) -> None:
        self.clock, self.stage = FakeClock(), Stage(world=World(1))
        self.training: TrainingBox = prepare(out, 1)
        self.stick, self.failed = out / "stick", []
        self.box = hal.open_box({p: ["simulated"] for p in PORTS}, clock=self.clock, stage=self.stage)
        self.screens = Screens(self.clock.monotonic, fps=0)
        keyring = InMemoryKeyring()
        setup = Setup(
            open_store=lambda: Store(self.training.data, BOX, keyring),
            papers_folder=self.training.papers,
            board="board",
            show=self.screens.show,
            unforeseen=lambda where, error: self.failed.append((where, error)),
            ink=Provenance.SIMULATED,
        )
        self.kiosk = Kiosk(self.box, self.clock, setup)
        self.behind = Worker("doors", self.clock, setup.unforeseen)
        self.screens.serve(self.kiosk, self.find_card, self.behind.post)
        self.robot = Robot(self.screens, lambda seconds: self.clock.wait(seconds, Stop()) and None)

    def find_card(self) -> str | None:
        self.stage.held = card_picture(self.training.card)
        try:
            return self.kiosk.read_card(Stop())
        finally:
            self.stage.held = None

    def close(self) -> None:
        self.behind.close()
        self.kiosk.close()
        self.box.close()
        self.robot.close()

    def on(self, name: Name) -> Callable[[], bool]:
        def shown() -> bool:
            assert self.failed == []
            return self.screens.name is name

        return shown

    def until(self, name: Name) -> None:
        self.robot.until(self.on(name))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.close()


def test_a_person_is_recorded_and_handed_over_by_touches_alone(place: Place) -> None:
    open_the_day(place)
    place.stage.world.step_up(population(1, 2)[1])
    start_and_give_nik(place)
    give_face_eyes_and_fingers(place)
    sign_and_approve(place)
    bundle = read_the_slip(place)
    hand_over(place, bundle)


def open_the_day(place: Place) -> None:
    robot = place.robot
    assert place.screens.name is Name.LOCKED
    assert robot.reads("Kotak ini terkunci")
    robot.tap("look")
    robot.until(lambda: robot.reads("Masukkan PIN"))
    robot.tap(*(f"key-{digit}" for digit in "0000"), "key-ok")
    robot.until(lambda: robot.reads("tidak cocok"))
    robot.tap(*(f"key-{digit}" for digit in PIN), "key-ok")
    place.until(Name.ATTRACT)
    assert robot.reads("belum disahkan kantor")


def start_and_give_nik(place: Place) -> None:
    robot, nik = place.robot, place.training.residents[1].nik
    robot.tap("start")
    place.until(Name.LANGUAGE)
    robot.tap("Bahasa Indonesia")
    place.until(Name.NOTICE)
    robot.tap("yes")
    place.until(Name.NIK)
    robot.tap(*(f"key-{digit}" for digit in "6105013213900001"), "key-ok")
    robot.until(lambda: robot.reads("tanggal lahir belum cocok"))
    robot.tap(*(f"key-{digit}" for digit in nik), "key-ok")
    place.until(Name.HELP)
    assert robot.reads("NIK tidak ada di daftar kotak ini")
    robot.tap("Saya lihat orang & KK", "Lanjutkan")
    place.until(Name.BIODATA)
    assert robot.reads(nik[:6])
    robot.tap("yes")
    place.until(Name.CAPTURE)


def give_face_eyes_and_fingers(place: Place) -> None:
    """The lost finger is shown to be lost; the officer exempts it for good."""
    robot = place.robot

    def asked_for_the_lost_one() -> bool:
        session = place.kiosk.desk.session
        return place.on(Name.CAPTURE)() and session is not None and session.position is Position.LEFT_RING

    robot.until(asked_for_the_lost_one, step_s=0.1)
    robot.tap("cannot")
    place.until(Name.HELP)
    assert place.kiosk.desk.session.help is Help.CANNOT_SHOW
    robot.tap("Kecualikan …", "Diamputasi", "permanent")
    place.until(Name.ENDORSEMENT)


def sign_and_approve(place: Place) -> None:
    place.robot.draw(place.screens.page.ids.pad, SIGNATURE)
    place.robot.tap("save")
    place.until(Name.REVIEW)
    assert place.robot.reads("Tanda tangan")
    place.robot.tap("approve")
    place.until(Name.SLIP)


def read_the_slip(place: Place) -> str:
    session = place.kiosk.desk.session
    assert session.check.result in CheckResult
    assert {e.position for e in session.exemptions} == {Position.LEFT_RING}
    assert session.attestation is not None
    taken = {c.position for c in session.captures}
    assert taken == set(Position) - {Position.LEFT_RING, Position.THUMB_PRINT}
    assert place.robot.reads(f"{BOX} · 2")
    assert place.robot.reads("belum diperiksa")
    assert place.robot.reads("gratis")
    place.robot.tap("done")
    place.until(Name.ATTRACT)
    assert place.kiosk.desk.mode is Mode.IDLE
    place.screens.page.clear()
    assert left_behind(place.screens, [session.nik[:6], session.bundle, "· 2"]) == []
    return session.bundle


def hand_over(place: Place, bundle: str) -> None:
    robot = place.robot
    robot.tap("officer", "Serah terima ke stik")
    place.until(Name.HANDOVER)
    assert robot.reads("Pasang stik dahulu")
    robot.tap("start")
    robot.until(lambda: robot.reads("Tidak ada stik"))
    port = place.box.lend("stick")
    assert isinstance(port, SimulatedStick)
    port.plug(place.stick)
    robot.until(lambda: place.kiosk.desk.facts.stick)
    robot.tap("start")
    robot.until(lambda: robot.reads("Boleh dicabut"))
    assert robot.reads("2 berkas ditulis dan terbukti")
    assert robot.reads("Kode untuk kantor")
    assert (place.stick / "JEMPUT" / "bundles" / bundle / "manifest.jws").is_file()
    robot.tap("back", "Kembali ke warga")
    place.until(Name.ATTRACT)
