"""Where the parts of a card lie, by their GPT labels."""

from pathlib import Path

from workshop.partitions import NoTable, Partition, read_table

__all__ = ["NoTable", "Partition", "read"]


def read(image: Path) -> dict[str, Partition]:
    """Every partition by its label, in their order: the first is number 1 to the firmware. Raises NoTable."""
    return {partition.label: partition for partition in read_table(image)}
