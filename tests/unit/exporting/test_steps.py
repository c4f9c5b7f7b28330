"""What the documentation says of the way from an output to objects."""

import pytest

from deepbacs_zoo.exporting.steps import decoding_steps
from deepbacs_zoo.package.zoo_config import AnchorBoxes, Foreground, Multilabel, Spline, StarConvex

KINDS = [
    (Multilabel("p", min_seed=7, max_dilation=3), ["7 pixels", "3 waves"]),
    (Foreground("p", threshold=0.35, split_ratio=0.8, min_seed=7), ["0.35", "0.8", "7 pixels"]),
    (Multilabel("p", split_levels=(0.7, 0.95), convexity=0.8), ["0.8 of its", "0.7, 0.95."]),
    (
        Foreground("p", split_levels=(0.7,), convexity=0.9, min_size=20),
        ["0.9 of its", "ones: 0.7."],
    ),
    (Multilabel("p", peak_threshold=0.9), ["A seed without a pixel of P(interior) ≥ 0.9"]),
    (Foreground("p", peak_threshold=0.9), ["A component without a pixel of a probability ≥ 0.9"]),
    (StarConvex("p", 32, 2, 0.55, 0.35), ["32 distances", "i·2", "0.55", "0.35"]),
    (Spline("p", 16, 4, 0.55, 0.35), ["16 control points", "i·4", "0.55", "0.35"]),
    (AnchorBoxes("p", ("rod", "dividing"), 5, 8, 0.25, 0.35), ["5 boxes", "rod, dividing", "0.25"]),
    (AnchorBoxes("p", ("a", "b"), 5, 8, (0.25, 0.45)), ["of their class (a 0.25, b 0.45)"]),
    (AnchorBoxes("p", ("a", "b"), 5, 8, count_factor=(0.0, 0.9)), ["rounded: a all, b 0.9 times."]),
]


@pytest.mark.parametrize(("settings", "parts"), KINDS, ids=lambda each: type(each).__name__)
def test_every_setting_stands_in_the_steps(settings, parts):
    sentence, steps = decoding_steps(settings)
    assert "`p`" in sentence
    assert ("boxes" in sentence) == isinstance(settings, AnchorBoxes)
    for part in parts:
        assert part in steps
    numbers = [line.split(".")[0] for line in steps.splitlines() if line[0].isdigit()]
    assert numbers == [str(number + 1) for number in range(len(numbers))]


def test_nothing_is_said_of_counts_where_no_class_has_a_factor():
    assert "square roots" not in decoding_steps(AnchorBoxes("p", ("a", "b"), 5, 8))[1]


def test_nothing_is_said_of_levels_where_there_are_none():
    for settings in (Multilabel("p"), Foreground("p")):
        assert "hull" not in decoding_steps(settings)[1]


@pytest.mark.parametrize("settings", [each for each, _ in KINDS[:6]], ids=lambda each: each.kind)
def test_labels_end_with_their_smallest_size(settings):
    assert "fewer than 20 pixels are dropped" in decoding_steps(settings)[1]
