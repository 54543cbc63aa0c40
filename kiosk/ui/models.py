"""What each page draws: frozen, made by the navigator, blank by default so that leaving a page leaves nothing on it."""

from dataclasses import dataclass

from kiosk.core.record import Position
from kiosk.ui.acts import Act, Open
from kiosk.words import LANGUAGES


@dataclass(frozen=True)
class Model:
    """What every page knows."""

    language: str = LANGUAGES[0]


@dataclass(frozen=True)
class Choice:
    """One button and what its touch means."""

    text: str
    act: Act
    kind: str = "officer"


@dataclass(frozen=True)
class LockedModel(Model):
    """`pad` shows the PIN pad, `look` the button that starts the search for a card."""

    title: str = ""
    text: str = ""
    pad: bool = False
    look: bool = False


@dataclass(frozen=True)
class AttractModel(Model):
    """`notices`: whole sentences, the weightiest first."""

    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class LanguageModel(Model):
    """One choice a language, named in itself."""

    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class NoticeModel(Model):
    """Nothing but the language."""


@dataclass(frozen=True)
class NikModel(Model):
    """`fault`: one sentence about the digits before, or nothing."""

    fault: str = ""
    busy: bool = False


@dataclass(frozen=True)
class BiodataModel(Model):
    """`lines`: a label and what the register says."""

    lines: tuple[tuple[str, str], ...] = ()
    note: str = ""


@dataclass(frozen=True)
class CaptureModel(Model):
    """`asked` are lit in the hand picture; `fingers` says that the hands are shown large and the picture small.
    `picture` names the pictogram of the hint."""

    ask: str = ""
    hint: str = ""
    saved: str = ""
    picture: str = ""
    asked: tuple[Position, ...] = ()
    recorded: tuple[Position, ...] = ()
    exempt: tuple[Position, ...] = ()
    fingers: bool = False
    mirrored: bool = False
    busy: bool = False
    done: int = 0
    total: int = 0


@dataclass(frozen=True)
class EndorsementModel(Model):
    """Busy while the ink is being sealed. `fault`: one sentence about the ink before, or nothing."""

    busy: bool = False
    fault: str = ""


@dataclass(frozen=True)
class ReviewModel(Model):
    """`lines`: what is recorded beside the fingers, and whether it is (None: exempt). `notes` counts what the officer
    may want to read."""

    recorded: tuple[Position, ...] = ()
    exempt: tuple[Position, ...] = ()
    lines: tuple[tuple[str, bool | None], ...] = ()
    check: str = ""
    attested: bool = False
    notes: int = 0


@dataclass(frozen=True)
class HelpModel(Model):
    """`person` and `call` are said to the resident, with the `picture` of what is missing; the rest to the officer."""

    person: str = ""
    call: str = ""
    picture: str = ""
    text: str = ""
    lines: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class ExemptionModel(Model):
    """`positions` may be chosen, those in `chosen` are at first; `officer` answers for it."""

    positions: tuple[tuple[Position, str], ...] = ()
    chosen: tuple[Position, ...] = ()
    officer: str = ""


@dataclass(frozen=True)
class ChoiceModel(Model):
    """A question with its answers; `back` closes it, where there is one. `large` answers are a resident's."""

    title: str = ""
    text: str = ""
    choices: tuple[Choice, ...] = ()
    large: bool = False
    back: Open | None = None


@dataclass(frozen=True)
class CorrectionModel(Model):
    """`fields`: code and label; `noted` says which were noted already."""

    fields: tuple[tuple[str, str], ...] = ()
    noted: str = ""
    officer: str = ""


@dataclass(frozen=True)
class SlipModel(Model):
    """The last thing a person reads."""

    title: str = ""
    number: str = ""
    text: str = ""
    kept: bool = True


@dataclass(frozen=True)
class MenuModel(Model):
    """`facts`: the box's condition in a few lines."""

    title: str = ""
    choices: tuple[Choice, ...] = ()
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class HandoverModel(Model):
    """`lines`: what was done or what went wrong; `done` is "boleh dicabut" and nothing else."""

    stage: str = ""
    lines: tuple[str, ...] = ()
    start: str = ""
    done: bool = False
    failed: bool = False
    running: bool = False


@dataclass(frozen=True)
class UpdateModel(Model):
    """`lines`: what runs, what is found, what to do; `start` is the one thing to do now, empty where there is none.
    `percent` of what runs, -1 where nobody knows."""

    stage: str = ""
    lines: tuple[str, ...] = ()
    start: Choice | None = None
    percent: int = -1
    done: bool = False
    running: bool = False


@dataclass(frozen=True)
class Row:
    """One line of a list with its button; `face` is the manifest hash of whoever it is about."""

    text: str
    choice: Choice
    face: str = ""


@dataclass(frozen=True)
class ListModel(Model):
    """`empty` stands where there is no row."""

    title: str = ""
    text: str = ""
    rows: tuple[Row, ...] = ()
    empty: str = ""
    back: Act | None = None


@dataclass(frozen=True)
class MessageModel(Model):
    """Something is under way and nobody can touch anything."""

    title: str = ""
    text: str = ""
