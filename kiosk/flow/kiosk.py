"""The kiosk put together: a worker for each resource around the runner, and the doors that screens and tour use."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import hal
from hal import Box, Clock, Stop
from kiosk.core import desk as d
from kiosk.core import events as e
from kiosk.core import handover as h
from kiosk.core.desk import Desk, DeskEvent, InHandover, InSession
from kiosk.core.events import SessionEvent
from kiosk.core.ink import judge_json
from kiosk.core.measures import Measures, RestMeasures
from kiosk.core.officer import attest
from kiosk.core.record import Endorsement, Origin, Position, Provenance
from kiosk.core.region import Zone
from kiosk.core.retention import GRACE_DAYS
from kiosk.core.state import Session
from kiosk.exchange import jws
from kiosk.exchange.certificate import short_code
from kiosk.flow import day, drafts, incarnation, ledger, seal, translate
from kiosk.flow.capture import Capturer
from kiosk.flow.carrier import Carrier
from kiosk.flow.faces import Faces
from kiosk.flow.handover import Office, StickHandover
from kiosk.flow.identity import Identity
from kiosk.flow.judging import Judging
from kiosk.flow.papers import Papers
from kiosk.flow.preview import Preview
from kiosk.flow.runner import Hands, Runner
from kiosk.flow.timer import OneTimer
from kiosk.flow.tray import Held, Tray
from kiosk.flow.update import StickUpdate
from kiosk.flow.watch import Watch
from kiosk.flow.worker import Worker
from kiosk.imaging.measurer import MeasureFailed, Measurer
from kiosk.imaging.requests import Prepare, ReadQr
from kiosk.store import BundleKind, BundleRow, Store, StoreDamaged

CARD_TIMEOUT_S = 20.0
RESOURCES = ("store", "measuring", "handover", *sorted(translate.CAPTURE_PORTS))


@dataclass(frozen=True)
class Setup:
    """What a composition root decides: where data and papers live, which board this is, how long receipted blobs stay,
    whose ink it is, whose time it keeps, how many times the usual deadline a measurement may take, and who is told of
    each new state and of what nobody foresaw. `open_store` is called on the store's own thread."""

    open_store: Callable[[], Store]
    papers_folder: Path
    board: str
    show: Callable[[Desk], None]
    unforeseen: Callable[[str, Exception], None]
    ink: Provenance
    grace_days: int = GRACE_DAYS
    zone: Zone = Zone.WIB
    patience: int = 1


class WorkerGlances:
    """Glances at a stream, on the measuring worker's thread."""

    def __init__(self, worker: Worker, judging: Judging) -> None:
        self._worker, self._judging = worker, judging

    def frame(self, position: Position, frame: hal.Frame) -> Measures | None:
        """See Judging."""
        return self._worker.ask(lambda: self._judging.frame(position, frame))

    def rest(self, position: Position, frame: hal.Frame) -> RestMeasures | None:
        """See Judging."""
        return self._worker.ask(lambda: self._judging.rest(position, frame))


