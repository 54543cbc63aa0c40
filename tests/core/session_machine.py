"""Hypothesis plays visitors, officers and devices against one session; Visit checks every promise after every event."""

from random import Random
from typing import ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from session_visit import RARE, TOUCHES, WAY, Luck, Stepper, Visit

from kiosk.core import session
from kiosk.core.state import Step

ENOUGH_EVENTS = 150  # a whole cooperative visit is about 80
HANDS = sorted(set(TOUCHES) - set(RARE))

SETTINGS = settings(
    max_examples=100,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)


class Visitors(RuleBasedStateMachine):
    """One visit after another."""

    STEP: ClassVar[list[Stepper]] = [session.step]

    def __init__(self) -> None:
        super().__init__()
        self.visit = Visit(*self.STEP)

    @initialize(at=st.sampled_from(WAY), further=st.integers(0, 6), slaps=st.booleans())
    def somebody_stands(self, at: Step, further: int, slaps: bool) -> None:
        self.visit.send(TOUCHES["slap sensor" if slaps else "single sensor"](self.visit))
        self.visit.arrive(at)
        self._cooperate(further)

    @rule(events=st.integers(1, 12))
    def all_goes_well(self, events: int) -> None:
        self._cooperate(events)

    @rule(lucks=st.lists(st.sampled_from(Luck), min_size=1, max_size=4))
    def answers_come(self, lucks: list[Luck]) -> None:
        for luck in lucks:
            if (ticket := self.visit.state.awaits) is not None:
                self.visit.answer(ticket, luck)
            elif self.visit.awaited_ports:
                self.visit.send(TOUCHES["device back"](self.visit))

    @rule(luck=st.sampled_from(Luck), times=st.sampled_from((10, 80)))
    def it_goes_on_like_this(self, luck: Luck, times: int) -> None:
        self.answers_come([luck] * times)

    @rule(which=st.integers(0, 99), luck=st.sampled_from(Luck))
    def a_late_answer_comes(self, which: int, luck: Luck) -> None:
        late = [ticket for ticket in self.visit.outstanding if ticket != self.visit.state.awaits]
        if late:
            self.visit.answer(late[which % len(late)], luck)

    @rule(chance=st.integers(0, 2**16))
    def somebody_touches(self, chance: int) -> None:
        """Whatever is heard of all that hands can do now."""
        self._next_visit(WAY[chance % len(WAY)], chance % 7)
        for name in Random(chance).sample(HANDS, len(HANDS)):
            if self.visit.send(TOUCHES[name](self.visit)):
                return

    @rule(touch=st.sampled_from(RARE), at=st.sampled_from(WAY), further=st.integers(0, 6))
    def somebody_ends_it(self, touch: str, at: Step, further: int) -> None:
        self.visit.send(TOUCHES[touch](self.visit))
        self._next_visit(at, further)

    @rule()
    def power_is_lost(self) -> None:
        self.visit.crash()

    def _next_visit(self, at: Step, further: int) -> None:
        if self.visit.state.step is Step.GONE:
            self.visit = Visit(*self.STEP)
            self.somebody_stands(at, further, slaps=further % 2 > 0)

    def _cooperate(self, events: int) -> None:
        for _ in range(events):
            if self.visit.state.step is not Step.GONE:
                self.visit.cooperate()

    def teardown(self) -> None:
        """No dead end: from wherever this led, willing people reach the slip."""
        if self.visit.sound and self.visit.state.step is not Step.GONE:
            self.visit.until(lambda s: s.step in (Step.SLIP, Step.GONE), ENOUGH_EVENTS)


def machine(step: Stepper) -> type[Visitors]:
    """The same visits over a broken `step`, which they must catch."""
    return type("BrokenVisitors", (Visitors,), {"STEP": [step]})
