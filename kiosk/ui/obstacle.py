"""What can keep a box from starting, and the page that says so. Pure, without Kivy."""

from dataclasses import dataclass
from enum import StrEnum

from kiosk.ui.models import Model
from kiosk.words import LANGUAGES, say


class Obstacle(StrEnum):
    """Why a box does not start. Each has its own words for what is wrong and for how to mend it."""

    BOX_FILE = "box-file"
    PAPERS_MISSING = "papers-missing"
    PAPERS_FOREIGN = "papers-foreign"
    DATA_MISSING = "data-missing"
    DATA_DAMAGED = "data-damaged"
    STORE = "store"
    KEYRING = "keyring"
    BOARD = "board"
    TOUCH = "touch"


@dataclass(frozen=True)
class ObstacleModel(Model):
    """`detail` is an engineer's sentence, with file, line and key; `other` names the next language in itself."""

    obstacle: Obstacle | None = None
    title: str = ""
    text: str = ""
    mend: str = ""
    kept: str = ""
    detail: str = ""
    off: str = ""
    other: str = ""


def told(obstacle: Obstacle, detail: str, language: str = LANGUAGES[0]) -> ObstacleModel:
    """The page in this language."""
    return ObstacleModel(
        language,
        obstacle,
        title=say("standstill.title", language),
        text=say(f"obstacle.{obstacle}", language),
        mend=say(f"mend.{obstacle}", language),
        kept=say("standstill.kept", language),
        detail=detail,
        off=say("standstill.off", language),
        other=say("language.name", _after(language)),
    )


def in_next_language(model: ObstacleModel) -> ObstacleModel:
    """The same, after a touch on the language."""
    return told(model.obstacle, model.detail, _after(model.language)) if model.obstacle else model


def _after(language: str) -> str:
    return LANGUAGES[(LANGUAGES.index(language) + 1) % len(LANGUAGES)]
