"""The office's papers on a stick: what may replace the present ones, and what never may."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flow_box import FlowBox

from kiosk.commands.training import BOX, TrainingBox
from kiosk.core import desk as d
from kiosk.core.desk import Mode
from kiosk.core.handover import Stage, Trouble
from kiosk.exchange import stick, stick_layout
from kiosk.exchange.config import BoxConfig, sign_config
from kiosk.exchange.jws import SigningKey
from kiosk.exchange.office import OfficeKeys, sign_office
from kiosk.flow import papers
from kiosk.flow.papers import read_papers
from kiosk.regency.office import open_office
from kiosk.regency.officers import NewOfficer, new_officer
from kiosk.store import StoreFull, StoreLocked


def config(box: FlowBox, **changes: Any) -> BoxConfig:
    """The next config the office would sign."""
    present = box.kiosk.identity.papers.config
    return replace(present, **{"counter": present.counter + 1, **changes})


def lay_config(box: FlowBox, said: BoxConfig) -> None:
    with open_office(box.training.office) as office:
        stick.write_file(box.stick, stick_layout.config(BOX), sign_config(said, office.config_key))


def on_disk(training: TrainingBox, incarnation: str) -> papers.Papers:
    return read_papers(training.papers, incarnation)


def test_a_newer_config_is_taken_up(box: FlowBox) -> None:
    lay_config(box, config(box, place="Desa Baru"))
    assert box.hand_over().refused == 0
    identity = box.kiosk.identity
    assert identity.papers.config.place == "Desa Baru"
    assert on_disk(box.training, identity.incarnation) == identity.papers


def test_a_config_older_than_the_one_the_box_was_provisioned_with_is_left(
    box: FlowBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_config(box, config(box, counter=box.kiosk.identity.papers.config.counter - 1, place="Desa Lama"))
    monkeypatch.setattr(box.store.counters, "last", lambda typ: 0)  # no paper ever came to it on a stick
    box.hand_over()
    assert box.kiosk.identity.papers.config.place != "Desa Lama"


def test_no_config_turns_a_training_box_into_a_real_one(box: FlowBox) -> None:
    before = box.kiosk.identity.papers
    lay_config(box, config(box, training=False))
    assert box.hand_over().refused == 1
    assert box.kiosk.identity.papers == before == on_disk(box.training, box.kiosk.identity.incarnation)


@pytest.mark.parametrize("changes", ["another-name", "another-config-key"])
def test_office_keys_with_which_the_box_could_not_start_again_are_not_taken(
    box: FlowBox, monkeypatch: pytest.MonkeyPatch, changes: str
) -> None:
    before, root = box.kiosk.identity.papers, SigningKey.new()
    (box.training.papers / "root.pub").write_text(root.public)
    present = replace(before.office, counter=before.office.counter + 1)
    (box.training.papers / "office.jws").write_bytes(sign_office(before.office, root))
    keys = replace(present.keys, config=SigningKey.new().public)
    offered: OfficeKeys = (
        replace(present, office="Dukcapil Lain") if changes == "another-name" else replace(present, keys=keys)
    )
    stick.write_file(box.stick, stick_layout.office(BOX), sign_office(offered, root))
    stick.remove_file(box.stick, stick_layout.config(BOX))
    stick.remove_file(box.stick, stick_layout.certificate(BOX, box.kiosk.identity.incarnation))
    assert box.hand_over().refused == 1
    assert box.kiosk.identity.papers == before == on_disk(box.training, box.kiosk.identity.incarnation)


def replaced_by(box: FlowBox) -> NewOfficer:
    """The office sends another officer in place of the one who opened the day."""
    successor = new_officer("pengganti", "9876")
    lay_config(box, config(box, officers=(successor.entry,)))
    return successor


def test_an_officer_who_takes_over_opens_the_box_and_the_one_before_does_not(out: Path, training: TrainingBox) -> None:
    with FlowBox(out, training) as box:
        box.open_day()
        successor = replaced_by(box)
        assert box.hand_over().stage is Stage.DONE
    with FlowBox(out, training) as box:
        with pytest.raises(StoreLocked):
            box.kiosk.open_day(training.card, training.pin)
        box.kiosk.open_day(successor.card, "9876")
        assert box.until(lambda desk: desk.mode is not Mode.LOCKED).officer == "pengganti"


@pytest.mark.parametrize("when", ["before-the-papers", "after-the-papers"])
def test_a_power_cut_while_officers_change_leaves_somebody_who_can_open_the_box(
    out: Path, training: TrainingBox, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    put: Callable[..., None] = papers.put

    def cut(*arguments: Any) -> None:
        if when == "after-the-papers":
            put(*arguments)
        raise StoreFull("the power goes")

    with FlowBox(out, training) as box:
        box.open_day()
        successor = replaced_by(box)
        with monkeypatch.context() as patch:
            patch.setattr(papers, "put", cut)
            assert box.hand_over().trouble is Trouble.STORAGE
    card, pin = (training.card, training.pin) if when == "before-the-papers" else (successor.card, "9876")
    with FlowBox(out, training) as box:
        box.kiosk.open_day(card, pin)
        assert box.until(lambda desk: desk.mode is not Mode.LOCKED).mode is Mode.IDLE


def test_whoever_vouches_twice_gives_one_number(box: FlowBox) -> None:
    session = box.record(attests=False)
    before = len(box.rows())
    for _ in range(2):
        box.kiosk.attest_later(session.manifest)
    box.until(lambda desk: desk.unattested == ())
    box.in_store(lambda: None)
    assert len(box.rows()) == before + 1
    box.kiosk.post(d.OfficerEntered())
