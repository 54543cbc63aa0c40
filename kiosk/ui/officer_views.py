"""From the desk to what an officer sees: help in a session, the menu, handover, lists. Pure, without Kivy."""

from kiosk.core import desk as d
from kiosk.core.desk import Desk
from kiosk.core.eligibility import Advice
from kiosk.core.events import Agreed, Exempted, OfficerCancels, OfficerContinues, ParkWanted, Retaken
from kiosk.core.handover import Stage, is_running
from kiosk.core.path import CAPTURE_STEPS
from kiosk.core.plan import PORT_AT
from kiosk.core.record import EYES, FINGERS, Lasting, Position, Reason, VoidReason
from kiosk.core.recording import ConsentBy
from kiosk.core.session import AFTER_CONSENT, OPEN
from kiosk.core.state import Help, Session, Step, exempt, owed, recorded
from kiosk.core.update import Stage as Updating
from kiosk.ui.acts import Attest, AttestLater, Open, TakeUp
from kiosk.ui.beside import Form, Unlock
from kiosk.ui.models import (
    AttractModel,
    Choice,
    ChoiceModel,
    CorrectionModel,
    ExemptionModel,
    HandoverModel,
    HelpModel,
    ListModel,
    LockedModel,
    MenuModel,
    MessageModel,
    Row,
)
from kiosk.ui.noticed import OFFICERS, noticed
from kiosk.ui.person_views import number, spoken
from kiosk.words import say

CANCEL_REASONS = tuple(reason for reason in VoidReason if reason is not VoidReason.WITHDRAWN)
VOUCHED = (ConsentBy.GUARDIAN, ConsentBy.SCHOOL)
CORRECTABLE = ("name", "birth", "sex", "place")
SET_ASIDE = (Help.DEVICE, Help.UNFIT)  # may last longer than a person can wait
BACK = d.TaskChosen(d.Task.MENU)


def locked(desk: Desk, unlock: Unlock) -> LockedModel:
    """The closed box, the card, the PIN."""
    titles = {Unlock.LOOKING: "looking", Unlock.PIN: "pin", Unlock.REFUSED: "pin", Unlock.CHECKING: "checking"}
    texts = {
        Unlock.LOOKING: "looking_how",
        Unlock.NOT_FOUND: "not_found",
        Unlock.REFUSED: "refused",
        Unlock.FAILED: "failed",
        Unlock.SHUT: "waiting" if desk.waiting else "nobody",
    }
    return LockedModel(
        OFFICERS,
        say(f"locked.{titles.get(unlock, 'title')}", OFFICERS),
        say(f"locked.{texts[unlock]}", OFFICERS) if unlock in texts else "",
        pad=unlock in (Unlock.PIN, Unlock.REFUSED),
        look=unlock in (Unlock.SHUT, Unlock.NOT_FOUND, Unlock.FAILED),
    )


def attract(desk: Desk) -> AttractModel:
    """The start, and what somebody should know before it."""
    found = [say(f"notices.{desk.notice}", OFFICERS)] if desk.notice else []
    if desk.update.stage is Updating.ROLLED_BACK:
        found.append(say("attract.rolled_back", OFFICERS, version=desk.update.version))
    if desk.facts.missing:
        found.append(say("attract.missing", OFFICERS, ports=_ports(desk)))
    if desk.waiting:
        found.append(say("attract.waiting", OFFICERS, count=len(desk.waiting)))
    return AttractModel(OFFICERS, tuple(found))


def _ports(desk: Desk) -> str:
    return ", ".join(say(f"port.{port}", OFFICERS) for port in desk.facts.missing)


def menu(desk: Desk) -> MenuModel:
    """What the officer can do between people, and how the box is."""
    choices = (
        Choice(say("menu.handover", OFFICERS), d.TaskChosen(d.Task.HANDOVER)),
        Choice(say("menu.attest", OFFICERS, count=len(desk.unattested)), d.TaskChosen(d.Task.ATTEST)),
        Choice(say("menu.waiting", OFFICERS, count=len(desk.waiting)), Open(Form.WAITING)),
        *_update(desk),
        Choice(say("menu.leave", OFFICERS), d.OfficerLeft(), "main"),
        Choice(say("menu.close", OFFICERS), d.DayClosed(), "plain"),
        Choice(say("menu.stop", OFFICERS), d.StopWanted(), "plain"),
    )
    title = say("menu.title", OFFICERS, officer=desk.officer or "", day=desk.day)
    return MenuModel(OFFICERS, title, choices, _facts(desk))


def _update(desk: Desk) -> tuple[Choice, ...]:
    """Only on a box that can be updated."""
    return (Choice(say("menu.update", OFFICERS), d.TaskChosen(d.Task.UPDATE)),) if desk.update.running else ()


