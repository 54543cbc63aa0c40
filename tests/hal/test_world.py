"""The people of a simulated day: the same in every run, whatever the order and timing of calls."""

import numpy as np
import pytest

from hal import Ask, FakeClock, Frame, Position, Stage, Stop
from hal.fingerprint.simulated import SimulatedFingerprint, SimulatedSlap
from hal.iris.simulated import SimulatedIris
from hal.world import stage
from hal.world.person import EYES, FINGERS, Act, Body, Condition, Person
from hal.world.population import population
from hal.world.stage import View, World

INDEX = Position.RIGHT_INDEX


@pytest.fixture(scope="module")
def person() -> Person:
    return Person(Body(81))


def world_of(person: Person, seed: int = 1) -> World:
    world = World(seed)
    world.step_up(person)
    return world


def prints(world: World, position: Position, attempts: int) -> list[bytes]:
    pictures = (stage.finger(attempt) for _ in range(attempts) if (attempt := world.attempt(position)))
    return [b"" if picture is None else picture.tobytes() for picture in pictures]


def test_an_attempt_looks_the_same_whatever_came_before(person: Person) -> None:
    plain = prints(world_of(person), INDEX, 2)
    mixed = world_of(person)
    mixed.attempt(Position.LEFT_THUMB)
    View(mixed, Position.EYE_LEFT).picture(5)
    first = prints(mixed, INDEX, 1)
    mixed.step_away()
    mixed.step_up(person)
    assert first + prints(mixed, INDEX, 1) == plain


def test_two_attempts_two_worlds_and_two_people_differ(person: Person) -> None:
    first, second = prints(world_of(person), INDEX, 2)
    (other_world,) = prints(world_of(person, seed=2), INDEX, 1)
    (other_person,) = prints(world_of(Person(Body(82))), INDEX, 1)
    assert len({first, second, other_world, other_person}) == 4


def test_the_same_body_grows_the_same_finger_again(person: Person) -> None:
    again = Body(81)
    assert np.array_equal(person.body.finger(INDEX).ridges, again.finger(INDEX).ridges)
    assert again.finger(INDEX) is again.finger(INDEX)


@pytest.mark.parametrize("position", [Position.EYE_LEFT, Position.PORTRAIT, Position.HANDS])
def test_a_frame_depends_on_its_number_only(person: Person, position: Position) -> None:
    def frame(numbers: tuple[int, ...]) -> bytes:
        view = View(world_of(person), position)
        return [picture.tobytes() for n in numbers if (picture := view.picture(n)) is not None][-1]

    assert frame((0, 1, 2)) == frame((2,))
    assert frame((2,)) != frame((3,))


def test_nobody_at_the_box_begins_no_attempt() -> None:
    assert World(1).attempt(INDEX) is None


def test_somebody_who_steps_up_comes_into_the_picture(person: Person) -> None:
    world = World(1)
    view = View(world, Position.PORTRAIT)
    before = view.picture(0)
    world.step_up(person)
    after = view.picture(0)
    assert before is not None
    assert after is not None
    assert not np.array_equal(before, after)


def test_slips_are_used_up_one_an_attempt(person: Person) -> None:
    clumsy = Person(person.body, {INDEX: (Act.NOTHING, Act.WRONG_FINGER)})
    world = world_of(clumsy)
    attempts = [world.attempt(INDEX) for _ in range(4)]
    acts = [attempt.act for attempt in attempts if attempt]
    assert acts == [Act.NOTHING, Act.WRONG_FINGER, Act.NORMAL, Act.NORMAL]


def test_a_wrong_finger_is_a_neighbour_that_can_be_offered() -> None:
    lost = {Position.RIGHT_MIDDLE: Condition.AMPUTATED, Position.RIGHT_THUMB: Condition.BANDAGED}
    body = Body(83, lost)
    wrong, ring = Person(body, {INDEX: (Act.WRONG_FINGER,)}), Person(body)
    attempt = world_of(wrong).attempt(INDEX)
    assert attempt is not None
    assert stage._neighbour(attempt) is Position.RIGHT_RING
    assert prints(world_of(wrong), INDEX, 1) != prints(world_of(ring), INDEX, 1)


def test_who_has_no_other_finger_cannot_offer_the_wrong_one() -> None:
    others = dict.fromkeys((finger for finger in FINGERS if finger is not INDEX), Condition.AMPUTATED)
    body = Body(84, others)
    wrong = prints(world_of(Person(body, {INDEX: (Act.WRONG_FINGER,)})), INDEX, 1)
    assert wrong == prints(world_of(Person(body)), INDEX, 1)


@pytest.mark.parametrize("condition", [Condition.AMPUTATED, Condition.MISSING_FROM_BIRTH])
def test_a_finger_that_is_not_there_is_not_laid_down(condition: Condition) -> None:
    assert prints(world_of(Person(Body(85, {INDEX: condition}))), INDEX, 1) == [b""]


def test_a_bandaged_finger_leaves_a_picture_without_growing_ridges() -> None:
    body = Body(86, {INDEX: Condition.BANDAGED})
    assert prints(world_of(Person(body)), INDEX, 1) != [b""]
    assert not body._fingers


