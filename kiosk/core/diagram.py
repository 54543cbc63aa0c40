"""Draws the session's table as Graphviz text: python -m kiosk.core.diagram. What may happen at many steps without
leading on (help, parking, a device's answers) stands in a note, so that a person's way can be read."""

import re
from collections.abc import Iterable
from itertools import pairwise

from kiosk.core.session import TRANSITIONS, Row
from kiosk.core.state import Step

ORDER = tuple(Step)
NOTE_FROM = 4  # an event known at so many steps is no arrow but a line of the note
BY_PATH = "what is owed next"
_ENDS = (Step.VOIDING, Step.GONE)


def dot() -> str:
    """The machine as a dot graph: a node for each step, an arrow for each event that leads on, the rest as notes."""
    lines = [
        "digraph session {",
        "  rankdir=TB; nodesep=0.5; ranksep=0.45;",
        '  node [shape=box style=rounded fontname="Helvetica" fontsize=12];',
        '  edge [fontname="Helvetica" fontsize=10];',
        *(f"  {_id(step)} [label={_quoted(_words(step.value))}{_shape(step)}];" for step in ORDER),
        f"  subgraph cluster_owed {{ label={_quoted(f'{BY_PATH}, in this order')}; style=dashed; fontname=Helvetica;",
        f"    {'; '.join(_id(step) for step in _owed_in_order())}; }}",
        *_path_arrows(),
        *_arrows(),
        *_note(),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _owed_in_order() -> tuple[Step, ...]:
    """Where the session may stand after anything that settles a part: the steps that `go_on` chooses from."""
    onward = max((row.to for row in TRANSITIONS if _by_path(row)), key=len)
    return tuple(step for step in ORDER if step in onward)


def _by_path(row: Row) -> bool:
    """Rows after which `path.go_on` decides: they may lead to the review and to more."""
    return Step.REVIEW in row.to and len(row.to) > 1 and len(row.at) < NOTE_FROM * 2


def _path_arrows() -> Iterable[str]:
    for here, there in pairwise(_owed_in_order()):
        ending = [_event(row) for row in TRANSITIONS if row.at == {here} and there in row.to and _by_path(row)]
        yield f"  {_id(here)} -> {_id(there)} [style=dashed label={_quoted(_lines(ending))}];"


def _arrows() -> Iterable[str]:
    """One arrow for each pair of steps, labelled with its events; what `go_on` decides points at its first step."""
    found: dict[tuple[Step, Step], list[str]] = {}
    for row in TRANSITIONS:
        for here in _sorted(row.at) if len(row.at) < NOTE_FROM else ():
            for there in _targets(row):
                found.setdefault((here, there), []).append(_event(row))
    for (here, there), events in found.items():
        gray = " fontcolor=gray40 color=gray60" if here is there else ""
        yield f"  {_id(here)} -> {_id(there)} [label={_quoted(_lines(events))}{gray}];"


def _targets(row: Row) -> list[Step]:
    if not _by_path(row):
        return _sorted(row.to)
    return [] if Step.CHECK in row.at else [_owed_in_order()[0]]


def _note() -> Iterable[str]:
    """Events of many steps, in a table: the event, where it may happen, where it leads when it leads away."""
    rows = [row for row in TRANSITIONS if len(row.at) >= NOTE_FROM]
    cells = "".join(f"<tr>{_cell(_event(row))}{_cell(_places(row.at))}{_cell(_leads(row))}</tr>" for row in rows)
    head = "<tr><td><b>at many steps</b></td><td><b>where</b></td><td><b>leads to</b></td></tr>"
    table = f'<table border="1" cellborder="0" align="left">{head}{cells}</table>'
    yield f"  many [shape=plain fontsize=10 label=<{table}>];"
    yield f"  {_id(ORDER[-1])} -> many [style=invis];"


def _cell(text: str) -> str:
    return f'<td align="left">{text}</td>'


def _leads(row: Row) -> str:
    if _by_path(row):
        return BY_PATH
    stays = ["the same step"] if row.at & row.to else []
    return " or ".join([*stays, *(_words(step.value) for step in _sorted(row.to - row.at) if step in _ENDS)])


def _places(steps: frozenset[Step]) -> str:
    """The steps by name, or all but the few that are missing."""
    missing = [step for step in ORDER if step not in steps]
    named = [_words(step.value) for step in (missing if len(missing) < len(steps) else _sorted(steps))]
    return f"all but {', '.join(named)}" if len(missing) < len(steps) else ", ".join(named)


def _sorted(steps: Iterable[Step]) -> list[Step]:
    return sorted(steps, key=ORDER.index)


def _event(row: Row) -> str:
    return _words(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", row.event.__name__).lower())


def _words(text: str) -> str:
    return text.replace("-", " ")


def _lines(events: Iterable[str]) -> str:
    return "\\n".join(dict.fromkeys(events))


def _quoted(text: str) -> str:
    return f'"{text}"'


def _id(step: Step) -> str:
    return step.value.replace("-", "_")


def _shape(step: Step) -> str:
    return " peripheries=2" if step in (Step.LANGUAGE, Step.GONE) else ""


if __name__ == "__main__":
    print(dot(), end="")
