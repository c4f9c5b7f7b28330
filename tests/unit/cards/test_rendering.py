from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from deepbacs_zoo.cards import Card, Facts, Score, TensorFact, read_card, render
from tests.unit.cards.test_reading import write


@pytest.fixture
def card(tmp_path: Path) -> Card:
    return read_card(write(tmp_path))


@pytest.fixture
def facts() -> Facts:
    return Facts(
        inputs=(
            TensorFact(
                "raw", "bcyx", "float32", ("brightness",), "104 + n·8", ("zero_mean(axes=cyx)",)
            ),
        ),
        outputs=(TensorFact("probabilities", "bcyx", "float32", ("a", "b"), "as `raw`"),),
        border=44,
        halo=48,
        peak_bytes_per_pixel=512.0,
        formats=("onnx", "torchscript"),
        pixel_size=(0.08, 0.08),
        agreement=2e-7,
        decoding=("Pixels become cells.",),
        training=(("epochs", "3"),),
        images=1,
        ground_truth="1234 labelled objects",
        scores=(Score("recall at IoU 0.5", 0.9, 0.8, 0.95, 0.5), Score("IoU", 0.7)),
        baseline="Otsu",
    )


def test_measured_scores_stand_in_the_validation_section(card: Card, facts: Facts) -> None:
    text = render(card, facts)
    validation = text.split("## Validation")[1].split("\n## ")[0]
    assert "| recall at IoU 0.5 | 0.900 | 0.800 to 0.950 | 0.500 |" in validation
    assert "| IoU | 0.700 |  |  |" in validation
    assert "1 image with 1234 labelled objects, " in validation
    assert "below 1e-06" in validation


def test_incomplete_labels_are_said(card: Card, facts: Facts) -> None:
    assert "lower bounds" in render(card, facts)
    complete = dataclasses.replace(
        card, training_data=dataclasses.replace(card.training_data, labels="complete")
    )
    assert "lower bounds" not in render(complete, facts)


def test_a_model_without_scores_says_so(card: Card, facts: Facts) -> None:
    text = render(card, dataclasses.replace(facts, scores=()))
    assert "not scored" in text


def test_prose_comes_first_and_citation_last(card: Card, facts: Facts) -> None:
    text = render(card, facts)
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert headings[0] == "## Description"
    assert headings[-1] == "## Citation"
    assert len(headings) == len(set(headings))
    assert text.endswith("of the training images: CC-BY-4.0.\n")
    assert "Please cite." in text


def test_without_baseline_the_table_has_no_column_for_it(card: Card, facts: Facts) -> None:
    scores = (Score("IoU", 0.7, 0.6, 0.8),)
    text = render(card, dataclasses.replace(facts, scores=scores, baseline=""))
    assert "| IoU | 0.700 | 0.600 to 0.800 |\n" in text
    assert "baseline" not in text


def test_an_unknown_pixel_size_is_said(card: Card, facts: Facts) -> None:
    assert "is not known" in render(card, dataclasses.replace(facts, pixel_size=None))


def test_tables_have_as_many_cells_as_columns(card: Card, facts: Facts) -> None:
    counts: list[int] = []
    for line in render(card, facts).splitlines():
        if not line.startswith("|"):
            counts = []
            continue
        counts.append(line.count("|"))
        assert len(set(counts)) == 1, line


def test_a_shifted_test_image_is_said(card: Card, facts: Facts) -> None:
    assert "takes out again" not in render(card, facts)
    assert "minus 64521" in render(card, dataclasses.replace(facts, test_offset=64521.0))


def test_usage_names_every_program(card: Card, facts: Facts) -> None:
    usage = render(card, facts).split("## Usage")[1]
    for name in ("deepbacs-zoo predict", "deepbacs_zoo.predict", "bioimageio.core", "deepImageJ"):
        assert name in usage
    assert "model_path=" in usage  # lower case, or ImageJ does not find it


def test_a_long_row_of_channels_is_shortened(card: Card, facts: Facts) -> None:
    names = ("probability", *(f"distance {ray}" for ray in range(64)))
    stars = dataclasses.replace(facts.outputs[0], channels=names)
    text = render(card, dataclasses.replace(facts, outputs=(stars,)))
    assert "probability, distance 0, distance 1, …, distance 63 (65 channels)" in text


def test_deepimagej_is_not_promised_for_outputs_on_a_grid(card: Card, facts: Facts) -> None:
    assert 'run("DeepImageJ Run"' in render(card, facts)
    small = render(card, dataclasses.replace(facts, grid=2))
    assert "DeepImageJ Run" not in small
    assert "export --for deepimagej" in small


def test_a_package_that_is_run_whole_says_how_large_and_where_not(card: Card, facts: Facts) -> None:
    text = render(card, dataclasses.replace(facts, grid=2, largest_image=16_000_000))
    for part in ("in one piece", "16.0 megapixels (4,000 x 4,000)", "8 GB", "QuPath", "any size"):
        assert part in text
    assert "off its steps, the weights give the numbers of the plain package" in text
    assert "halo of 48" not in text
    assert 'run("DeepImageJ Run"' in text


def test_the_plain_package_says_what_deepimagej_computes_otherwise(
    card: Card, facts: Facts
) -> None:
    usage = render(card, facts).split("## Usage")[1]
    assert "near the border and in stacks" in usage
    assert "export --for deepimagej" in usage
