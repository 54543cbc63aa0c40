"""Whether a file can be written, found out before a card is begun and not after."""

from pathlib import Path


def can_write(path: Path) -> bool:
    """Tried, not asked: root may write everywhere, but not on a medium that is read-only. Nothing is left behind."""
    stood = path.exists()
    try:
        path.open("ab").close()
        if not stood:
            path.unlink()
    except OSError:
        return False
    return True