def test_the_first_of_a_population_are_the_same_for_every_count() -> None:
    few, many = population(1, 3), population(1, 12)
    assert [describe(person) for person in few] == [describe(person) for person in many[:3]]
    assert [describe(person) for person in many] == [describe(person) for person in population(1, 12)]
    assert [describe(person) for person in many] != [describe(person) for person in population(2, 12)]


def test_the_first_three_are_who_a_short_day_needs() -> None:
    slips, worn, without = population(1, 3)
    assert not slips.body.conditions
    assert {act for acts in slips.behaviour.values() for act in acts} == {
        Act.WRONG_FINGER,
        Act.LIFT_EARLY,
        Act.PARCHED,
        Act.EYE_CLOSED,
        Act.SAME_EYE,
    }
    assert sorted(worn.body.conditions.values()) == [Condition.AMPUTATED, Condition.WORN, Condition.WORN]
    assert {act for acts in worn.behaviour.values() for act in acts} == {
        Act.RESIDUE,
        Act.SUN,
        Act.SECOND_FACE,
        Act.OTHER_HAND,
    }
    unusable = {Condition.BANDAGED, Condition.AMPUTATED, Condition.MISSING_FROM_BIRTH}
    assert {without.body.condition(finger) for finger in FINGERS} == unusable
    assert not without.can_sign


def test_a_large_population_meets_every_condition_and_act() -> None:
    people = population(1, 400)
    assert {person.body.condition(finger) for person in people for finger in FINGERS} == set(Condition)
    acts = {act for person in people for script in person.behaviour.values() for act in script}
    assert acts == set(Act)
    assert any(person.body.eyes != EYES for person in people)
    assert len({person.body.seed for person in people}) == len(people)


def describe(person: Person) -> tuple[object, ...]:
    body = person.body
    return body.seed, dict(body.conditions), body.eyes, dict(person.behaviour), person.can_sign


def platen(driver: type[SimulatedFingerprint], world: World, *asked: Position) -> list[Frame]:
    with driver(FakeClock(), Stage(world=world)) as device:
        return [item for item in device.look(Ask(asked), Stop()) if isinstance(item, Frame)]


def standing(**behaviour: tuple[Act, ...]) -> World:
    world = World(3)
    world.step_up(Person(Body(5), {Position(name): acts for name, acts in behaviour.items()}))
    return world


def test_a_platen_for_slaps_shows_all_fingers_that_are_asked_and_any_other_the_first() -> None:
    four = FINGERS[1:5]
    (all_of_them,) = platen(SimulatedSlap, standing(), *four)
    assert (all_of_them.positions, all_of_them.pixels.shape, all_of_them.ppi) == (four, (1000, 1600), 500)
    (first,) = platen(SimulatedFingerprint, standing(), *four)
    assert first.positions == four[:1]
    assert SimulatedSlap.SENSOR.slaps
    assert not SimulatedFingerprint.SENSOR.slaps


def test_the_other_hand_on_a_platen_for_slaps_is_another_picture() -> None:
    usual = stage.slap([a for p in FINGERS[1:5] if (a := standing().attempt(p))])
    swapped = stage.slap([a for p in FINGERS[1:5] if (a := standing(RIGHT_INDEX=(Act.OTHER_HAND,)).attempt(p))])
    assert usual is not None
    assert swapped is not None
    tips = [int(np.argmax((picture < 128).any(axis=1))) for picture in (usual[:, :400], swapped[:, :400])]
    assert tips[0] < tips[1]  # a right hand begins with its index finger, a left one with its little one


def test_a_trace_on_the_glass_is_seen_at_rest_before_the_touch_and_once() -> None:
    world = standing(RIGHT_THUMB=(Act.RESIDUE,))
    trace, touch = platen(SimulatedFingerprint, world, Position.RIGHT_THUMB)
    assert (trace.at_rest, trace.positions, touch.at_rest) == (True, (), False)
    assert [frame.at_rest for frame in platen(SimulatedFingerprint, world, Position.RIGHT_THUMB)] == [False]


def test_the_sun_is_seen_by_a_scanner_at_rest() -> None:
    world = standing(EYE_LEFT=(Act.SUN,))
    with SimulatedIris(FakeClock(), Stage(world=world)) as device:
        seen = device.look(Ask((Position.EYE_LEFT,)), Stop())
        resting, eye = next(seen), next(seen)
    assert isinstance(resting, Frame)
    assert isinstance(eye, Frame)
    assert (resting.at_rest, eye.at_rest) == (True, False)


def test_the_same_eye_again_is_the_other_eyes_picture() -> None:
    same = standing(EYE_LEFT=(Act.SAME_EYE,)).attempt(Position.EYE_LEFT)
    left, right = standing().attempt(Position.EYE_LEFT), standing().attempt(Position.EYE_RIGHT)
    assert same is not None
    assert left is not None
    assert right is not None
    body = same.person.body
    assert body.eye(Position.EYE_LEFT) is not body.eye(Position.EYE_RIGHT)
    assert not np.array_equal(stage.eye(same, 0), stage.eye(left, 0))
