"""From the desk's state to the page that is shown and what stands on it. Pure, exhaustive, without Kivy."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from kiosk.core.desk import Desk, Mode, Task
from kiosk.core.state import Session, Step
from kiosk.ui import officer_views as officer
from kiosk.ui import person_views as person
from kiosk.ui import update_views
from kiosk.ui.beside import NOTHING, Beside, Form
from kiosk.ui.models import CaptureModel, MessageModel, Model


class Name(StrEnum):
    """Every page there is."""

    LOCKED = "locked"
    ATTRACT = "attract"
    LANGUAGE = "language"
    NOTICE = "notice"
    NIK = "nik"
    BIODATA = "biodata"
    CAPTURE = "capture"
    ENDORSEMENT = "endorsement"
    REVIEW = "review"
    WORKING = "working"
    SLIP = "slip"
    LEAVE = "leave"
    HELP = "help"
    EXEMPTION = "exemption"
    CANCEL = "cancel"
    CORRECTION = "correction"
    NOTES = "notes"
    RETAKE = "retake"
    MENU = "menu"
    HANDOVER = "handover"
    ATTEST = "attest"
    UPDATE = "update"
    WAITING = "waiting"
    STOPPING = "stopping"


@dataclass(frozen=True)
class Shown:
    """A page and what stands on it."""

    name: Name
    model: Model


STEPS: dict[Step, tuple[Name, Callable[[Session], Model]]] = {
    Step.LANGUAGE: (Name.LANGUAGE, person.language),
    Step.NOTICE: (Name.NOTICE, person.notice),
    Step.NIK: (Name.NIK, person.nik),
    Step.BIODATA: (Name.BIODATA, person.biodata),
    Step.FACE: (Name.CAPTURE, person.capture),
    Step.IRISES: (Name.CAPTURE, person.capture),
    Step.FINGERS: (Name.CAPTURE, person.capture),
    Step.HANDS: (Name.CAPTURE, person.capture),
    Step.CHECK: (Name.CAPTURE, person.capture),
    Step.ENDORSEMENT: (Name.ENDORSEMENT, person.endorsement),
    Step.REVIEW: (Name.REVIEW, person.review),
    Step.CLOSING: (Name.WORKING, person.working),
    Step.SLIP: (Name.SLIP, person.slip),
    Step.VOIDING: (Name.WORKING, person.working),
    Step.GONE: (Name.WORKING, lambda session: MessageModel()),
}
TASKS: dict[Task, tuple[Name, Callable[[Desk, Beside], Model]]] = {
    Task.MENU: (Name.MENU, lambda desk, _: officer.menu(desk)),
    Task.HANDOVER: (Name.HANDOVER, lambda desk, beside: officer.handover(desk, beside.code)),
    Task.ATTEST: (Name.ATTEST, lambda desk, _: officer.attest(desk)),
    Task.UPDATE: (Name.UPDATE, lambda desk, _: update_views.update(desk)),
}
HELP_FORMS: dict[Form, tuple[Name, Callable[[Desk, Session], Model]]] = {
    Form.EXEMPTION: (Name.EXEMPTION, officer.exemption),
    Form.CANCEL: (Name.CANCEL, officer.cancel),
    Form.CORRECTION: (Name.CORRECTION, officer.correction),
    Form.NOTES: (Name.NOTES, lambda desk, session: officer.notes(session)),
    Form.LEAVE: (Name.LEAVE, lambda desk, session: person.leave(session)),
}

REVIEW_FORMS: dict[Form | None, tuple[Name, Callable[[Desk, Session], Model]]] = {
    Form.RETAKE: (Name.RETAKE, officer.retake),
    Form.NOTES: HELP_FORMS[Form.NOTES],
}


def navigate(desk: Desk, beside: Beside = NOTHING) -> Shown:
    """What is shown now. A form that does not belong to the desk's state is not shown."""
    return _MODES[desk.mode](desk, beside)


def place(desk: Desk) -> tuple[object, ...]:
    """Where the desk stands: an open form ends when this changes."""
    session = desk.session
    return desk.mode, desk.task, session and (session.record_id, session.help)


def _locked(desk: Desk, beside: Beside) -> Shown:
    return Shown(Name.LOCKED, officer.locked(desk, beside.unlock))


def _idle(desk: Desk, beside: Beside) -> Shown:
    return Shown(Name.ATTRACT, officer.attract(desk))


def _villager(desk: Desk, beside: Beside) -> Shown:
    session = desk.session
    if session is None:
        return _idle(desk, beside)
    if session.help is not None:
        if beside.form is not None and beside.form in HELP_FORMS:
            name, build = HELP_FORMS[beside.form]
            return Shown(name, build(desk, session))
        return Shown(Name.HELP, officer.helping(desk, session, session.help))
    if beside.form is Form.LEAVE:
        return Shown(Name.LEAVE, person.leave(session))
    if session.step is Step.REVIEW and beside.form in REVIEW_FORMS:
        name, build = REVIEW_FORMS[beside.form]
        return Shown(name, build(desk, session))
    name, view = STEPS[session.step]
    model = view(session)
    return Shown(Name.CAPTURE if isinstance(model, CaptureModel) else name, model)


def _officer(desk: Desk, beside: Beside) -> Shown:
    task = desk.task or Task.MENU
    if beside.form is Form.WAITING and task is Task.MENU:
        return Shown(Name.WAITING, officer.waiting(desk))
    name, view = TASKS[task]
    return Shown(name, view(desk, beside))


def _stopping(desk: Desk, beside: Beside) -> Shown:
    return Shown(Name.STOPPING, officer.stopping(desk))


_MODES: dict[Mode, Callable[[Desk, Beside], Shown]] = {
    Mode.LOCKED: _locked,
    Mode.IDLE: _idle,
    Mode.VILLAGER: _villager,
    Mode.OFFICER: _officer,
    Mode.STOPPING: _stopping,
}
