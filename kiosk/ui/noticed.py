"""What the box noticed about the captures of a session, in the officer's words. Pure, without Kivy."""

from kiosk.core.state import Session
from kiosk.words import LANGUAGES, say, texts

OFFICERS = LANGUAGES[0]  # what officers read
SHOWN_FLAGS = tuple(key.partition(".")[2] for key in texts(OFFICERS) if key.startswith("flag."))


def noticed(session: Session) -> tuple[str, ...]:
    """A line each kind: for the officer, who opens it; it never stands beside what the person reads."""
    told = dict.fromkeys(flag.partition(":")[0] for flag in session.flags)
    return tuple(say(f"flag.{flag}", OFFICERS) for flag in told if flag in SHOWN_FLAGS)
