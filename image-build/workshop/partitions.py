"""The partitions of an image or a disk, as sfdisk tells them."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

BOOTCONFIG, PERSISTENT = "bootconfig", "persistent"


class NoTable(Exception):
    """There is no GPT to read; one sentence."""


@dataclass(frozen=True)
class Partition:
    """Where a partition begins and how long it is, in bytes; its label, type and own number (UUIDs)."""

    label: str
    start: int
    size: int
    kind: str
    uuid: str

    @property
    def end(self) -> int:
        """The first byte behind it."""
        return self.start + self.size


def read_table(path: Path) -> tuple[Partition, ...]:
    """The partitions in order. NoTable where the file or disk has no GPT."""
    try:
        done = subprocess.run(["sfdisk", "--json", str(path)], capture_output=True, check=False)
        table = json.loads(done.stdout)["partitiontable"]
        sector = int(table["sectorsize"])
        if done.returncode or table["label"] != "gpt":
            raise NoTable(f"{path} has no GPT.")
        return tuple(
            Partition(p.get("name", ""), p["start"] * sector, p["size"] * sector, p["type"], p["uuid"])
            for p in table["partitions"]
        )
    except FileNotFoundError as error:
        raise NoTable("The program sfdisk is missing; install the package fdisk.") from error
    except (ValueError, KeyError) as error:
        raise NoTable(f"{path} has no GPT.") from error


def named(table: tuple[Partition, ...], label: str) -> Partition:
    """The partition of this label. NoTable where there is none or more than one."""
    found = [partition for partition in table if partition.label == label]
    if len(found) != 1:
        raise NoTable(f"There is no partition {label}, or more than one.")
    return found[0]


def same_layout(card: tuple[Partition, ...], image: tuple[Partition, ...]) -> bool:
    """Whether a card has the image's partitions: all alike, but that the last may have grown to the card's end."""
    if not image or len(card) != len(image) or card[:-1] != image[:-1]:
        return False
    ours, its = image[-1], card[-1]
    return (its.label, its.start, its.kind, its.uuid) == (ours.label, ours.start, ours.kind, ours.uuid) and (
        its.size >= ours.size
    )