def _facts(desk: Desk) -> tuple[str, ...]:
    charge, free = desk.facts.charge, desk.facts.free_bytes
    kind = "no_battery" if charge is None else ("plugged" if charge.external else "battery")
    percent = round(charge.fraction * 100) if charge else 0
    facts = [
        say(f"menu.{kind}", OFFICERS, percent=percent),
        say("menu.stick" if desk.facts.stick else "menu.no_stick", OFFICERS),
    ]
    if free is not None:
        facts.append(say("menu.room", OFFICERS, gigabytes=f"{free / 1e9:.1f}".replace(".", ",")))
    if desk.facts.missing:
        facts.append(say("menu.missing", OFFICERS, ports=_ports(desk)))
    for port, driver in desk.facts.rivals:
        facts.append(say("menu.rival", OFFICERS, port=say(f"port.{port}", OFFICERS), driver=driver))
    return tuple(facts)


def handover(desk: Desk, code: str | None) -> HandoverModel:
    """Stages, what was done, and what went wrong."""
    state = desk.handover
    starts = {Stage.READY: "start", Stage.DONE: "again", Stage.FAILED: "again"}
    start = say(f"handover.{starts[state.stage]}", OFFICERS) if state.stage in starts else ""
    return HandoverModel(
        OFFICERS,
        say(f"stage.{state.stage}", OFFICERS),
        _handover_lines(desk, code),
        start,
        done=state.stage is Stage.DONE,
        failed=state.stage is Stage.FAILED,
        running=is_running(state),
    )


def _handover_lines(desk: Desk, code: str | None) -> tuple[str, ...]:
    state = desk.handover
    lines = [say(f"trouble.{state.trouble}", OFFICERS)] if state.trouble else []
    if state.stage is Stage.READY and not desk.facts.stick:
        lines.append(say("handover.no_stick", OFFICERS))
    counts = (("settled", state.settled), ("purged", state.purged), ("written", state.written))
    if state.stage is Stage.DONE:
        lines += [say(f"handover.{what}", OFFICERS, count=count) for what, count in counts]
        troubles = (
            ("single", state.single),
            ("refused", state.refused),
            ("amended", len(state.amended)),
            ("skipped", len(state.skipped)),
        )
        lines += [say(f"handover.{what}", OFFICERS, count=count) for what, count in troubles if count]
        lines += [say("handover.code", OFFICERS, code=code)] if code else []
    if state.fork:
        lines.append(say("handover.fork", OFFICERS))
    return tuple(lines)


def attest(desk: Desk) -> ListModel:
    """Everybody of the day nobody vouched for yet."""
    saw = say("attest.saw", OFFICERS)
    rows = tuple(
        Row(
            say("attest.number", OFFICERS, number=number(u.bundle)),
            Choice(saw, AttestLater(u.manifest_hash)),
            u.manifest_hash,
        )
        for u in desk.unattested
    )
    return ListModel(
        OFFICERS,
        say("attest.title", OFFICERS),
        say("attest.text", OFFICERS),
        rows,
        say("attest.nobody", OFFICERS),
        BACK,
    )


def waiting(desk: Desk) -> ListModel:
    """Everybody who was set aside."""
    resume = say("waiting.resume", OFFICERS)
    rows = tuple(
        Row(
            say("waiting.person", OFFICERS, number=n, step=say(f"step.{w.step}", OFFICERS)),
            Choice(resume, TakeUp(w.record_id)),
        )
        for n, w in enumerate(desk.waiting, start=1)
    )
    return ListModel(OFFICERS, say("waiting.title", OFFICERS), "", rows, say("waiting.nobody", OFFICERS), Open())


def stopping(desk: Desk) -> MessageModel:
    """Everything is durable."""
    text = say(f"notices.{desk.notice}", OFFICERS) if desk.notice else say("stopping.text", OFFICERS)
    return MessageModel(OFFICERS, say("stopping.title", OFFICERS), text)


# Help inside a session


def helping(desk: Desk, session: Session, why: Help) -> HelpModel:
    """Why the officer is needed, and everything the officer may do about it."""
    tongue = spoken(session)
    at = say("officer.at", OFFICERS, step=say(f"step.{session.step}", OFFICERS))
    lines = _doubts(session) if why is Help.NIK_DOUBT else [at]
    return HelpModel(
        tongue,
        say(f"help.{why}", tongue),
        say("help.call", tongue),
        PORT_AT.get(session.step, "") if why in (Help.DEVICE, Help.UNFIT) else "",
        say(f"officer.{why}", OFFICERS),
        tuple(lines),
        _choices(session, desk.officer or session.officer),
    )


def notes(session: Session) -> ChoiceModel:
    """What the box noticed, and nothing to choose."""
    text = "\n\n".join((" ".join(noticed(session)), say("notes.text", OFFICERS)))
    return ChoiceModel(OFFICERS, say("notes.title", OFFICERS), text, back=Open())


