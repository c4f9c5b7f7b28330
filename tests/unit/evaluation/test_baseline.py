"""The classical method: tuned on training images, applied to others, or left out with a reason."""

import dataclasses

import numpy as np
import pytest
import tifffile

from deepbacs_zoo.annotations import Annotation, Box, BoxAnnotation, Pair
from deepbacs_zoo.annotations.kinds import KINDS
from deepbacs_zoo.annotations.labels.options import AS_THEY_ARE
from deepbacs_zoo.evaluation.baseline import Baseline, box_field, label_field, tune_baseline
from deepbacs_zoo.evaluation.baseline.choosing import choose_baseline
from deepbacs_zoo.findings import Severity
from deepbacs_zoo.metrics import match
from tests.unit.evaluation.painted import A, B, cells, training_pairs, write_pair


def discs(*centers, shape=(96, 128), radius=8):
    """A label image with one disc for each ``(y, x)``."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    labels = np.zeros(shape, np.int32)
    for number, (y, x) in enumerate(centers, start=1):
        labels[np.hypot(rows - y, columns - x) < radius] = number
    return labels


TRAINING = discs((20, 20), (20, 38), (60, 60), (70, 100))
TEST = discs((30, 30), (48, 34), (70, 90), (20, 100), (38, 104))


def drawn(labels, polarity=1.0, seed=0):
    """Objects on a slope of brightness that is steeper than they are high, with noise."""
    noise = np.random.default_rng(seed).normal(0, 4, labels.shape)
    slope = np.linspace(0, 300, labels.shape[1])
    return (1000 + slope + polarity * 100 * (labels > 0) + noise).astype(np.float32)


@pytest.fixture(scope="module", params=[1.0, -1.0], ids=["bright", "dark"])
def tuned(request):
    polarity = request.param
    field = label_field(drawn(TRAINING, polarity), Annotation(TRAINING))
    return polarity, tune_baseline([field])


def test_objects_of_either_polarity_are_found_on_other_images(tuned):
    polarity, method = tuned
    assert method.parameters.bright == (polarity > 0)
    found = method(drawn(TEST, polarity, seed=1))
    assert found.dtype == np.int32
    assert match(TEST, found, (0.5, 0.7)).f1 == (1.0, 1.0)


def test_labels_are_numbered_in_raster_order(tuned):
    polarity, method = tuned
    found = method(drawn(TEST, polarity))
    present, first = np.unique(found, return_index=True)
    assert present.tolist() == list(range(6))
    assert sorted(first[1:].tolist()) == first[1:].tolist()


def test_the_description_says_what_it_was_tuned_on(tuned):
    polarity, method = tuned
    assert method.description.startswith("bright objects" if polarity > 0 else "dark objects")
    assert "chosen by F1 on 1 training images with 4 objects" in method.description
    assert method.f1 > 0.9


def test_the_same_images_choose_the_same(tuned):
    polarity, method = tuned
    field = label_field(drawn(TRAINING, polarity), Annotation(TRAINING))
    assert tune_baseline([field]) == method


@pytest.mark.parametrize("value", [0, 7, 60000])
def test_a_flat_image_has_no_object(tuned, value):
    assert not tuned[1](np.full((64, 64), value, np.uint16)).any()


def test_values_that_are_no_numbers_are_not_lost_on_the_rest(tuned):
    polarity, method = tuned
    image = drawn(TEST, polarity)
    image[90:, :5] = np.nan
    assert match(TEST, method(image), (0.5,)).recall[0] >= 0.8


def test_small_objects_than_any_labelled_one_are_dropped(tuned):
    polarity, method = tuned
    labels = discs((40, 40), (70, 100))
    labels[10:13, 10:14] = 3
    assert method(drawn(labels, polarity)).max() == 2


def box_annotation(labels):
    corners = [np.argwhere(labels == number) for number in range(1, labels.max() + 1)]
    return BoxAnnotation(
        tuple(Box(*map(int, (*at.min(0)[::-1], *(at.max(0)[::-1] + 1))), "rod") for at in corners)
    )


def test_boxes_choose_by_boxes():
    method = tune_baseline([box_field(drawn(TRAINING), box_annotation(TRAINING))])
    assert method.f1 > 0.9
    assert match(TEST, method(drawn(TEST, seed=1)), (0.5,)).f1 == (1.0,)


@pytest.mark.parametrize("labels", [TRAINING, np.zeros((96, 128), np.int32)])
def test_nothing_is_chosen_where_nothing_can_be_found(labels):
    fields = [label_field(np.zeros(labels.shape, np.float32), Annotation(labels))]
    assert tune_baseline(fields) is None
    empty = box_field(np.zeros((9, 9), np.float32), BoxAnnotation(()))
    assert tune_baseline([empty]) is None


def chosen(training, scored):
    return choose_baseline(
        KINDS["labels"], label_field, tune_baseline, training, scored, None, AS_THEY_ARE
    )


def test_training_images_are_found_beside_the_scored_ones(tmp_path):
    training_pairs(tmp_path)
    scored = [write_pair(tmp_path / "test", "scored", cells(A), cells(A))]
    found = chosen(None, scored)
    assert isinstance(found, Baseline)
    assert (found.images, found.objects) == (2, 4)
    assert chosen(training_pairs(tmp_path), scored) == found


def test_images_that_are_scored_do_not_choose(tmp_path):
    first, second = training_pairs(tmp_path)
    assert chosen([first, second], [first]).images == 1
    copy = tmp_path / "copy.tif"
    copy.write_bytes(first.source.read_bytes())
    assert chosen([first, second], [dataclasses.replace(first, source=copy)]).images == 1


def test_many_images_are_few_that_are_spread_evenly(tmp_path):
    pairs = [
        write_pair(tmp_path, f"{n}", cells(A, B)[:, n:], cells(A, B)[:, n:]) for n in range(20)
    ]
    scored = [write_pair(tmp_path / "test", "scored", cells(A), cells(A))]
    assert chosen(pairs, scored).images == 7


@pytest.mark.parametrize("case", ["unknown", "scored", "nothing", "broken"])
def test_the_reason_is_given_where_it_is_left_out(tmp_path, case):
    scored = [write_pair(tmp_path / "test", "scored", cells(A), cells(A))]
    one, two = training_pairs(tmp_path / "elsewhere")
    if case == "nothing":
        for pair in (one, two):
            tifffile.imwrite(pair.source, np.zeros((48, 64), np.float32))
    if case == "broken":
        two.target.write_bytes(two.target.read_bytes()[:100])
    training = {"unknown": None, "scored": scored}.get(case, [one, two])
    finding = chosen(training, scored)
    reason = {
        "unknown": "no training images are known",
        "scored": "the training images are the ones that are scored",
        "nothing": "the training images hold nothing to tune it on",
        "broken": f"the training images cannot be read: {two.target}",
    }[case]
    assert f"the classical method is left out: {reason}" in str(finding.what)
    assert (finding.id, finding.severity) == ("baseline-left-out", Severity.INFO)
    assert "training" in str(finding.hint)


def test_a_scored_image_in_no_known_folder_has_nothing_beside_it(tmp_path):
    pair = write_pair(tmp_path / "mine", "scored", cells(A), cells(A))
    training_pairs(tmp_path)
    assert "no training images are known" in str(chosen(None, [pair]).what)
    assert isinstance(pair, Pair)
