"""The order of system calls: what a power cut would still take at the moment of an acknowledgement.

A kill cannot show a missing fsync, because the kernel keeps what was written; the calls themselves can."""

import re
from pathlib import Path

import person


class Order:
    """Which files and names a power cut would still take, call by call."""

    def __init__(self, place: Path) -> None:
        self._roots = (str(place / "box"), str(place / "stick"))
        self._acks = str(place / person.ACKS)
        self._data: set[str] = set()
        self._names: dict[str, str] = {}  # what was made, moved or removed: the directory that has to know
        self.broken: list[str] = []
        self.acknowledged = 0

    def read(self, lines: list[str]) -> "Order":
        for line in lines:
            if (call := _CALL.fullmatch(line)) and not call["result"].startswith("-1"):
                self._one(call["name"], call["arguments"], call["result"])
        return self

    def _one(self, name: str, arguments: str, result: str) -> None:
        if name == "openat":
            if "O_CREAT" in arguments:
                self._name(_DESCRIPTOR.search(result))
        elif name in ("write", "pwrite64", "ftruncate", "fsync", "fdatasync"):
            found = _DESCRIPTOR.search(arguments)
            path = found["path"] if found else ""
            if path == self._acks:
                self._acknowledge()
            elif name in ("fsync", "fdatasync"):
                self._data.discard(path)
                self._names = {entry: parent for entry, parent in self._names.items() if parent != path}
            elif self._ours(path):
                self._data.add(path)
        elif name.startswith("rename"):
            old, new = _paths(arguments)
            if old in self._data:
                self._data.remove(old)
                self._data.add(new)
            self._touch(old)
            self._touch(new)
        else:
            for path in _paths(arguments):
                self._data.discard(path)
                self._touch(path)

    def _name(self, found: re.Match[str] | None) -> None:
        """Opened for making: whether it was there before is not told, so it counts as new."""
        if found:
            self._touch(found["path"])

    def _touch(self, path: str) -> None:
        if self._ours(path):
            self._names[path] = path.rpartition("/")[0]

    def _ours(self, path: str) -> bool:
        return path.startswith(self._roots) and not path.endswith("-shm")

    def _acknowledge(self) -> None:
        self.acknowledged += 1
        late = {*self._data, *self._names}
        if late:
            self.broken.append(f"acknowledgement {self.acknowledged}: {sorted(late)}")


_CALL = re.compile(r"(?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>.*)")
_DESCRIPTOR = re.compile(r"\d+<(?P<path>[^>]*)>")
_NAMED = re.compile(r'(?:(?:\d+|AT_FDCWD)<(?P<at>[^>]*)>, )?"(?P<name>[^"]*)"')


def _paths(arguments: str) -> list[str]:
    found = _NAMED.finditer(arguments)
    return [m["name"] if m["name"].startswith("/") else f"{m['at']}/{m['name']}" for m in found]
