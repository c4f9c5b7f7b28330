"""The decoding of stars against that of stardist itself, on labels of real cells."""

import importlib.util
import warnings
from pathlib import Path

import numpy as np
import pytest

from deepbacs_zoo.annotations import match_pairs, read_pair
from deepbacs_zoo.datasets import sample_images
from deepbacs_zoo.decoding import decode
from deepbacs_zoo.metrics import match
from deepbacs_zoo.package.zoo_config import StarConvex

if importlib.util.find_spec("stardist") is None:
    pytest.skip("stardist is not installed", allow_module_level=True)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from stardist.geometry import polygons_to_label, star_dist
    from stardist.nms import non_maximum_suppression
    from stardist.utils import edt_prob

RAYS = 32


def nuclei():
    from tifffile import imread

    folder = Path(importlib.util.find_spec("stardist").origin).parent
    return imread(folder / "data" / "images" / "mask2d.tif")[:300, :250].astype(np.int32)


def bacteria():
    folder = sample_images("ecoli_brightfield") / "test"
    pair = match_pairs(folder / "source", folder / "target")[-1]
    return read_pair(pair)[1]


LABELS = {"nuclei": nuclei, "bacteria": bacteria}


@pytest.fixture(scope="module", params=LABELS)
def labels(request):
    return LABELS[request.param]()


def ideal(labels, grid, noise):
    """What a network of stars would give, and what it might."""
    rng = np.random.default_rng(grid)
    distances = star_dist(labels, RAYS, grid=(grid, grid))
    probabilities = edt_prob(labels)[::grid, ::grid]
    probabilities = np.clip(probabilities + noise * rng.normal(size=probabilities.shape), 0, 1)
    distances = distances * (1 + noise * rng.normal(size=distances.shape))
    return probabilities.astype(np.float32), distances.astype(np.float32)


def theirs(probabilities, distances, grid, shape):
    points, scores, kept = non_maximum_suppression(
        distances, probabilities, grid=(grid, grid), b=0, nms_thresh=0.4, prob_thresh=0.5
    )
    return polygons_to_label(kept, points, shape, prob=scores)


def ours(probabilities, distances, grid, shape):
    tensor = np.concatenate([probabilities[None], np.moveaxis(distances, 2, 0)])
    return decode(StarConvex("p", RAYS, grid, min_size=1), tensor, shape)


def share_found(truth, found, iou):
    return float(match(truth, found, (iou,)).tp[0]) / len(np.unique(truth[truth > 0]))


@pytest.mark.parametrize(("grid", "noise"), [(1, 0), (2, 0), (2, 0.02), (4, 0)])
def test_the_objects_are_those_of_stardist(labels, grid, noise):
    tensors = ideal(labels, grid, noise)
    found, expected = (each(*tensors, grid, labels.shape) for each in (ours, theirs))
    assert abs(int(found.max()) - int(expected.max())) <= 1
    # One object at most is another: polygons are closed and filled in other ways.
    assert share_found(expected, found, 0.9) >= 1 - 1.5 / expected.max()


@pytest.mark.parametrize("grid", [1, 2, 4])
def test_true_distances_give_the_labels_back_as_well_as_with_stardist(labels, grid):
    tensors = ideal(labels, grid, 0)
    found, expected = (each(*tensors, grid, labels.shape) for each in (ours, theirs))
    assert share_found(labels, found, 0.5) >= 0.97
    for iou in (0.5, 0.8, 0.9):
        assert share_found(labels, found, iou) >= share_found(labels, expected, iou) - 0.01
