"""A training box that nobody attends: simulated people touch its screens, on the real clock and the real store, until
so many were closed. Each acknowledgement is a line on stdout: whoever cuts the power can hold the box to it."""

from collections.abc import Callable
from functools import partial

from hal import Box, Clock, Stage
from hal.battery.simulated import SimulatedBattery
from hal.world.person import Person
from hal.world.population import population
from kiosk.commands.practice import Practice
from kiosk.commands.visitor import Screen, from_world
from kiosk.config import Training
from kiosk.core.desk import DayClosed, Desk, Mode, StopWanted
from kiosk.core.state import Session
from kiosk.flow.kiosk import Kiosk
from kiosk.flow.worker import Worker
from kiosk.store import StoreLocked

FULL, PLUGGED = 1.0, True  # a soak outlasts the simulated battery
NIK = "610501170585{:04d}"  # of one district and birthday: the number makes the person
SERIALS = 9999


class Unattended(Practice):
    """Hands of people and of the officer, on a thread of their own that is told of each state after it was shown."""

    def __init__(self, training: Training, clock: Clock, stage: Stage) -> None:
        super().__init__(training, stage)
        self._wanted, self._pin, self._seed = training.visitors, training.pin, training.seed
        self._clock = clock
        self._hands: Worker | None = None
        self._screens: dict[str, Screen] = {}  # by record
        self._acted: object = None
        self._opened = False
        self._told: tuple[str, ...] = ()
        self._bundle = ""

    def follow(self, desk: Desk, box: Box) -> None:
        """This was shown."""
        if self._hands is not None:
            self._hands.post(partial(self._see, desk))

    def begin(self, kiosk: Kiosk, box: Box, find_card: Callable[[], str | None]) -> None:
        """From now on hands touch the screens."""
        self._kiosk, self._box, self._find_card = kiosk, box, find_card
        battery = box.lend("battery") if "battery" in box.present() else None
        if isinstance(battery, SimulatedBattery):
            battery.set(FULL, PLUGGED)
        self._hands = Worker("visitors", self._clock, lambda _, error: self._give_up(type(error).__name__))
        self._hands.post(self._arrive)

    def _arrive(self) -> None:
        """Where a restart found the day still open, the box goes on by itself: let it, before a hand touches it."""
        reached = self._clock.mailbox()
        loops = self._kiosk.loops()
        loops["store"](lambda: loops["flow"](lambda: reached.put(True)))
        reached.get()
        self._see(self._kiosk.desk)

    def _see(self, desk: Desk) -> None:
        if desk.mode is Mode.STOPPING or self.failed:
            return
        super().follow(desk, self._box)
        self._tell(desk.session)
        if desk.session is not None:
            self._acted = None
            self._screen(desk.session).answer(desk.session)
            return
        place = (desk.mode, desk.waiting, desk.notice, desk.facts.charge, desk.facts.free_bytes)
        if place != self._acted:  # a start that was refused is not tried again before something changed
            self._acted = place
            self._go_on(desk)

    def _go_on(self, desk: Desk) -> None:
        """Between people."""
        if desk.mode is Mode.LOCKED and self._kiosk.desk.mode is Mode.LOCKED and not self._opened:
            self._open()
        elif desk.mode is Mode.IDLE and desk.waiting:
            self._kiosk.take_up(desk.waiting[0].record_id)
        elif desk.mode is Mode.IDLE and self._kiosk.closed_people() < self._wanted:
            self._kiosk.start()
        elif desk.mode is Mode.IDLE:
            self._opened = True  # and stays closed
            self._kiosk.post(DayClosed())
            self._kiosk.post(StopWanted())

    def _open(self) -> None:
        card = self._find_card()
        if card is None:
            self._give_up("the camera could not read the officer's card")
            return
        try:
            self._kiosk.open_day(card, self._pin)
            self._opened = True
        except StoreLocked:
            self._give_up("[training] card and pin do not open the day")

    def _give_up(self, why: str) -> None:
        """Whoever waits for the day's end must not wait for ever."""
        self.failed = f"The unattended day ended early: {why}."
        self._kiosk.post(StopWanted())

    def _screen(self, session: Session) -> Screen:
        if session.record_id not in self._screens:
            number = self._kiosk.closed_people() + 1
            visitor = from_world(self._person(session.record_id), NIK.format(number % SERIALS), mistypes=number == 1)
            self._screens = {session.record_id: Screen(self._kiosk, visitor, session.officer, attests=True)}
        return self._screens[session.record_id]

    def _person(self, record_id: str) -> Person:
        """One after another: whoever is under way comes after all who are closed."""
        if record_id not in self._people:
            closed = self._kiosk.closed_people()
            self._people = {record_id: population(self._seed, closed + 1)[closed]}
        return self._people[record_id]

    def _tell(self, session: Session | None) -> None:
        """What the screen acknowledged; hashes and a bundle's name, nothing of anybody."""
        blobs = tuple(capture.blob.sha256 for capture in session.captures) if session else ()
        for blob in blobs:
            if blob not in self._told:
                print("saved blob", blob, flush=True)
        for blob in self._told if session else ():
            if blob not in blobs:
                print("dropped blob", blob, flush=True)
        self._told = blobs
        if session and session.bundle and session.bundle != self._bundle:
            self._bundle = session.bundle
            words = ("closed", session.bundle, session.manifest) if session.manifest else ("voided", session.bundle)
            print(*words, flush=True)
