import json
from pathlib import Path

import numpy as np
import pytest

from deepbacs_zoo.decoding import decode
from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.package.zoo_config import Multilabel
from tests.data.decoding.golden import settings_of
from tests.data.decoding.make_golden import DEFAULTS, blobs, cases, plain_decode

GOLDEN = json.loads(
    (Path(__file__).parents[2] / "data" / "decoding" / "multilabel.json").read_text("utf-8")
)


def decoded(entry):
    tensor = np.array(entry["probabilities"], np.float32).reshape(entry["shape"])
    return decode(settings_of("multilabel", entry["settings"]), tensor)


@pytest.mark.parametrize("entry", GOLDEN, ids=lambda entry: entry["name"])
def test_a_golden_tensor_is_decoded_to_its_labels(entry):
    expected = np.array(entry["labels"], np.int32).reshape(entry["shape"][1:])
    found = decoded(entry)
    assert found.dtype == np.int32
    np.testing.assert_array_equal(found, expected)


def test_the_labels_of_the_vectors_are_those_of_the_plain_implementation():
    # From the stored tensors: another processor's exp may make other ones in the last place.
    assert [entry["name"] for entry in GOLDEN] == [name for name, _, _ in cases()]
    for entry in GOLDEN:
        tensor = np.array(entry["probabilities"], np.float32).reshape(entry["shape"])
        assert plain_decode(entry["settings"], tensor).reshape(-1).tolist() == entry["labels"]


@pytest.mark.parametrize("seed", range(25))
def test_both_implementations_agree_on_random_tensors(seed):
    rng = np.random.default_rng(seed)
    settings = DEFAULTS | {
        "seed_threshold": float(rng.uniform(0.2, 0.8)),
        "foreground_threshold": float(rng.uniform(0.2, 0.8)),
        "min_seed": int(rng.integers(0, 5)),
        "min_size": int(rng.integers(0, 12)),
        "max_growth": int(rng.integers(0, 5)),
    }
    tensor = blobs(rng, int(rng.integers(1, 30)), int(rng.integers(1, 30)), int(rng.integers(0, 9)))
    np.testing.assert_array_equal(
        decode(settings_of("multilabel", settings), tensor), plain_decode(settings, tensor)
    )


def test_labels_count_up_in_raster_order_without_gaps():
    labels = decode(Multilabel("p"), blobs(np.random.default_rng(1), 60, 60, 20))
    present, first = np.unique(labels, return_index=True)
    assert present.tolist() == list(range(present.size))
    assert (np.diff(first[1:]) > 0).all()


def test_touching_cells_share_their_boundary_evenly():
    p = np.zeros((3, 8, 20), np.float32)
    p[0] = 1
    p[:, 1:7, 1:19] = np.array([0, 1, 0], np.float32)[:, None, None]
    p[:, 1:7, 9:11] = np.array([0, 0, 1], np.float32)[:, None, None]
    labels = decode(Multilabel("p"), p)
    assert np.bincount(labels.reshape(-1)).tolist()[1:] == [54, 54]


def test_a_tensor_without_the_named_channels_is_refused():
    with pytest.raises(PackageError) as caught:
        decode(Multilabel("probabilities"), np.zeros((2, 4, 4), np.float32))
    for part in ("probabilities", "2x4x4", "3 channels"):
        assert part in str(caught.value)


def test_a_double_precision_tensor_is_compared_in_single_precision():
    p = np.zeros((3, 6, 6))
    p[1] = 0.1  # below float32(0.1), which is the threshold
    settings = Multilabel("p", seed_threshold=0.1)
    assert decode(settings, p).tolist() == decode(settings, p.astype(np.float32)).tolist()
    assert decode(settings, p).max() == 1


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (5, 0), (1, 1)])
def test_planes_without_pixels_have_no_objects(shape):
    labels = decode(Multilabel("p"), np.ones((3, *shape), np.float32))
    assert labels.shape == shape
    assert not labels.any()


def test_pixels_that_are_no_number_belong_to_no_object():
    p = np.zeros((3, 8, 8), np.float32)
    p[1] = 1
    p[:, 2] = np.nan
    labels = decode(Multilabel("p", min_size=1), p)
    assert not labels[2].any()
    assert labels[:2].min() == 1
    assert labels[3:].min() == 2
