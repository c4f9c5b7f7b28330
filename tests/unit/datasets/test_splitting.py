"""The validation split: repeatable anywhere, per species, and steady when images are added."""

import pytest

from deepbacs_zoo.datasets import SplitRule, draw, get_set
from tests.unit.datasets.drawn import numbered


def test_the_draw_is_this_one_forever():
    assert draw(numbered("pos", 19), SplitRule()) == ("pos008", "pos013")


def test_order_and_repetition_do_not_matter():
    names = numbered("pos", 19)
    assert draw([*reversed(names), *names], SplitRule()) == draw(names, SplitRule())


def test_another_seed_draws_others():
    names = numbered("a", 200)
    first, second = (set(draw(names, SplitRule(seed=seed))) for seed in (0, 1))
    assert len(first) == len(second) == 20
    assert len(first & second) < 10


def test_each_species_of_the_mixed_set_is_drawn_for_itself():
    rule = get_set("mixed").split
    names = numbered("JE2_", 40) + numbered("pos", 20) + numbered("train_", 10) + ["other", "more"]
    drawn = draw(names, rule)
    counts = {begin: sum(name.startswith(begin) for name in drawn) for begin in rule.strata}
    assert counts == {"JE2": 4, "pos": 2, "train_": 1}
    assert len(drawn) == 8


@pytest.mark.parametrize(("count", "held"), [(0, 0), (1, 0), (2, 1), (3, 1), (10, 1), (153, 15)])
def test_a_tenth_is_held_back_and_never_all(count, held):
    assert len(draw(numbered("i", count), SplitRule())) == held


def test_an_added_image_moves_at_most_one_other():
    names = numbered("i", 60)
    before, after = (set(draw(some, SplitRule())) for some in (names, [*names, "new"]))
    assert len(before - after) <= 1