def _doubts(session: Session) -> list[str]:
    days = ", ".join(str(day) for day in session.earlier_days)
    return [say(f"advice.{advice}", OFFICERS) for advice in session.advice] + (
        [say("officer.earlier", OFFICERS, days=days)] if days else []
    )


def _choices(session: Session, officer: str) -> tuple[Choice, ...]:
    return (*_step_choices(session, officer), *_person_choices(session, officer))


def _step_choices(session: Session, officer: str) -> list[Choice]:
    step = session.step
    choices = [Choice(say("officer.continue", OFFICERS), OfficerContinues(officer), "main")]
    if step in CAPTURE_STEPS and owed(session):
        choices.append(Choice(say("officer.exempt", OFFICERS), Open(Form.EXEMPTION)))
    if step is Step.CHECK or session.position is Position.THUMB_PRINT:
        say_it = "officer.skip_check" if step is Step.CHECK else "officer.other_way"
        choices.append(Choice(say(say_it, OFFICERS), _exempted((session.position or FINGERS[0],), officer)))
    if step is Step.BIODATA:
        choices.append(Choice(say("officer.correct", OFFICERS), Open(Form.CORRECTION)))
    return choices


def _person_choices(session: Session, officer: str) -> list[Choice]:
    step = session.step
    choices = [*_notes(session)]
    if step is Step.NOTICE or (Advice.MINOR in session.advice and step is Step.BIODATA):
        choices += [Choice(say(f"officer.{by}", OFFICERS), Agreed(by, officer)) for by in VOUCHED]
    if step in AFTER_CONSENT and step is not Step.NIK:
        seen = session.attestation is not None
        choices.append(
            Choice(say(f"officer.{'attested' if seen else 'attest'}", OFFICERS), Attest(), "off" if seen else "officer")
        )
    if step in OPEN:
        choices.append(Choice(say("officer.withdraw", OFFICERS), Open(Form.LEAVE), "plain"))
        choices.append(Choice(say("officer.cancel", OFFICERS), Open(Form.CANCEL), "plain"))
    if step not in OPEN or session.help in SET_ASIDE:  # the next person need not wait for this one
        choices.append(Choice(say("officer.set_aside", OFFICERS), ParkWanted("officer"), "plain"))
    return choices


def _exempted(positions: tuple[Position, ...], officer: str) -> Exempted:
    return Exempted(positions, Reason.CANNOT, Lasting.TEMPORARY, officer)


def exemption(desk: Desk, session: Session) -> ExemptionModel:
    """Which of the owed ones of this kind cannot be given."""
    asked = session.position or next(iter(owed(session)), None)
    positions = tuple(p for p in _kind_of(asked) if p in owed(session))
    return ExemptionModel(
        OFFICERS,
        tuple((p, say(f"short.{p}", OFFICERS)) for p in positions),
        tuple(p for p in positions if p is asked),
        desk.officer or session.officer,
    )


def _kind_of(asked: Position | None) -> tuple[Position, ...]:
    return next((kind for kind in (FINGERS, EYES) if asked in kind), (asked,) if asked else ())


def cancel(desk: Desk, session: Session) -> ChoiceModel:
    """Why the session ends."""
    officer = desk.officer or session.officer
    choices = tuple(Choice(say(f"cancel.{code}", OFFICERS), OfficerCancels(code, officer)) for code in CANCEL_REASONS)
    return ChoiceModel(OFFICERS, say("cancel.title", OFFICERS), say("cancel.text", OFFICERS), choices, back=Open())


def correction(desk: Desk, session: Session) -> CorrectionModel:
    """Which field is wrong, and what the person says is right."""
    labels = {code: say(f"biodata.{code}", OFFICERS) for code in CORRECTABLE}
    noted = ", ".join(dict.fromkeys(labels[c.field] for c in session.corrections if c.field in labels))
    said = say("correction.noted", OFFICERS, fields=noted) if noted else ""
    return CorrectionModel(OFFICERS, tuple(labels.items()), said, desk.officer or session.officer)


def retake(desk: Desk, session: Session) -> ChoiceModel:
    """Which recorded part is taken again."""
    officer = desk.officer or session.officer
    done = [p for p in (*recorded(session), *exempt(session)) if p is not Position.HANDS]
    choices = tuple(Choice(say(f"short.{p}", OFFICERS), Retaken(p, officer)) for p in done)
    choices += _notes(session)
    return ChoiceModel(OFFICERS, say("retake.title", OFFICERS), say("retake.text", OFFICERS), choices, back=Open())


def _notes(session: Session) -> tuple[Choice, ...]:
    told = noticed(session)
    return (Choice(say("officer.notes", OFFICERS, count=len(told)), Open(Form.NOTES)),) if told else ()
