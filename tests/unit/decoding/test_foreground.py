import numpy as np
import pytest

from deepbacs_zoo.annotations import match_pairs, read_pair
from deepbacs_zoo.datasets import sample_images
from deepbacs_zoo.decoding import decode
from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.metrics import match
from deepbacs_zoo.package.zoo_config import Foreground
from tests.data.decoding.golden import golden, settings_of, tensor_of
from tests.data.decoding.make_foreground import DEFAULTS, cases, disks, plain_decode, rod

ENTRIES = golden("foreground")
SETTINGS = Foreground("p")


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["name"])
def test_a_golden_tensor_is_decoded_to_its_labels(entry):
    found = decode(settings_of("foreground", entry["settings"]), tensor_of(entry))
    assert found.dtype == np.int32
    assert found.reshape(-1).tolist() == entry["labels"]


def test_the_labels_of_the_vectors_are_those_of_the_plain_implementation():
    assert [entry["name"] for entry in ENTRIES] == [name for name, _, _ in cases()]
    for entry in ENTRIES:
        found = plain_decode(entry["settings"], tensor_of(entry))
        assert found.reshape(-1).tolist() == entry["labels"]


@pytest.mark.parametrize("seed", range(20))
def test_both_implementations_agree_on_random_tensors(seed):
    rng = np.random.default_rng(seed)
    settings = DEFAULTS | {
        "channel": int(rng.integers(2)),
        "threshold": float(rng.choice([0.3, 0.5, 0.7])),
        "neck": float(rng.choice([0.2, 0.5, 0.75, 0.95])),
        "min_seed": int(rng.integers(0, 8)),
        "min_size": int(rng.integers(0, 8)),
    }
    height, width = (int(side) for side in rng.integers(1, 18, 2))
    coarse = rng.random((2, -(-height // 3), -(-width // 3))).repeat(3, 1).repeat(3, 2)
    tensor = (coarse[:, :height, :width] + rng.normal(0, 0.1, (2, height, width))).astype(
        np.float32
    )
    np.testing.assert_array_equal(
        decode(settings_of("foreground", settings), tensor), plain_decode(settings, tensor)
    )


@pytest.mark.parametrize("radius", [1.5, 2, 2.5, 3, 4, 6])
def test_a_rod_is_not_cut_however_long_or_bent_it_is(radius):
    rng = np.random.default_rng(0)
    for _ in range(12):
        direction, half, bend = rng.uniform(0, np.pi), rng.uniform(4, 22), rng.uniform(-0.03, 0.03)
        along = np.linspace(-half, half, 60)
        angles = direction + bend * along
        y, x = (
            32 + np.cumsum(each(angles)) * half / 30 - half * each(direction)
            for each in (np.sin, np.cos)
        )
        plane = disks(64, 64, *zip(y, x, [radius] * y.size, strict=True))
        assert decode(SETTINGS, plane).max() == 1


@pytest.mark.parametrize(
    ("radius", "distance"), [(4, 1.85), (5, 1.8), (5, 1.9), (7, 1.8), (7, 1.9), (10, 1.8)]
)
def test_cocci_that_touch_are_two_of_about_equal_size(radius, distance):
    for angle in np.linspace(0, np.pi, 9):
        step = distance * radius * np.array([np.sin(angle), np.cos(angle)])
        plane = disks(64, 64, (28, 28, radius), (28 + step[0], 28 + step[1], radius))
        labels = decode(Foreground("p", split_ratio=0.85), plane)
        assert labels.max() == 2
        assert np.ptp(np.bincount(labels.ravel())[1:]) < 0.12 * np.count_nonzero(labels)


def test_a_chain_and_a_clump_of_cocci_are_as_many_as_they_are():
    chain = disks(20, 90, *((10, 10 + 11 * i, 6) for i in range(7)))
    assert decode(SETTINGS, chain).max() == 7
    clump = disks(60, 60, *((15 + 11 * i, 15 + 11 * j, 6) for i in range(3) for j in range(3)))
    assert decode(SETTINGS, clump).max() == 9


def test_rods_that_touch_with_their_ends_are_two():
    plane = np.maximum(rod(30, 70, (10, 8), (10, 30), 5), rod(30, 70, (12, 40), (18, 60), 5))
    assert decode(SETTINGS, plane).max() == 2


def test_a_rod_that_divides_is_two_once_its_neck_is_narrow():
    for neck, count in ((5, 1), (4.5, 1), (2.5, 2), (1, 2)):
        plane = rod(30, 60, (15, 10), (15, 50), 5)
        plane[0, :, 29:32][abs(np.arange(30) - 15) > neck] = 0
        assert decode(SETTINGS, plane).max() == count


def test_a_rough_rim_cuts_nothing():
    rng = np.random.default_rng(4)
    for _ in range(8):
        plane = rod(40, 70, (12, 10), (28, 60), 5)
        plane += rng.normal(0, 0.25, plane.shape).astype(np.float32)
        # As smooth as a network's output.
        smooth = sum(np.roll(plane, (dy, dx), (1, 2)) for dy in (-1, 0, 1) for dx in (-1, 0, 1))
        assert decode(SETTINGS, (smooth / 9).astype(np.float32)).max() == 1


def test_the_edge_of_the_image_is_no_rim_of_a_cell():
    plane = rod(30, 40, (-2, 20), (31, 22), 5)
    assert decode(SETTINGS, plane).max() == 1
    assert decode(SETTINGS, plane[:, :, 20:]).max() == 1


def test_the_foreground_of_the_shipped_bacteria_gives_them_back():
    found = []
    folder = sample_images("ecoli_brightfield") / "test"
    for pair in match_pairs(folder / "source", folder / "target"):
        labels = read_pair(pair)[1]
        decoded = decode(SETTINGS, (labels > 0).astype(np.float32)[None])
        found.append(match(labels, decoded, (0.5, 0.9)))
    total = sum(found[1:], found[0])
    assert total.tp[0] + total.fn[0] > 50
    assert total.tp[0] / (total.tp[0] + total.fn[0]) == 1
    assert total.tp[1] / (total.tp[1] + total.fn[1]) > 0.97


def test_a_tensor_without_the_channel_is_refused():
    with pytest.raises(PackageError, match=r"with at least 3 channels; correct the channel"):
        decode(Foreground("p", channel=2), np.zeros((2, 4, 4), np.float32))
    with pytest.raises(PackageError, match="1x2x4x4"):
        decode(SETTINGS, np.zeros((1, 2, 4, 4), np.float32))
