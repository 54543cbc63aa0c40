"""The day itself: an officer opens it, people come, sticks travel to the office and back, blobs are purged."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import hal
from hal import Box, FakeClock, Mailbox, Stage, Stop
from hal.battery.simulated import SimulatedBattery
from hal.stick.simulated import SimulatedStick
from kiosk.commands.practice import card_picture as qr_picture
from kiosk.commands.tour.report import Report
from kiosk.commands.training import BOX, PORTS, TrainingBox
from kiosk.commands.visitor import Screen, Visitor
from kiosk.core import desk as d
from kiosk.core.desk import Desk, Mode, Notice
from kiosk.core.handover import Stage as Stages
from kiosk.core.power import Charge
from kiosk.core.record import Provenance
from kiosk.core.state import Session, Step
from kiosk.exchange import stick, stick_layout
from kiosk.flow.kiosk import Kiosk, Setup
from kiosk.regency import afis, certify, take_in
from kiosk.regency.office import open_office
from kiosk.regency.roster import read_csv, seal_for
from kiosk.store import InMemoryKeyring, Store

STUCK_S = 900.0  # simulated; far beyond any device's or timer's patience
RECORDED_PORTS = ("fingerprint", "iris", "camera")
FULL, LOW, RISING, EMPTYING = (0.9, True), (0.12, False), (0.4, False), (0.06, False)
NEAR = 0.03  # the twin drains and charges while the day goes on


class TourFailed(Exception):
    """The day did not end as it should; one sentence and what to do."""


@dataclass(frozen=True)
class Places:
    """Where the tour leaves things."""

    out: Path

    @staticmethod
    def leaves() -> tuple[str, ...]:
        """Everything a tour makes under out."""
        return ("box", "stick", "office", "recovery", "backup", "afis", "shots", "tour.json", "residents.csv")

    @property
    def stick(self) -> Path:
        """Stands for the mounted stick."""
        return self.out / "stick"

    @property
    def afis(self) -> Path:
        """The AFIS files."""
        return self.out / "afis"


class Day:
    """One box, one office, one stick."""

    def __init__(
        self, places: Places, training: TrainingBox, stage: Stage, report: Report, say: Callable[[str], None]
    ) -> None:
        self._places, self._training, self._stage, self._report, self._say = places, training, stage, report, say
        self._clock = FakeClock()
        recorded = report.source == "recorded"
        devices = {p: ["recorded" if recorded and p in RECORDED_PORTS else "simulated"] for p in PORTS}
        self._box: Box = hal.open_box(devices, clock=self._clock, stage=stage)
        self._shown: Mailbox[Desk] = self._clock.mailbox()
        self._failed: list[str] = []
        self.seen: dict[str, Desk] = {}  # the first desk of each page that a person or the officer saw
        places.stick.mkdir(parents=True, exist_ok=True)
        keyring = InMemoryKeyring()
        setup = Setup(
            open_store=lambda: Store(training.data, BOX, keyring),
            papers_folder=training.papers,
            board="training-board",
            show=self._shown.put,
            unforeseen=lambda where, error: self._failed.append(f"{where}: {type(error).__name__}: {error}"),
            ink=Provenance.SIMULATED,
            grace_days=0,
        )
        self.kiosk = Kiosk(self._box, self._clock, setup)

    def close(self) -> None:
        """End the box."""
        self.kiosk.close()
        self._box.close()

    # Waiting

    def _next(self) -> Desk:
        desk = self._shown.get(STUCK_S)
        if self._failed:
            raise TourFailed(f"Something unforeseen happened ({self._failed[0]}). Please report it.")
        if desk is not None:
            self.seen.setdefault(_page(desk), desk)
        if desk is None:
            raise TourFailed("The box stood still for fifteen simulated minutes. Please report it.")
        return desk

    def _until(self, wanted: Callable[[Desk], bool]) -> Desk:
        desk = self.kiosk.desk
        while not wanted(desk):
            desk = self._next()
        return desk

    # The officer

    def open(self) -> None:
        """Show the card to the camera, give the PIN, let the office certify the box and bring its list."""
        self._stage.held = qr_picture(self._training.card)
        card = self.kiosk.read_card(Stop())
        self._stage.held = None
        if card is None or card != self._training.card:
            raise TourFailed("The camera could not read the officer's card.")
        self.battery(*FULL)
        self.kiosk.open_day(card, self._training.pin)
        self._until(lambda desk: desk.mode is Mode.IDLE)
        self._say("Day opened; the box asks the office for its certificate")
        self.hand_over()
        self._certify()
        self.take_in()
        self.hand_over()

    def battery(self, fraction: float, external: bool) -> None:
        """Set the battery; the box sees it within a second or two."""
        battery = self._box.lend("battery")
        if isinstance(battery, SimulatedBattery):
            battery.set(fraction, external)
        self._until(lambda desk: _close_to(desk.facts.charge, fraction, external))

    def hand_over(self) -> None:
        """Plug the stick, hand over, pull it."""
        port = self._box.lend("stick")
        if not isinstance(port, SimulatedStick):
            raise TourFailed("The tour needs the simulated stick.")
        port.plug(self._places.stick)
        outbox = self._training.data / "outbox"
        held = {path.name for path in outbox.iterdir()}
        self._until(lambda desk: desk.facts.stick)
        for event in (d.OfficerEntered(), d.TaskChosen(d.Task.HANDOVER)):
            self.kiosk.post(event)
        self._until(lambda desk: desk.task is d.Task.HANDOVER and desk.handover.stage is Stages.READY)
        self.kiosk.hand_over()
        done = self._until(lambda desk: desk.handover.stage in (Stages.DONE, Stages.FAILED)).handover
        if done.stage is Stages.FAILED:
            raise TourFailed(f"The handover failed: {done.trouble}.")
        port.pull()
        self.kiosk.post(d.OfficerLeft())
        self._until(lambda desk: desk.mode is Mode.IDLE and not desk.facts.stick)
        self._report.purged += sorted(held - {path.name for path in outbox.iterdir()})
        self._report.note("handover", written=done.written, settled=done.settled, purged=done.purged)
        self._say(f"Handover: {done.written} bundles written and proven, {done.purged} purged. Boleh dicabut")

    def attest_later(self) -> None:
        """The day's end: vouch for whoever nobody has vouched for yet."""
        for owed in self.kiosk.desk.unattested:
            self.kiosk.attest_later(owed.manifest_hash)
            self._report.note("attested-later", bundle=owed.bundle)
        self._until(lambda desk: not desk.unattested)

    # The office

    def _certify(self) -> None:
        root = self._places.stick
        with open_office(self._training.office) as office:
            for name in stick.requests(root):
                raw = stick.read_file(root, name) or b""
                issued = certify.certify(office, raw, certify.code_of(raw), self._training.decision)
                box, incarnation = issued.request.box, issued.request.incarnation
                stick.write_file(root, stick_layout.office(box), issued.office)
                stick.write_file(root, stick_layout.config(box), issued.config)
                stick.write_file(root, stick_layout.certificate(box, incarnation), issued.certificate)
            listed, _ = read_csv((self._places.out / "residents.csv").read_text(encoding="utf-8"))
            for box, sealed in seal_for(office, [BOX], listed).items():
                stick.write_file(root, stick_layout.roster(box), sealed)
        self._report.note("certified", box=BOX, residents=len(listed))

    def take_in(self) -> None:
        """The stick at the office."""
        with open_office(self._training.office) as office:
            result = take_in.take_in(office, self._places.stick)
        if result.rejected or result.refused or result.quarantined or result.awaited:
            raise TourFailed(f"The office did not take everything in: {result}.")
        self._report.note("take-in", accepted=list(result.accepted), known=len(result.known))
        self._say(f"Office: {len(result.accepted)} bundles verified, opened, registered; receipts on the stick")

    def write_afis(self) -> None:
        """One ANSI/NIST-ITL file a person."""
        with open_office(self._training.office) as office:
            done = afis.export(office, self._places.afis)
        self._report.afis = sorted(path.name for path in done.written)
        for record, why in done.waiting:
            self._report.note("afis-waits", record=record, why=str(why))

    # People

    def serve(self, visitor: Visitor, number: int, attests: bool, power_fails: bool) -> None:
        """One person from the first touch to the slip; with failing power also refused, parked and taken up again."""
        if power_fails:
            self._refused_for_power()
        screen = Screen(self.kiosk, visitor, self.kiosk.desk.officer or "", attests)
        began = self._clock.monotonic()
        self.kiosk.start()
        last, parks = self._session(screen, number, power_fails)
        if not last.bundle:
            raise TourFailed(f"Person {number} ended at {last.step} without a bundle.")
        self._report.person(last, screen.acts, parks, (began, self._clock.monotonic()))

    def _session(self, screen: Screen, number: int, power_fails: bool) -> tuple[Session, int]:
        last: Session | None = None
        parks, parked = 0, False
        while True:
            desk = self._next()
            session = desk.session
            if session is None:
                if last and desk.notice is Notice.PARKED_FOR_POWER:
                    if not parked:  # a fact beside it, such as room on the card, shows the same desk anew
                        parks += 1
                        self._take_up_again(last.record_id)
                    parked = True
                elif last and desk.mode is Mode.IDLE:
                    return last, parks
                continue
            self._say_step(number, session, last)
            last, parked = session, False
            if power_fails and not parks and _half_recorded(session):
                self._drain()
            else:
                screen.answer(session)

    def _say_step(self, number: int, session: Session, last: Session | None) -> None:
        if last is None or session.step is not last.step:
            self._say(f"Person {number}: {session.step}")

    def _refused_for_power(self) -> None:
        self.battery(*LOW)
        self.kiosk.start()
        self._until(lambda desk: desk.notice is Notice.POWER_LOW)
        self._report.note("refused-to-start", fraction=LOW[0])
        self._say("Battery low: the box starts nobody, and says so")
        self.battery(*RISING)

    def _drain(self) -> None:
        battery = self._box.lend("battery")
        if isinstance(battery, SimulatedBattery):
            battery.set(*EMPTYING)

    def _take_up_again(self, record_id: str) -> None:
        self._report.note("parked", fraction=EMPTYING[0])
        self._say("Battery nearly empty: the person is parked, nothing is lost")
        self.battery(*FULL)
        self.kiosk.take_up(record_id)
        self._report.note("resumed", external=True)
        self._say("Power is back: the same person goes on")


def _half_recorded(session: Session) -> bool:
    return session.step is Step.FINGERS and len(session.captures) >= 5


def _page(desk: Desk) -> str:
    session = desk.session
    within = (desk.handover.stage,) if desk.task is d.Task.HANDOVER else ()
    parts = (session.step, session.help) if session else (desk.task or desk.mode, *within, desk.notice)
    return "-".join(part for part in parts if part)


def _close_to(charge: Charge | None, fraction: float, external: bool) -> bool:
    return charge is not None and charge.external is external and abs(charge.fraction - fraction) < NEAR
