"""Pairs of images are checked before a network learns from them."""

from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import shift

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.simulation import get_scene, simulate
from deepbacs_zoo.tasks import get_method, resolve
from deepbacs_zoo.tasks.images.pairs import check_pair
from deepbacs_zoo.tasks.images.registration import measured_shift, register
from tests.data.runs.make_runs import noisy_pair

PLACE = Path("target.tif")


@pytest.fixture(scope="module")
def pair():
    return tuple(plane[np.newaxis] for plane in noisy_pair(np.random.default_rng(3)))


def moved(plane, by):
    return shift(plane.astype(np.float64), by, order=1, mode="nearest")


@pytest.mark.parametrize("by", [(3, -2), (0, 7), (-12.5, 4)])
@pytest.mark.parametrize("contrast", [1, -1], ids=["bright", "dark"])
def test_a_shift_is_measured_whichever_contrast_both_have(pair, by, contrast):
    source, target = pair
    found = measured_shift(contrast * source[0].astype(float), moved(target[0], by))
    assert found == pytest.approx(by, abs=0.4)


def test_noise_has_no_shift(pair):
    random = np.random.default_rng(0)
    assert measured_shift(*random.normal(size=(2, 66, 90))) is None
    assert measured_shift(pair[0][0], np.zeros((66, 90))) is None


def test_a_pair_that_fits_is_not_spoken_of(pair):
    assert check_pair(PLACE, *pair) == ()


def test_a_shifted_target_is_named_with_its_shift(pair):
    source, target = pair
    (finding,) = check_pair(PLACE, source, moved(target[0], (3, -2))[np.newaxis])
    assert finding.id == "pair-shifted"
    assert "+3.0 pixels in y and -2.0 in x" in finding.what


@pytest.mark.parametrize("by", [(3.0, -2.0), (0.0, 7.0), (-4.5, 0.0)])
def test_a_shifted_target_is_moved_back_and_both_are_cut_to_what_they_share(pair, by):
    source, target = pair
    found = register(PLACE, source, moved(target[0], by)[np.newaxis])
    rows, columns = found.rows, found.columns
    assert found.target.shape == target[:, rows, columns].shape
    assert found.target.dtype == np.float32
    lost = [side - size for side, size in zip((66, 90), found.target.shape[1:], strict=True)]
    assert lost == pytest.approx([abs(step) for step in by], abs=1.5)
    before = np.abs(moved(target[0], by)[rows, columns] - target[0, rows, columns]).mean()
    after = np.abs(found.target[0] - target[0, rows, columns]).mean()
    assert after < before / 4
    assert check_pair(PLACE, source[:, rows, columns], found.target) == ()
    assert found.finding.id == "pair-registered"
    assert "the target was moved by" in found.finding.what


def test_pairs_that_fit_or_share_nothing_are_not_moved(pair):
    source, target = pair
    assert register(PLACE, source, target) is None
    noise = np.random.default_rng(0).normal(size=(1, 66, 90))
    assert register(PLACE, source, noise) is None


def test_registered_pairs_are_what_a_method_learns_from(tmp_path):
    from deepbacs_zoo.annotations import LabelOptions
    from deepbacs_zoo.images import Calibration, write_tiff
    from deepbacs_zoo.tasks import annotation_kind

    source, target = noisy_pair(np.random.default_rng(3))
    for folder, plane in (("source", source), ("target", moved(target, (6, 0)))):
        (tmp_path / folder).mkdir()
        write_tiff(tmp_path / folder / "a.tif", plane.astype(np.uint16), "yx", Calibration())
    for asked, height in ((False, 66), (True, 60)):
        kind = annotation_kind("image", (), LabelOptions(register=asked))
        (found,) = kind.read(kind.match(tmp_path / "source", tmp_path / "target"))
        assert found.truth.shape[0] == pytest.approx(height, abs=1)
        assert found.image.data.sizes["y"] == found.truth.shape[0]
        ids = [finding.id for finding in found.findings]
        assert ids == ["pair-registered" if asked else "pair-shifted"]


def test_a_saturated_target_is_named_with_its_share(pair):
    source, target = pair
    cut = np.minimum(target, 255).astype(np.uint8)
    (finding,) = check_pair(PLACE, source, cut)
    assert finding.id == "target-saturated"
    assert "255" in finding.what
    assert check_pair(PLACE, source, cut.astype(np.float32)) == ()
    assert check_pair(PLACE, source, np.minimum(target, 350)) == (), "no camera ends there"


def test_an_offset_that_cut_off_the_dark_is_named(pair):
    source, target = pair
    noisy = np.random.default_rng(0).poisson(3, target.shape).astype(np.uint16)
    noisy[:, 20:40, 20:40] += 500
    found = check_pair(PLACE, source, np.maximum(noisy, 2) - 2)
    (finding,) = [each for each in found if each.id == "target-clipped-at-zero"]
    assert "of the target are 0" in finding.what
    assert not [each for each in check_pair(PLACE, source, noisy) if each.id == finding.id]
    mask = np.where(target > 300, target, 0).astype(np.uint16)
    assert check_pair(PLACE, source, mask) == (), "a ground of 0 that is meant"


@pytest.mark.parametrize("name", ["image", "target"])
def test_an_enlarged_image_is_named(pair, name):
    planes = dict(zip(("image", "target"), pair, strict=True))
    planes[name] = planes[name][:, ::2, ::2].repeat(2, 1).repeat(2, 2)
    found = check_pair(PLACE, *planes.values())
    assert [each.what for each in found if each.id == "image-enlarged"] == [
        f"the {name} consists of blocks of 2 by 2 equal pixels"
    ]


def test_a_target_that_teaches_nothing_is_refused(pair):
    source, target = pair
    with pytest.raises(DataError, match="channel 2 is 7 everywhere"):
        check_pair(PLACE, source, np.concatenate([target, np.full_like(target, 7)]))
    with pytest.raises(DataError, match="the target is the image itself"):
        check_pair(PLACE, source, source.copy())


def test_the_shift_of_a_stain_from_bright_field_is_measured():
    scene = get_scene("labeling-drift")
    drawn = [simulate(scene, 192, seed=0, index=index) for index in range(4)]
    errors = []
    for sample in drawn:
        true = np.divide(sample.shift, sample.pixel_size)
        found = measured_shift(sample.source, sample.target) or (0.0, 0.0)
        errors.append(np.hypot(*(found - true)))
    assert np.median(errors) < 1
    assert max(errors) < 2


def test_what_follows_gain_and_offset_has_one_scale():
    method = get_method(
        "care", {"image_scale": (100.0, 5.0), "target_scale": (101.0, 4.0), "equivariant": True}
    )
    (before,), (after,) = method.inputs[0].steps, method.outputs[0].steps
    assert dict(before.kwargs) == {"gain": 0.2, "offset": -20.0}
    assert dict(after.kwargs) == {"gain": 5.0, "offset": 100.0}


@pytest.mark.parametrize(
    ("task", "arguments", "network"),
    [
        ("denoising", {}, "equivariant"),
        ("denoising", {"equivariant": False}, "care"),
        ("denoising", {"probabilistic": True}, "care"),
        ("labeling", {}, "care"),
        ("superresolution", {}, "care"),
    ],
)
def test_only_a_denoised_image_follows_gain_and_offset(task, arguments, network):
    method = get_method("care", arguments, task=task)
    assert method.network == network
    assert method.arguments["equivariant"] == (network == "equivariant")


def test_the_settings_of_deepbacs_have_its_own_network():
    entry = resolve("denoising", "care")
    assert entry.build(**entry.presets["deepbacs"].arguments).network == "care"
