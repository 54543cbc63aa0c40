"""A second reader of ISO/IEC 19794 records, made from the table in docs/formats.md and from nothing else."""

import re
from collections.abc import Iterator
from pathlib import Path

TABLE = Path(__file__).parents[2] / "docs" / "formats.md"
Fields = dict[str, int | bytes]


def layout() -> dict[tuple[str, str], list[tuple[str, int]]]:
    """(form, line) to names and sizes."""
    block = re.search(r"```layout\n(.*?)```", TABLE.read_text("utf-8"), re.DOTALL)
    assert block
    lines = (re.fullmatch(r"(\w{3}) (\w+): (.+)", line) for line in block[1].splitlines())
    return {(m[1], m[2]): [(n, int(s)) for n, s in re.findall(r"(\w+) (\d)", m[3])] for m in lines if m}


class Reader:
    """Walks one record."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at, self.form, self.table = data, 0, data[:3].decode(), layout()

    def line(self, name: str) -> dict[str, int]:
        return {field: int.from_bytes(self.cut(size), "big") for field, size in self.table[self.form, name]}

    def cut(self, size: int) -> bytes:
        self.at += size
        assert self.at <= len(self.data)
        return self.data[self.at - size : self.at]

    def record(self) -> tuple[dict[str, int], list[Fields]]:
        head = self.line("head")
        images = [self.image() for _ in range(head["images"])]
        assert head["length"] == self.at == len(self.data)
        return head, images

    def image(self) -> Fields:
        start = self.at
        told: Fields = {**self.header()}
        told["data"] = self.cut(int(told["size"]))  # type: ignore[call-overload]
        assert self.at - start == told["length"]
        return told

    def header(self) -> dict[str, int]:
        told = self.line("image")
        for number, quality in enumerate(self.several("quality", told["qualities"])):
            told |= {f"quality{number}_{name}": value for name, value in quality.items()}
        if self.form == "FAC":
            told |= {f"person_{name}": value for name, value in self.line("person").items()}
            list(self.several("landmark", told["person_landmarks"]))
        return told | self.line("rest")

    def several(self, name: str, count: int) -> Iterator[dict[str, int]]:
        for _ in range(count):
            yield self.line(name)
