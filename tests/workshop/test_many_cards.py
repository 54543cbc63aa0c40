"""What happens to the ledger when somebody ends a run, and when a card's work fails on this computer's side."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import cards
import pytest
from workshop import disks, ledger
from workshop.card_files import read_box
from workshop.flash_card import Stage
from workshop.image import Image, open_image
from workshop.many_cards import Bench, flash_all, job_of

WAIT_S = 20.0


@pytest.fixture
def opened(image: Path) -> Iterator[Image]:
    with open_image(image, None, lambda done, total: None) as found:
        yield found


class Ctrl:
    """Somebody presses Ctrl-C when the first card is done while the second is being written."""

    def __init__(self, slow: Path) -> None:
        self._slow, self._pressed, self._begun = slow, threading.Event(), threading.Event()

    def told(self, disk: Path, stage: Stage, more: int) -> None:
        if disk == self._slow and stage is Stage.WRITING:
            self._begun.set()
            assert self._pressed.wait(WAIT_S)

    def now(self) -> datetime:
        if not self._pressed.is_set():
            assert self._begun.wait(WAIT_S)
            self._pressed.set()
            raise KeyboardInterrupt
        return datetime(2026, 11, 22, tzinfo=UTC)


def test_whoever_ends_it_finds_every_card_that_was_begun_in_the_ledger(
    tmp_path: Path, opened: Image, boxes: list[Path]
) -> None:
    with cards.card(tmp_path, 40, "a") as a, cards.card(tmp_path, 40, "b") as b:
        jobs = []
        for path, box in zip((a, b), boxes, strict=False):
            disk = disks.survey(path)
            assert disk
            jobs.append(job_of(disk, read_box(box))[0])
        ctrl = Ctrl(slow=b)
        bench = Bench(opened, opened.pieces(keep_data=False), False, tmp_path / "cards.jsonl", ctrl.told, now=ctrl.now)
        with pytest.raises(KeyboardInterrupt):
            list(flash_all(bench, jobs))
    told = {entry.box: entry for entry in ledger.entries(tmp_path / "cards.jsonl")}
    assert told["SINTANG-01"].result == ledger.VERIFIED
    assert set(told) == {"SINTANG-01", "SINTANG-02"}


def test_a_card_pulled_before_it_is_opened_fails_alone_and_says_what_to_do(
    tmp_path: Path, opened: Image, boxes: list[Path]
) -> None:
    with cards.card(tmp_path, 40) as path:
        disk = disks.survey(path)
        assert disk
        job = job_of(disk, read_box(boxes[0]))[0]
        gone = replace(job, disk=replace(disk, path=tmp_path / "gone"), card="other")
        bench = Bench(opened, opened.pieces(keep_data=False), False, tmp_path / "cards.jsonl", lambda *_: None)
        ended = {done.card: entry.why for done, entry in flash_all(bench, [gone, job])}
    assert ended == {"other": "It is not there; seat the card again and run again", job.card: ""}
