"""The kiosk put together: workers for each resource around the runner, and the doors that screens and tour use."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import hal
from hal import Box, Clock, Stop
from kiosk.core import desk as d
from kiosk.core import effects as f
from kiosk.core import events as e
from kiosk.core import handover as h
from kiosk.core.desk import Desk, DeskEffect, DeskEvent, InHandover, InSession
from kiosk.core.events import SessionEvent
from kiosk.core.measures import Measures
from kiosk.core.officer import attest
from kiosk.core.record import EYES, FINGERS, Endorsement, Origin, Position
from kiosk.core.retention import GRACE_DAYS
from kiosk.core.state import Session
from kiosk.exchange.jws import SigningKey
from kiosk.flow import day, drafts, ledger, papers, seal, translate
from kiosk.flow.capture import Capturer
from kiosk.flow.handover import Office, StickHandover
from kiosk.flow.identity import Identity
from kiosk.flow.measure import MeasureFailed, Measurer
from kiosk.flow.papers import Papers
from kiosk.flow.preview import Preview
from kiosk.flow.runner import Hands, Runner, code_of
from kiosk.flow.timer import OneTimer
from kiosk.flow.tray import Held, Tray
from kiosk.flow.watch import Watch
from kiosk.flow.worker import Worker
from kiosk.imaging.requests import Compare, MeasureFace, MeasureFinger, MeasureIris, ReadQr
from kiosk.store import Store, StoreError

CARD_TIMEOUT_S = 20.0


@dataclass(frozen=True)
class Setup:
    """What a composition root decides: where data and papers live, who the board is, how receipts age, what screens
    and the log are told. `open_store` is called on the store's own thread."""

    open_store: Callable[[], Store]
    papers_folder: Path
    board: str
    show: Callable[[Desk], None]
    unforeseen: Callable[[str, Exception], None]
    grace_days: int = GRACE_DAYS
    ink_provenance: str = "simulated"


