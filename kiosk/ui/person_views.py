"""From a session to what the resident sees at each step. Pure, without Kivy."""

from kiosk.core.asking import shown
from kiosk.core.events import LanguageChosen, Withdrawn
from kiosk.core.record import EYES, FINGERS, Position, VoidReason
from kiosk.core.recording import Purpose
from kiosk.core.state import Phase, Session, Step, exempt, owed, recorded
from kiosk.ui.acts import Open
from kiosk.ui.models import (
    BiodataModel,
    CaptureModel,
    Choice,
    ChoiceModel,
    EndorsementModel,
    LanguageModel,
    MessageModel,
    NikModel,
    NoticeModel,
    ReviewModel,
    SlipModel,
)
from kiosk.ui.noticed import noticed
from kiosk.ui.pictograms import fitting
from kiosk.words import LANGUAGES, say

BIRTH = "%d-%m-%Y"


def spoken(session: Session) -> str:
    """The person's language, the box's own before they chose."""
    return session.language or LANGUAGES[0]


def language(session: Session) -> LanguageModel:
    """Every language under its own name."""
    return LanguageModel(choices=tuple(Choice(say("language.name", x), LanguageChosen(x), "main") for x in LANGUAGES))


def notice(session: Session) -> NoticeModel:
    """The notice is the same for everybody."""
    return NoticeModel(spoken(session))


def nik(session: Session) -> NikModel:
    """Sixteen digits, and what was wrong with those before."""
    tongue = spoken(session)
    fault = say(f"nik_fault.{session.nik_fault}", tongue) if session.nik_fault else ""
    return NikModel(tongue, fault, busy=session.phase is not Phase.TOUCH)


def biodata(session: Session) -> BiodataModel:
    """What the register says; what it does not say is not shown."""
    tongue, who = spoken(session), session.resident
    if who is None:
        return BiodataModel(tongue)
    shown_lines = (
        ("name", who.name),
        ("nik", grouped(who.nik)),
        ("birth", who.birth.strftime(BIRTH)),
        ("sex", say(f"sex.{who.sex}", tongue)),
        ("place", who.place),
    )
    lines = tuple((say(f"biodata.{label}", tongue), value) for label, value in shown_lines if value)
    return BiodataModel(tongue, lines, "" if session.listed else say("biodata.unlisted", tongue))


def grouped(digits: str) -> str:
    """Sixteen digits as place, birth and serial, which is how people read them."""
    return " ".join(part for part in (digits[:6], digits[6:12], digits[12:]) if part)


def capture(session: Session) -> CaptureModel:
    """The one page of face, eyes, fingers, hands, the second prints and the thumb-print."""
    tongue = spoken(session)
    asked = tuple(shown(session, position) for position in session.asked)
    settled = {*recorded(session), *exempt(session)} - {Position.HANDS}
    fingers = bool(asked) and asked[0] in FINGERS
    return CaptureModel(
        tongue,
        ask=_ask(session, asked, tongue),
        hint=_saying(session, tongue),
        picture="" if session.phase in _SAYING else fitting(session.hint, fingers),
        saved=say("ask.saved", tongue, count=len(recorded(session))),
        asked=asked,
        recorded=recorded(session),
        exempt=exempt(session),
        fingers=fingers,
        mirrored=asked == (Position.PORTRAIT,),
        busy=session.phase is not Phase.ASKING,
        done=len(settled),
        total=len(settled) + len([p for p in owed(session) if p is not Position.HANDS]),
    )


def _ask(session: Session, asked: tuple[Position, ...], tongue: str) -> str:
    first = next(iter(asked), None)
    if first is None:
        return say("bar.busy", tongue)
    if len(asked) > 1:
        return say("ask.slap", tongue, count=len(asked))
    position = say(f"position.{first}", tongue)
    if session.purpose is Purpose.CHECK:
        return say("ask.check", tongue, position=position)
    if first in FINGERS:
        return say("ask.finger", tongue, position=position)
    return say("ask.eye", tongue, position=position) if first in EYES else say(f"ask.{first}", tongue)


_SAYING = {Phase.JUDGING: "ask.judging", Phase.COMPARING: "ask.judging", Phase.SEALING: "ask.sealing"}


def _saying(session: Session, tongue: str) -> str:
    return say(_SAYING.get(session.phase, f"hint.{session.hint}"), tongue)


def endorsement(session: Session) -> EndorsementModel | CaptureModel:
    """The ink pad, or the sensor while a thumb-print is given."""
    if session.position is Position.THUMB_PRINT:
        return capture(session)
    tongue = spoken(session)
    fault = say(f"ink_fault.{session.ink_fault}", tongue) if session.ink_fault else ""
    return EndorsementModel(tongue, busy=session.phase is not Phase.TOUCH, fault=fault)


def review(session: Session) -> ReviewModel:
    """What is recorded, as hands and ticks."""
    tongue = spoken(session)
    done, spared = recorded(session), exempt(session)
    wanted = [p for p in (Position.PORTRAIT, *EYES) if p in done or p in spared]
    lines: list[tuple[str, bool | None]] = [(say(f"short.{p}", tongue), p in done or None) for p in wanted]
    if Position.HANDS in recorded(session, Purpose.EXCEPTION):
        lines.append((say(f"short.{Position.HANDS}", tongue), True))
    if session.endorsement is not None:
        given = bool(recorded(session, Purpose.ENDORSEMENT)) or None
        lines.append((say(f"endorsement.{session.endorsement}", tongue), given))
    check = say(f"check.{session.check.result}", tongue) if session.check else ""
    seen = session.attestation is not None
    return ReviewModel(tongue, done, spared, tuple(lines), check, seen, len(noticed(session)))


def working(session: Session) -> MessageModel:
    """Something becomes durable."""
    tongue = spoken(session)
    title = "working.voiding" if session.step is Step.VOIDING else "working.title"
    return MessageModel(tongue, say(title, tongue), say("working.text", tongue))


def slip(session: Session) -> SlipModel:
    """Recorded, not yet verified, free of charge; or destroyed."""
    tongue = spoken(session)
    words = {None: ("title", "text"), VoidReason.NO_NIK: ("no_nik_title", "no_nik")}
    title, text = words.get(session.void_reason, ("destroyed_title", "destroyed"))
    return SlipModel(
        tongue,
        say(f"slip.{title}", tongue),
        number(session.bundle),
        say(f"slip.{text}", tongue),
        kept=session.void_reason is None,
    )


def number(bundle: str) -> str:
    """A bundle's name as people can copy it: the box and the number without leading zeros."""
    box, sequence = bundle.partition("_")[0], bundle.rpartition("_")[2]
    return f"{box} · {int(sequence)}" if sequence.isdigit() else bundle


def leave(session: Session) -> ChoiceModel:
    """Before everything is destroyed the person is asked once."""
    tongue = spoken(session)
    choices = (
        Choice(say("leave.yes", tongue), Withdrawn(), "no"),
        Choice(say("leave.no", tongue), Open(), "yes"),
    )
    return ChoiceModel(tongue, say("leave.title", tongue), say("leave.text", tongue), choices, large=True, back=None)
