"""Carries effects out: each goes to the worker of its resource, and its outcome comes back as one event."""

from collections.abc import Callable
from contextlib import suppress

from hal import Clock, Frame, Stop
from kiosk.core import desk as d
from kiosk.core import effects as f
from kiosk.core import events as e
from kiosk.core import handover as h
from kiosk.core import update as u
from kiosk.core.desk import Desk, DeskEffect, InHandover, InSession, InUpdate
from kiosk.core.events import SessionEvent
from kiosk.core.record import Position
from kiosk.core.region import Zone, local_date
from kiosk.flow import seal, translate
from kiosk.flow.capture import Capturer
from kiosk.flow.faces import Faces
from kiosk.flow.handover import StickHandover
from kiosk.flow.identity import Identity
from kiosk.flow.judging import Judging
from kiosk.flow.runner import code_of
from kiosk.flow.timer import OneTimer
from kiosk.flow.tray import Tray
from kiosk.flow.update import StickUpdate
from kiosk.flow.worker import Worker
from kiosk.imaging.measurer import MeasureFailed, Measurer
from kiosk.store import BundleKind, BundleRow, Store, StoreError

CAMERA = translate.PORT_OF[Position.PORTRAIT]


class Carrier:
    """Where each effect goes. `desk`, `identity` and `post` reach the runner's present state, `await_device` the
    watch."""

    def __init__(
        self,
        clock: Clock,
        store: Store,
        workers: dict[str, Worker],
        tray: Tray,
        faces: Faces,
        measurer: Measurer,
        capturer: Capturer,
        handover: StickHandover,
        update: StickUpdate,
        timer: OneTimer,
        desk: Callable[[], Desk],
        identity: Callable[[], Identity],
        post: Callable[[d.DeskEvent], None],
        await_device: Callable[[str], None],
        zone: Zone,
    ) -> None:
        self._clock, self._store, self._workers, self._tray, self._measurer = clock, store, workers, tray, measurer
        self._faces, self._capturer, self._handover, self._timer = faces, capturer, handover, timer
        self._update = update
        self._desk, self._identity, self._post, self._await_device = desk, identity, post, await_device
        self._zone = zone
        self._judging = Judging(tray, measurer)
        self._stop_capture, self._stop_glimpse = Stop(), Stop()

    def carry_out(self, effect: DeskEffect) -> None:
        """Returns at once."""
        match effect:
            case f.Capture() | f.StopCapture() | f.AwaitDevice() | f.Glimpse():
                self._use_device(effect)
            case f.Judge() | f.JudgeSlap() | f.Compare() | f.CompareEyes() | f.Seal():
                self._workers["measuring"].post(lambda: self._measure(effect), self._stumbled)
            case f.Forget(captures):
                self._tray.forget(captures)
            case f.Timer():
                self._timer.start(effect)
            case h.TakeIncoming() | h.WriteBundles() | h.Prove() | h.Release():
                failed = h.HandoverFailed(effect.ticket, h.Trouble.UNREADABLE)
                self._workers["handover"].post(
                    lambda: self._post(InHandover(self._handover.carry_out(effect))),
                    lambda: self._post(InHandover(failed)),
                )
            case u.LookForUpdate() | u.FetchUpdate() | u.InstallUpdate() | u.RestartIntoTrial():
                self._workers["handover"].post(
                    lambda: self._update.carry_out(effect),
                    lambda: self._post(InUpdate(u.UpdateRefused(effect.attempt, u.Refusal.ABSENT))),
                )
            case d.Halt():
                pass  # the desk says so; the composition root ends the program
            case _:
                self._workers["store"].post(lambda: self._keep(effect), self._stumbled)

    def _use_device(self, effect: f.Capture | f.StopCapture | f.AwaitDevice | f.Glimpse) -> None:
        match effect:
            case f.Capture():
                self._capture(effect)
            case f.StopCapture():
                self.stop_capture()
            case f.AwaitDevice(port):
                self._await_device(port)
            case f.Glimpse():
                self._glimpse(effect)

    def _measure(self, effect: f.Judge | f.JudgeSlap | f.Compare | f.CompareEyes | f.Seal) -> None:
        """On the measuring worker."""
        match effect:
            case f.Judge():
                self._judge(effect)
            case f.JudgeSlap():
                self._judge_slap(effect)
            case f.Compare():
                self._answer(self._judging.compare(effect))
            case f.CompareEyes():
                self._answer(self._judging.compare_eyes(effect))
            case f.Seal():
                self._seal(effect)

    def stop_capture(self) -> None:
        """Nobody waits for the running capture, nor for a look in passing."""
        self._stop_capture.set()
        self._stop_glimpse.set()

    def _answer(self, event: SessionEvent) -> None:
        self._post(InSession(event))

    def _stumbled(self) -> None:
        self._answer(e.Stumbled())

    def _capture(self, effect: f.Capture) -> None:
        self._stop_capture.set()
        self._stop_capture = stop = Stop()
        port = translate.PORT_OF[effect.positions[0]]
        if port == CAMERA:
            self._stop_glimpse.set()
        self._workers[port].post(lambda: self._capturer.attempt(effect, stop, self._answer), self._stumbled)

    def _glimpse(self, effect: f.Glimpse) -> None:
        """On the camera's worker, which is idle at such steps; whatever goes wrong is no matter."""
        self._stop_glimpse = stop = Stop()

        def looked() -> None:
            frame = self._capturer.glimpse(stop)
            if frame is not None:
                self._workers["measuring"].post(lambda: self._seen(effect, frame))

        self._workers[CAMERA].post(looked)

    def _seen(self, effect: f.Glimpse, frame: Frame) -> None:
        seen = self._judging.glimpse(effect, frame)
        if seen is not None:
            self._answer(seen)

    def _judge(self, effect: f.Judge) -> None:
        judged = self._judging.judge(effect)
        if judged.measures is not None:
            self._seal_ahead(effect.capture)
        self._answer(judged)

    def _judge_slap(self, effect: f.JudgeSlap) -> None:
        judged = self._judging.judge_slap(effect)
        for piece in judged.pieces:
            self._seal_ahead(piece.capture)
        self._answer(judged)

    def _seal_ahead(self, capture: str) -> None:
        held = self._tray.get(capture)
        if held is not None:
            with suppress(MeasureFailed):  # said again, and then heard, when it is accepted
                seal.sealed_capture(held, self._measurer, self._identity())

    def _seal(self, effect: f.Seal) -> None:
        """Encode, seal, write: the row comes with the state that knows of it."""
        held, session = self._tray.get(effect.capture), self._desk().session
        if held is None or session is None:
            return  # parked meanwhile: nobody waits for it
        try:
            sealed = seal.sealed_capture(held, self._measurer, self._identity())
            blob = self._workers["store"].ask(lambda: self._store.drafts.keep(session.record_id, sealed))
        except (StoreError, MeasureFailed) as error:
            code = code_of(error) if isinstance(error, StoreError) else "encoder"
            self._answer(e.SealFailed(effect.ticket, code))
        else:
            if effect.position is Position.PORTRAIT and held.pixels is not None:
                self._faces.keep(session.record_id, held.pixels)
            self._tray.keep_template(effect.capture)
            self._answer(e.Sealed(effect.ticket, blob))

    def _keep(self, effect: DeskEffect) -> None:
        """What only the store's worker does."""
        match effect:
            case f.LookUp():
                self._answer(self._looked_up(effect))
            case f.Close(ticket, recording):
                row = self._number(
                    ticket, lambda: seal.close_person(effect, self._store, self._identity(), self._clock)
                )
                waits = row is not None and recording.attestation is None
                self._faces.close(recording.record_id, row.manifest_hash if row and waits else None)
            case f.Void(ticket, record_id):
                self._number(ticket, lambda: seal.close_void(effect, self._store, self._identity(), self._clock))
                self._faces.close(record_id, None)
            case f.Discard(record_id):
                self._store.drafts.discard(record_id)
            case d.LockDay():
                self._faces.forget()
                self._store.close_day()
            case _:
                raise TypeError(type(effect).__name__)

    def _looked_up(self, effect: f.LookUp) -> e.LookedUp:
        listed, earlier = self._store.roster.find(effect.nik), self._store.bundles.earlier(effect.nik)
        wall = self._clock.wall()
        return e.LookedUp(
            effect.ticket,
            listed.resident if listed else None,
            listed.status if listed else None,
            tuple(x.record_id for x in earlier),
            tuple(x.day for x in earlier),
            local_date(wall.utc, self._zone).isoformat(),
            wall.confident,
        )

    def _number(self, ticket: str, close: Callable[[], BundleRow]) -> BundleRow | None:
        """The numbered bundle; None where it could not be closed, which is answered too."""
        try:
            row = close()
        except StoreError as error:
            self._answer(e.CloseFailed(ticket, code_of(error)))
            return None
        voided = row.kind is BundleKind.VOID
        self._answer(e.Voided(ticket, row.name) if voided else e.Closed(ticket, row.name, row.manifest_hash))
        return row