class Kiosk:
    """One box at work."""

    def __init__(self, box: Box, clock: Clock, setup: Setup) -> None:
        self._box, self._clock, self._setup = box, clock, setup
        self.preview, self._tray, self._measurer = Preview(), Tray(), Measurer()
        self._store_worker = self._worker("store")
        self._store = self._store_worker.ask(setup.open_store)
        self.identity = self._store_worker.ask(self._identify)
        self._measuring, self._stick = self._worker("measuring"), self._worker("handover")
        self._ports = {port: self._worker(port) for port in sorted(translate.CAPTURE_PORTS)}
        self._capturer = Capturer(box, clock, self._tray, self.preview, self._glance)
        self._handover = StickHandover(box, self._store_worker, self._store, self._office())
        self._stop_capture = Stop()
        desk = Desk(training=self.identity.papers.training)
        hands = Hands(self._save, self._carry_out, setup.show, lambda error: setup.unforeseen("flow", error))
        self._runner = Runner(desk, hands, clock)
        self._timer = OneTimer(clock, lambda ticket: self.touch(e.TimeOver(ticket)))
        self._watch = Watch(box, clock, self._store.room, self._runner.post)
        self._store_worker.post(self._take_up_after_crash)

    # Doors

    @property
    def desk(self) -> Desk:
        """The state as last shown."""
        return self._runner.desk

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
            boot=identity.boot,
        )
        self._runner.post(d.Started(session))

    def draw(self, ink: bytes, kind: Endorsement, width: int, height: int) -> None:
        """A signature or a mark: the strokes as JSON."""
        origin = Origin("touchscreen", translate.Provenance(self._setup.ink_provenance), width=width, height=height)
        self.touch(e.Inked(self._tray.put(Held(ink=ink)), kind, origin))

    def attest(self) -> None:
        """The day's officer saw the person of the open session and the family card."""
        since = self._clock.monotonic() - self.identity.boot_s
        self.touch(e.Attested(attest(self.desk.officer or "", self.identity.boot, since)))

    def attest_later(self, manifest_hash: str) -> None:
        """The same for a closed person of this day."""
        officer = self.desk.officer or ""

        def signed() -> None:
            seal.close_attestation(manifest_hash, officer, self._store, self.identity, self._clock)
            self._runner.post(d.AttestedLater(manifest_hash))

        self._store_worker.post(signed)

    def take_up(self, record_id: str) -> None:
        """The officer lets a parked person go on."""
        self._store_worker.post(lambda: self._take_up(record_id))

    def hand_over(self) -> None:
        """The officer touched "serahkan"."""
        self._runner.post(InHandover(h.HandoverWanted(secrets.token_hex(8))))

    def read_card(self, stop: Stop) -> str | None:
        """The text of a QR card that is held before the camera; None when none came in time."""
        return self._ports["camera"].ask(lambda: self._find_card(stop))

    def open_day(self, card: str, pin: str) -> None:
        """Open the working day. StoreLocked where card and PIN are not an officer's."""
        opened = self._store_worker.ask(lambda: self._open_day(card, pin))
        self._runner.post(opened)

    def close(self) -> None:
        """End every thread and process; what is durable stays."""
        self._stop_capture.set()
        self._watch.close()
        self._timer.close()
        self._runner.close()
        for worker in (*self._ports.values(), self._measuring, self._stick):
            worker.close()
        self._store_worker.ask(self._store.close)
        self._store_worker.close()
        self._tray.forget(None)
        self._measurer.close()

    # Identity and day

    def _worker(self, name: str) -> Worker:
        return Worker(name, self._clock, self._setup.unforeseen)

    def _identify(self) -> Identity:
        boot = self._store.start_boot()
        incarnation = self._store.incarnation_for(self._setup.board)
        key = SigningKey.from_bytes(self._store.incarnations.signing_key())
        papers.note_public_key(self._setup.papers_folder, incarnation.incarnation, key.public)
        read = papers.read_papers(self._setup.papers_folder, incarnation.incarnation)
        return Identity(read, incarnation.incarnation, key, self._setup.board, boot, self._clock.monotonic())

    def _begin_incarnation(self) -> None:
        """A receipt knew more than this card: it was restored or cloned, so numbers start anew under a new key."""
        begun = self._store.begin_incarnation(self._setup.board)
        key = SigningKey.from_bytes(self._store.incarnations.signing_key())
        papers.note_public_key(self._setup.papers_folder, begun.incarnation, key.public)
        read = papers.read_papers(self._setup.papers_folder, begun.incarnation)
        self.identity = replace(self.identity, papers=read, incarnation=begun.incarnation, key=key)
        self._commission()

    def _commission(self) -> None:
        rows = self._store.bundles.rows()
        if not any(r.incarnation == self.identity.incarnation for r in rows):
            seal.commission(secrets.token_hex(16), self._store, self.identity, self._clock)

    def _office(self) -> Office:
        def adopt(newer: Papers) -> None:
            self.identity = replace(self.identity, papers=newer)

        return Office(
            lambda: self.identity,
            adopt,
            self._begin_incarnation,
            self._setup.papers_folder,
            self._setup.grace_days,
        )

    def _open_day(self, card: str, pin: str) -> d.DayOpened:
        opened = day.open_day(self._store, self.identity, day.read_card(card), pin)
        self._commission()
        return opened

    def _take_up_after_crash(self) -> None:
        """The keyring held the working key over a restart: the day goes on, and whoever stood there with it."""
        if not (self._store.vault.is_open and self._store.days.is_open):
            return
        opened = day.opened(self._store, self._store.days.officer)
        self._runner.post(opened)
        for head in opened.waiting:
            session = drafts.load(self._store.drafts.load(head.record_id))
            if session.parked is None:
                self._runner.post(d.TakenUp(session, self.identity.boot, opened.officer))
                return

    def _take_up(self, record_id: str) -> None:
        session = drafts.load(self._store.drafts.load(record_id))
        self._runner.post(d.TakenUp(session, self.identity.boot, self.desk.officer or ""))

    def _find_card(self, stop: Stop) -> str | None:
        ask = hal.Ask((hal.Position.PORTRAIT,), timeout_s=CARD_TIMEOUT_S)
        try:
            for frame in self._box.lend("camera").look(ask, stop):
                if isinstance(frame, hal.Frame):
                    text = self._measurer.request(ReadQr(frame.pixels))
                    if isinstance(text, str):
                        return text
        except (hal.HalError, MeasureFailed):
            return None
        return None

    # The runner's hands

    def _save(self, session: Session, event: DeskEvent) -> None:
        blobs = tuple(c.blob for c in session.captures)
        state = drafts.dump(session)

        def saving() -> None:
            self._store.drafts.save(session.record_id, session.step.value, state, blobs)
            ledger.note(self._store.audit, session, event)

        self._store_worker.ask(saving)

    def _carry_out(self, effect: DeskEffect) -> None:
        match effect:
            case f.Capture():
                self._capture(effect)
            case f.StopCapture():
                self._stop_capture.set()
            case f.Judge():
                self._measuring.post(lambda: self._judge(effect))
            case f.Compare():
                self._measuring.post(lambda: self._compare(effect))
            case f.Seal():
                self._measuring.post(lambda: self._seal(effect))
            case f.Forget(captures):
                self._tray.forget(captures)
            case f.Timer():
                self._timer.start(effect)
            case h.TakeIncoming() | h.WriteBundles() | h.Prove() | h.Release():
                self._stick.post(lambda: self._runner.post(InHandover(self._handover.carry_out(effect))))
            case d.Halt():
                self._setup.show(self.desk)
            case _:
                self._store_worker.post(lambda: self._keep(effect))

    def _keep(self, effect: DeskEffect) -> None:
        """Effects that only the store carries out."""
        match effect:
            case f.LookUp():
                self._look_up(effect)
            case f.Close(ticket):
                self._numbered(ticket, lambda: seal.close_person(effect, self._store, self.identity, self._clock))
            case f.Void(ticket):
                self._numbered(ticket, lambda: seal.close_void(effect, self._store, self.identity, self._clock))
            case f.Discard(record_id):
                self._store.drafts.discard(record_id)
            case d.LockDay():
                self._store.close_day()
            case _:
                raise TypeError(type(effect).__name__)

    def _capture(self, effect: f.Capture) -> None:
        self._stop_capture = stop = Stop()
        port = translate.PORT_OF[effect.positions[0]]
        self._ports[port].post(lambda: self._capturer.attempt(effect, stop, self.touch))

    def _glance(self, position: Position, frame: hal.Frame) -> Measures | None:
        """The cheap measure of a stream's frame; None where nothing of its kind is measured."""
        if position in EYES:
            return self._measures(MeasureIris(frame.pixels))
        return self._measures(MeasureFace(frame.pixels)) if position is Position.PORTRAIT else None

    def _measures(self, request: MeasureIris | MeasureFace) -> Measures:
        answer = self._measuring.ask(lambda: self._measurer.request(request))
        if isinstance(answer, Measures):
            return answer
        raise MeasureFailed(type(answer).__name__)

    def _judge(self, effect: f.Judge) -> None:
        held = self._tray.get(effect.capture)
        measures: Measures | None = None
        try:
            if held is not None and held.pixels is not None:
                measures = self._measured(effect.position, held)
        except MeasureFailed as error:
            self._setup.unforeseen("measuring", error)
        self.touch(e.Judged(effect.ticket, measures))

    def _measured(self, position: Position, held: Held) -> Measures | None:
        pixels = held.pixels
        if pixels is None:
            return None
        if position in FINGERS or position is Position.THUMB_PRINT:
            answer = self._measurer.request(MeasureFinger(pixels, held.ppi or 0))
            if isinstance(answer, tuple):
                measures, held.template = answer
                return measures
            return None
        answer = self._measurer.request(MeasureIris(pixels) if position in EYES else MeasureFace(pixels))
        return answer if isinstance(answer, Measures) else None

    def _compare(self, effect: f.Compare) -> None:
        """A template that is not there scores 0: it can be like no other."""
        held = self._tray.get(effect.capture)
        references = [(r.template if (r := self._tray.get(c)) else None) or b"" for c in effect.against]
        scores: object = ()
        try:
            if held is not None and held.template is not None:
                scores = self._measurer.request(Compare(held.template, tuple(references)))
        except MeasureFailed as error:
            self._setup.unforeseen("measuring", error)
        told = scores if isinstance(scores, tuple) and scores else (0,) * len(references)
        self.touch(e.Compared(effect.ticket, told))

    def _seal(self, effect: f.Seal) -> None:
        held = self._tray.get(effect.capture)
        session = self.desk.session
        if held is None or session is None:
            return
        try:
            sealed = seal.sealed_capture(effect, held, self._measurer, self.identity)
            blob = self._store_worker.ask(lambda: self._store.drafts.keep(session.record_id, sealed))
        except StoreError as error:
            self.touch(e.SealFailed(effect.ticket, code_of(error)))
        except MeasureFailed:
            self.touch(e.SealFailed(effect.ticket, "encode"))
        else:
            self._tray.keep_template(effect.capture)
            self.touch(e.Sealed(effect.ticket, blob))

    def _look_up(self, effect: f.LookUp) -> None:
        listed = self._store.roster.find(effect.nik)
        earlier = self._store.bundles.earlier(effect.nik)
        wall = self._clock.wall()
        self.touch(
            e.LookedUp(
                effect.ticket,
                listed.resident if listed else None,
                listed.status if listed else None,
                tuple(x.record_id for x in earlier),
                tuple(x.day for x in earlier),
                wall.utc.date().isoformat(),
                wall.confident,
            )
        )

    def _numbered(self, ticket: str, closing: Callable[[], object]) -> None:
        try:
            row = closing()
        except StoreError as error:
            self.touch(e.CloseFailed(ticket, code_of(error)))
            return
        name, manifest = getattr(row, "name", ""), getattr(row, "manifest_hash", "")
        voided = getattr(row, "kind", None) == "void"
        self.touch(e.Voided(ticket, name) if voided else e.Closed(ticket, name, manifest))
