"""A box that goes from wherever it stands to the end of its day: opened, one person, handed over, receipted, purged.

Run as a program it waits for jobs, a JSON line each, and forks a child for every one, so that a kill costs no imports.
The child writes a line to `acks` whenever a screen would say that something is so; what it said must stay so.
"""

import ctypes
import json
import os
import pickle
import shutil
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from flow_box import SHOWN, FlowBox, moved
from one_thread import OneThreadClock

from kiosk.commands.training import TrainingBox
from kiosk.core.desk import Desk, step
from kiosk.core.handover import Stage
from kiosk.core.record import Position
from kiosk.core.session import IllegalEvent
from kiosk.core.state import Session
from kiosk.exchange import stick as sticks
from kiosk.flow.handover import StickHandover
from kiosk.flow.runner import Runner
from kiosk.store import BundleKind, BundleState, InMemoryKeyring

ACKS, TRAINING = "acks", "training.pickle"
PARTS = (*SHOWN, Position.HANDS)
ROUNDS = 2  # the handover after a kill, and one for what it left


class TellingBox(FlowBox):
    """Writes down what its screens say, and may be told to die when they say it."""

    def __init__(self, place: Path, training: TrainingBox, dies: list[str] | None) -> None:
        self._acks = os.open(place / ACKS, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._dies, self._told = dies, set[str]()
        super().__init__(place, training, keyring=InMemoryKeyring(), clock=OneThreadClock())

    def tell(self, *words: object) -> None:
        """Said once to whoever stands at the box."""
        line = " ".join(map(str, words))
        if line not in self._told:
            self._told.add(line)
            os.write(self._acks, f"{line}\n".encode())

    def _show(self, desk: Desk) -> None:
        if (session := desk.session) is not None:
            self._tell_of(session)
        self._shown.put(desk)
        if desk.handover.stage is Stage.DONE:
            for row in self.rows(BundleState.EXPORTED):
                self.tell("exported", row.name, row.manifest_hash)

    def _tell_of(self, session: Session) -> None:
        for capture in session.captures:
            self.tell("saved", session.record_id, capture.blob.sha256)
        if session.bundle:
            self.tell("closed", session.bundle, session.manifest)
        place = [session.step.value, session.phase.value, session.help.value if session.help else ""]
        self.tell("at", *place)
        if place == self._dies:
            os.kill(os.getpid(), signal.SIGKILL)


def work(job: dict[str, Any]) -> None:
    """Everything that is left of the day."""
    place = Path(job["place"])
    BROKEN[job["broken"]]()
    training = moved(pickle.loads((place / TRAINING).read_bytes()), place)
    box = TellingBox(place, training, job["dies"])
    waiting = box.open_day().waiting
    if box.kiosk.identity.papers.certificate is None or not box.in_store(box.store.roster.count):
        box.hand_over()
        _at_the_office(box, certify=True)
        box.hand_over()
    for one in waiting:
        box.tell("waiting", one.record_id, one.step.value)
        _resume(box, one.record_id)
    if not any(row.kind is BundleKind.PERSON for row in box.rows()):
        box.start()
        box.serve(box.person(shown=PARTS))
    for _ in range(ROUNDS):
        if all(row.state is BundleState.PURGED for row in box.rows()):
            break
        box.hand_over()
        _at_the_office(box, certify=False)
        box.hand_over()
    assert all(row.state is BundleState.PURGED for row in box.rows())
    box.tell("end")
    box.close()


def _resume(box: TellingBox, record_id: str) -> None:
    person = box.person(shown=PARTS)
    session = box.take_up(record_id)
    check = f"{session.check.result}:{session.check.why}" if session.check else ""
    box.tell("resumed", session.record_id, session.step.value, len(session.captures), session.help or "-", check)
    box.serve(person)


def _at_the_office(box: TellingBox, certify: bool) -> None:
    """In a process of its own, which nobody kills."""
    child = os.fork()
    if child == 0:
        try:
            if certify and sticks.requests(box.stick):
                box.certify()
            box.take_in()
            os._exit(0)
        finally:
            os._exit(1)
    if os.waitpid(child, 0)[1]:
        raise RuntimeError("the office failed")


# Builds that are broken on purpose


def _sound() -> None:
    pass


def _without_fsync() -> None:
    os.fsync = lambda fd: None  # type: ignore[assignment]


def _purging_without_receipt() -> None:
    prove = StickHandover._prove

    def proven(self: StickHandover, effect: Any) -> Any:
        event = prove(self, effect)
        for row in self._worker.ask(lambda: self._store.bundles.rows(BundleState.EXPORTED)):
            shutil.rmtree(self._store.bundles.directory(row.name))
        return event

    StickHandover._prove = proven  # type: ignore[method-assign]


def _showing_first() -> None:
    one = Runner._one

    def shown_first(self: Runner, event: Any) -> None:
        with suppress(IllegalEvent):
            self._hands.show(step(self._desk, event)[0])
        one(self, event)

    Runner._one = shown_first  # type: ignore[method-assign]


BROKEN: dict[str, Callable[[], None]] = {
    "": _sound,
    "no-fsync": _without_fsync,
    "purge-without-receipt": _purging_without_receipt,
    "show-first": _showing_first,
}


def let_be_traced() -> None:
    """By anybody of this user, also where Yama lets only parents trace (PR_SET_PTRACER, PR_SET_PTRACER_ANY)."""
    ctypes.CDLL(None).prctl(0x59616D61, ctypes.c_ulong(-1))


def serve_jobs() -> None:
    """Fork for every line; say the child's pid, let it go at the next line, say how it ended."""
    for line in sys.stdin:
        ready, go = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(go)
            let_be_traced()
            os.read(ready, 1)
            status = 1
            try:
                work(json.loads(line))
                status = 0
            finally:
                sys.stderr.flush()
                os._exit(status)
        os.close(ready)
        print(child, flush=True)
        sys.stdin.readline()
        os.write(go, b"!")
        os.close(go)
        print(os.waitpid(child, 0)[1], flush=True)


if __name__ == "__main__":
    serve_jobs()