class Kiosk:
    """One box at work. Raises BundleError or StoreError where it cannot start."""

    def __init__(self, box: Box, clock: Clock, setup: Setup) -> None:
        self._box, self._clock, self._setup = box, clock, setup
        self.preview, self._tray, self._faces = Preview(), Tray(), Faces()
        self._measurer = Measurer(patience=setup.patience)
        self._workers = {name: Worker(name, clock, self._unforeseen) for name in RESOURCES}
        self._ask_store = self._workers["store"].ask
        self._store, self.identity = self._opened()
        self._timer = OneTimer(clock, lambda ticket: self.touch(e.TimeOver(ticket)))
        self._update = StickUpdate(box, clock, lambda event: self._runner.post(event))
        self._carrier = self._make_carrier()
        desk = Desk(training=self.identity.papers.training)
        hands = Hands(self._save, self._carrier.carry_out, setup.show, lambda error: self._unforeseen("flow", error))
        self._runner = Runner(desk, hands, clock)
        self._watch = Watch(box, clock, self._store.room, self._runner.post)
        self._workers["store"].post(self._take_up_after_restart)
        self._workers["measuring"].post(self._warm_up)

    def _opened(self) -> tuple[Store, Identity]:
        """The store and who this box is; where one of them cannot be had, every thread ends and the store is shut."""
        store: Store | None = None
        try:
            store = self._ask_store(self._setup.open_store)
            found = partial(incarnation.identify, store, self._setup.papers_folder, self._setup.board, self._clock)
            return store, self._ask_store(found)
        except BaseException:
            if store is not None:
                self._ask_store(store.close)
            for worker in self._workers.values():
                worker.close()
            raise

    def _make_carrier(self) -> Carrier:
        glances = WorkerGlances(self._workers["measuring"], Judging(self._tray, self._measurer))
        return Carrier(
            self._clock,
            self._store,
            self._workers,
            self._tray,
            self._faces,
            self._measurer,
            Capturer(self._box, self._clock, self._tray, self.preview, glances),
            StickHandover(self._box, self._workers["store"], self._store, self._office()),
            self._update,
            self._timer,
            lambda: self.desk,
            lambda: self.identity,
            lambda event: self._runner.post(event),
            lambda port: self._watch.tell_again(port),
            self._setup.zone,
        )

    def loops(self) -> dict[str, Callable[[Callable[[], None]], None]]:
        """What has to turn for the box to live: each is handed an answer to give from its own thread."""
        return {"flow": self._runner.when_reached, "store": self._workers["store"].post}

    # What screens read

    @property
    def desk(self) -> Desk:
        """The state as last shown."""
        return self._runner.desk

    def face(self, manifest_hash: str) -> NDArray[np.uint8] | None:
        """A small picture of somebody closed today whom nobody has vouched for; None after a restart."""
        return self._faces.read(manifest_hash)

    def closed_people(self) -> int:
        """How many people this box has ever closed. Blocks for a moment."""
        return self._ask_store(lambda: sum(row.kind is BundleKind.PERSON for row in self._store.bundles.rows()))

    def code_for_office(self) -> str | None:
        """The short code that the clerk compares; None once this incarnation is certified, or before the first day."""
        if self.identity.papers.certificate is not None or self._ask_store(lambda: self._store.vault.generation) == 0:
            return None
        request = self._ask_store(lambda: seal.certificate_request(self._store, self.identity))
        return short_code(jws.payload_hash(request))

    # What hands do

    def touch(self, event: SessionEvent) -> None:
        """A hand on the screen, or an officer's act inside the session."""
        self._runner.post(InSession(event))

    def post(self, event: DeskEvent) -> None:
        """An act at the desk itself."""
        self._runner.post(event)

    def start(self) -> None:
        """Somebody touched the start."""
        identity, config = self.identity, self.identity.papers.config
        session = Session(
            record_id=secrets.token_hex(16),
            box=identity.box,
            incarnation=identity.incarnation,
            place=config.place,
            officer=self.desk.officer or "",
            started=identity.now(self._clock),
            order=config.order,
            below_grade=config.below_grade,
            boot=identity.boot,
        )
        self._runner.post(d.Started(session))

    def draw(self, ink: bytes, kind: Endorsement, width: int, height: int) -> None:
        """A signature or a mark: the strokes as JSON (docs/formats.md 4)."""
        origin = Origin("touchscreen", self._setup.ink, width=width, height=height)
        self.touch(e.Inked(self._tray.put(Held(ink=ink)), kind, origin, judge_json(ink, kind)))

    def attest(self) -> None:
        """The day's officer saw the person of the open session and the family card."""
        since_boot_s = self._clock.monotonic() - self.identity.boot_s
        self.touch(e.Attested(attest(self.desk.officer or "", self.identity.boot, since_boot_s)))

    def attest_later(self, manifest_hash: str) -> None:
        """The same for a closed person of this day."""
        officer = self.desk.officer or ""

        def signed() -> None:
            if any(row.manifest_hash == manifest_hash for row in self._store.bundles.unattested()):  # a second touch
                seal.close_attestation(manifest_hash, officer, self._store, self.identity, self._clock)
            self._faces.forget(manifest_hash)
            self._runner.post(d.AttestedLater(manifest_hash))

        self._workers["store"].post(signed)

    def take_up(self, record_id: str) -> None:
        """The officer lets a parked person go on."""

        def loaded() -> None:
            session = drafts.load(self._store.drafts.load(record_id))
            self._runner.post(d.TakenUp(session, self.identity.boot, self.desk.officer or ""))

        self._workers["store"].post(loaded)

    def hand_over(self) -> None:
        """The officer touched "serahkan"."""
        self._runner.post(InHandover(h.HandoverWanted(secrets.token_hex(8))))

    def read_card(self, stop: Stop) -> str | None:
        """The text of a QR card that is held before the camera; None when none came in time."""
        return self._workers["camera"].ask(lambda: self._find_card(stop))

    def open_day(self, card: str, pin: str) -> None:
        """Open the working day. StoreLocked where card and PIN are not an officer's."""

        def opened() -> d.DayOpened:
            event = day.open_day(self._store, self.identity, day.read_card(card), pin)
            seal.commission_once(self._store, self.identity, self._clock)
            return event

        self._runner.post(self._ask_store(opened))

    def close(self) -> None:
        """End every thread and process; what is durable stays."""
        self._carrier.stop_capture()
        self._update.close()
        self._watch.close()
        self._timer.close()
        self._runner.close()
        store = self._workers.pop("store")
        self._workers["measuring"].post(self._measurer.close)  # a process that starts in this moment ends too
        for worker in self._workers.values():
            worker.close()
        store.ask(self._store.close)
        store.close()
        self._tray.forget(None)
        self._faces.forget()
        self._measurer.close()

    # What happens inside

    def _office(self) -> Office:
        def adopt(newer: Papers) -> None:
            self.identity = replace(self.identity, papers=newer)

        def begin_after(old: str) -> None:
            try:
                if self.identity.incarnation == old:
                    self._store.begin_incarnation(self.identity.board)
            finally:
                self.identity = incarnation.present(self._store, self.identity)
            incarnation.found(self._store, self._setup.papers_folder, self.identity, self._clock)

        def amend(row: BundleRow, lost: tuple[str, ...]) -> BundleRow:
            return seal.close_amendment(row, lost, self._store, self.identity, self._clock)

        return Office(
            lambda: self.identity, adopt, begin_after, amend, self._setup.papers_folder, self._setup.grace_days
        )

    def _take_up_after_restart(self) -> None:
        """The keyring held the working key over a restart of the program: the day goes on, and with it whoever stood
        at the box."""
        if not (self._store.vault.is_open and self._store.days.is_open):
            return
        opened = day.opened(self._store, self._store.days.officer)
        self._runner.post(opened)
        for waiting in opened.waiting:
            session = drafts.load(self._store.drafts.load(waiting.record_id))
            if session.parked is None:
                self._runner.post(d.TakenUp(session, self.identity.boot, opened.officer))
                return

    def _unforeseen(self, where: str, error: Exception) -> None:
        """What nobody answers for: a damaged store stands on the idle screen besides."""
        if isinstance(error, StoreDamaged):
            self._runner.post(d.StoreBroke())
        self._setup.unforeseen(where, error)

    def _warm_up(self) -> None:
        """Models take a second to load: let that pass before the first person. What fails here fails again, and is
        heard, when somebody is measured."""
        with suppress(MeasureFailed):
            self._measurer.request(Prepare())

    def _find_card(self, stop: Stop) -> str | None:
        ask = hal.Ask((hal.Position.PORTRAIT,), timeout_s=CARD_TIMEOUT_S)
        try:
            for frame in self._box.lend("camera").look(ask, stop):
                if isinstance(frame, hal.Frame):
                    pixels = frame.pixels
                    text = self._workers["measuring"].ask(lambda pixels=pixels: self._measurer.request(ReadQr(pixels)))
                    if isinstance(text, str):
                        return text
        except (hal.HalError, MeasureFailed):
            return None
        return None

    def _save(self, session: Session, event: DeskEvent) -> None:
        blobs = tuple(c.blob for c in session.captures)
        state = drafts.dump(session)

        def saving() -> None:
            if self._store.bundles.of_record(session.record_id) is None:  # a closed one may wait for room to move only
                self._store.drafts.save(session.record_id, session.step.value, state, blobs)
            ledger.note(self._store.audit, session, event)

        self._ask_store(saving)
