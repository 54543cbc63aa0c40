"""The store's twin for tests that do not cut the power: rows in RAM, files written without waiting for the card."""

from pathlib import Path

from kiosk.store.database import IN_MEMORY
from kiosk.store.durable import UnsyncedDisk
from kiosk.store.keyring import InMemoryKeyring, Keyring
from kiosk.store.records import Store


class InMemoryStore(Store):
    """Keeps the same promises but durability; its root must be empty, because its rows end with it."""

    def __init__(self, root: Path, box: str, keyring: Keyring | None = None) -> None:
        self._open(root, box, keyring or InMemoryKeyring(), UnsyncedDisk(), IN_MEMORY)
