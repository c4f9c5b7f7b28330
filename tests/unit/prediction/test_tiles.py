"""Tiled equals whole, and the border rule."""

from __future__ import annotations

import random

import numpy as np
import pytest

from deepbacs_zoo.errors import DataError, HostError, PackageError
from deepbacs_zoo.package import open_package
from deepbacs_zoo.prediction import predict, run_network
from deepbacs_zoo.runners import load_session
from deepbacs_zoo.tensors import Axis, FixedSize, FreeSize, Step, SteppedSize, TensorSpec
from tests.packages import CASES
from tests.unit.prediction.samples import HALO, STEP, fake, image_of, noise, smooth, unet
from tests.unit.runners.stub import output, tensor

NORMALIZE = Step("zero_mean_unit_variance", {"axes": "cyx"})


def out(package, session, image, **options):
    return predict(package, image, session=session, **options)


@pytest.mark.parametrize("seed", range(30))
def test_tiled_equals_whole_for_random_sizes_and_budgets(seed):
    rng = random.Random(seed)
    size = SteppedSize(rng.choice((8, 12, 16, 20)), rng.choice((4, 8, 12)))
    package, session = fake(unet, (tensor("raw", size=size, steps=(NORMALIZE,)),))
    image = image_of(noise(rng.randrange(30, 300), rng.randrange(30, 300), seed=seed))
    whole = out(package, session, image)
    budget = rng.randrange(40 * 40, 100 * 100) * 2048
    tiled = out(package, session, image, memory=budget)
    assert whole.plan.whole
    difference = np.abs(whole.tensors["out"].array - tiled.tensors["out"].array)
    assert difference.max() < 1e-5
    assert max(np.prod(shapes["raw"]) for shapes in session.shapes[1:]) <= budget / 2048


def test_halo_too_small_shows_at_seams_only():
    outputs = (output("out", "raw", halo=0),)
    package, session = fake(unet, outputs=outputs)
    image = image_of(noise(64, 64))
    whole, tiled = out(package, session, image), out(package, session, image, memory=40**2 * 2048)
    difference = np.abs(whole.tensors["out"].array - tiled.tensors["out"].array)
    assert difference.max() > 1
    assert difference[..., :16, :16].max() == 0
    assert "tiles-without-halo" in [finding.id for finding in tiled.findings]


def test_whole_run_of_a_valid_size_is_the_bare_network():
    package, session = fake(unet)
    array = noise(64, 48)
    found = out(package, session, image_of(array)).tensors["out"].array
    np.testing.assert_array_equal(found[0, 0, 0], unet(array.astype(np.float32)[None, None])[0, 0])
    assert session.shapes == [{"raw": (1, 1, 64, 48)}]


def test_image_is_mirrored_only_up_to_the_next_valid_size():
    package, session = fake(unet)
    array = noise(61, 50)
    found = out(package, session, image_of(array)).tensors["out"].array
    assert session.shapes == [{"raw": (1, 1, 64, 52)}]
    mirrored = np.pad(array, ((0, 3), (0, 2)), mode="symmetric").astype(np.float32)
    expected = unet(mirrored[None, None])[0, 0, :61, :50]
    np.testing.assert_array_equal(found[0, 0, 0], expected)


def test_statistics_come_from_the_whole_image_without_its_padding():
    package, session = fake(lambda x: x, (tensor("raw", size=STEP, steps=(NORMALIZE,)),))
    array = noise(61, 50).astype(np.float32)
    expected = (array - array.mean()) / (array.std() + 1e-6)
    for memory in (2**32, 32**2 * 2048):
        found = out(package, session, image_of(array), memory=memory).tensors["out"].array
        np.testing.assert_allclose(found[0, 0, 0], expected, atol=1e-5)


def test_border_halo_pads_all_round_normalises_with_it_and_crops():
    package, session = fake(unet, (tensor("raw", size=STEP, steps=(NORMALIZE,)),))
    array = noise(64, 48).astype(np.float32)
    found = out(package, session, image_of(array), border="halo").tensors["out"].array[0, 0, 0]
    wide = np.pad(array, HALO, mode="symmetric")
    wide = (wide - wide.mean()) / (wide.std() + 1e-6)
    expected = unet(wide[None, None].astype(np.float32))[0, 0, HALO:-HALO, HALO:-HALO]
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert session.shapes == [{"raw": (1, 1, 80, 64)}]


def test_border_halo_tiled_equals_border_halo_whole():
    package, session = fake(unet)
    image = image_of(noise(101, 77))
    whole = out(package, session, image, border="halo")
    tiled = out(package, session, image, border="halo", memory=48**2 * 2048)
    assert not tiled.plan.whole
    np.testing.assert_allclose(whole.tensors["out"].array, tiled.tensors["out"].array, atol=1e-5)


def test_fixed_network_runs_small_images_mirrored_and_large_ones_in_tiles():
    package, session = fake(unet, (tensor("raw", size=FixedSize(64)),))
    small, large = noise(40, 50), noise(130, 90)
    assert out(package, session, image_of(small)).tensors["out"].array.shape[-2:] == (40, 50)
    found = out(package, session, image_of(large)).tensors["out"].array[0, 0, 0]
    assert found.shape == (130, 90)
    assert {shapes["raw"] for shapes in session.shapes} == {(1, 1, 64, 64)}
    # Away from the border and for a network without a grid the tiles agree with one another.
    package, session = fake(
        lambda x: smooth(smooth(x, -1), -2), (tensor("raw", size=FixedSize(64)),)
    )
    found = out(package, session, image_of(large)).tensors["out"].array[0, 0, 0]
    whole = smooth(smooth(large.astype(np.float32), -1), -2)
    np.testing.assert_allclose(found, whole, rtol=1e-6)


def test_enlarging_network_in_tiles_equals_whole():
    package, session = fake(
        lambda x: smooth(x, -1).repeat(2, -1).repeat(2, -2),
        outputs=(output("out", "raw", scale=2.0, halo=4),),
    )
    image = image_of(noise(90, 70))
    whole, tiled = out(package, session, image), out(package, session, image, memory=24**2 * 2048)
    assert len(tiled.plan.tiles) > 4
    assert whole.tensors["out"].array.shape[-2:] == (180, 140)
    np.testing.assert_array_equal(whole.tensors["out"].array, tiled.tensors["out"].array)


def test_several_outputs_of_other_scales_are_cut_together():
    def network(x):
        fine = smooth(smooth(x, -1), -2)
        return [fine, fine[..., ::2, ::2], fine.repeat(2, -1).repeat(2, -2)]

    outputs = (
        output("same", "raw", halo=2),
        output("half", "raw", scale=0.5, halo=1),
        output("twice", "raw", scale=2.0, halo=4),
    )
    package, session = fake(network, outputs=outputs)
    image = image_of(noise(90, 71))
    whole, tiled = out(package, session, image), out(package, session, image, memory=24**2 * 2048)
    assert not tiled.plan.whole
    for name, shape in {"same": (90, 71), "half": (45, 35), "twice": (180, 142)}.items():
        assert whole.tensors[name].array.shape[-2:] == shape
        np.testing.assert_array_equal(whole.tensors[name].array, tiled.tensors[name].array)


def test_second_input_of_half_size_is_cut_in_step():
    second = output("mask", "raw", scale=0.5)
    package, session = fake(
        lambda x, mask: smooth(x, -1) * mask.repeat(2, -1).repeat(2, -2),
        (tensor("raw", size=STEP), second),
    )
    images = {"raw": image_of(noise(90, 70)), "mask": image_of(noise(45, 35, seed=1))}
    whole, tiled = out(package, session, images), out(package, session, images, memory=32**2 * 2048)
    assert not tiled.plan.whole
    np.testing.assert_array_equal(whole.tensors["out"].array, tiled.tensors["out"].array)


@pytest.mark.parametrize(
    ("first", "second", "padded"),
    [
        (SteppedSize(8, 4), SteppedSize(8, 6), 56),
        (SteppedSize(8, 4), FreeSize(1), 52),
        (FixedSize(64), SteppedSize(8, 4), 64),
        (FreeSize(1), FreeSize(60), 60),
    ],
)
def test_independent_inputs_of_one_size_get_a_size_that_both_take(first, second, padded):
    package, session = fake(
        lambda x, y: x + y, (tensor("raw", size=first), tensor("more", size=second))
    )
    images = {"raw": image_of(noise(50, 50)), "more": image_of(noise(50, 50))}
    found = out(package, session, images)
    assert session.shapes[0]["raw"] == session.shapes[0]["more"] == (1, 1, padded, padded)
    np.testing.assert_array_equal(found.tensors["out"].array[0, 0, 0], 2.0 * noise(50, 50))


def test_independent_inputs_of_other_sizes_pass_whole_or_not_at_all():
    package, session = fake(
        lambda x, y: x + y.mean(), (tensor("raw", size=STEP), tensor("scene", size=STEP))
    )
    images = {"raw": image_of(noise(50, 50)), "scene": image_of(noise(90, 30))}
    assert out(package, session, images).tensors["out"].array.shape[-2:] == (50, 50)
    with pytest.raises(HostError, match=r"one pass.*at least 12 MiB.*memory=12582912"):
        out(package, session, images, memory=40 * 40 * 2048)


def test_inputs_whose_sizes_disagree_are_refused():
    package, session = fake(lambda x, y: x + y, (tensor("raw", size=STEP), output("more", "raw")))
    images = {"raw": image_of(noise(50, 50)), "more": image_of(noise(50, 49))}
    with pytest.raises(DataError, match=r"'more'.*along x.*\(49\); allowed: 50 pixels"):
        out(package, session, images)


def test_output_that_is_no_image_needs_one_pass():
    score = TensorSpec("score", (Axis("b", "b", FixedSize(1)), Axis("c", "c", FixedSize(1))))
    package, session = fake(lambda x: x.mean((2, 3)), outputs=(score,))
    found = out(package, session, image_of(noise(64, 64)))
    assert found.tensors["score"].array.shape == (1, 1, 1, 1, 1)
    with pytest.raises(HostError, match=r"'score' cannot be computed in tiles.*at least 8 MiB"):
        out(package, session, image_of(noise(64, 64)), memory=32**2 * 2048)
    package, session = fake(
        lambda x: x.mean((2, 3)), (tensor("raw", size=FixedSize(32)),), (score,)
    )
    with pytest.raises(DataError, match=r"larger than this network.*64 x 64.*at most 32 x 32"):
        out(package, session, image_of(noise(64, 64)))


def test_network_that_gives_another_size_than_described_is_the_packages_fault():
    package, session = fake(lambda x: x[..., 1:])
    with pytest.raises(PackageError, match=r"'out', axis x.*63 for 64 input pixels.*allowed: 64"):
        out(package, session, image_of(noise(64, 64)))


def test_volume_in_tiles_equals_whole():
    sizes = tensor("raw", "bczyx", size=SteppedSize(4, 2))
    package, session = fake(
        lambda x: smooth(smooth(smooth(x, -1), -2), -3),
        (sizes,),
        (output("out", "raw", "bczyx", halo=1),),
    )
    image = image_of(noise(2, 9, 33, 40), "tzyx")
    whole, tiled = out(package, session, image), out(package, session, image, memory=6000 * 2048)
    assert len(tiled.plan.tiles) > 1
    assert whole.tensors["out"].array.shape == (2, 9, 1, 33, 40)
    np.testing.assert_allclose(whole.tensors["out"].array, tiled.tensors["out"].array, rtol=1e-6)


def test_stated_bytes_per_pixel_decide_what_fits():
    package, session = fake(unet, bytes_per_pixel=10)
    assert out(package, session, image_of(noise(64, 64)), memory=64 * 64 * 10).plan.whole
    package.zoo_entries["bytes_per_pixel"] = -1
    with pytest.raises(PackageError, match=r"bytes_per_pixel.*\(-1\)"):
        out(package, session, image_of(noise(64, 64)))


def test_progress_counts_passes_over_all_positions():
    package, session = fake(unet)
    calls = []
    found = out(
        package,
        session,
        image_of(noise(3, 64, 64), "tyx"),
        memory=48**2 * 2048,
        progress=lambda *call: calls.append(call),
    )
    total = 3 * len(found.plan.tiles)
    assert calls == [(number, total) for number in range(1, total + 1)]


@pytest.mark.parametrize("name", sorted(CASES))
def test_generated_package_reproduces_its_test_tensors(name, tmp_path):
    with open_package(CASES[name](tmp_path)) as package:
        session = load_session(package, device="cpu", trust=True)
        given = {spec.id: package.tensor(spec.test_tensor) for spec in package.inputs}
        found = run_network(package, session, given)
        assert list(found) == [spec.id for spec in package.outputs]
        for spec in package.outputs:
            expected = package.tensor(spec.test_tensor)
            np.testing.assert_allclose(found[spec.id], expected, atol=1e-5)


@pytest.mark.parametrize("name", ["stepped", "stepped_0_4", "upsampled_halo", "downsampled_halo"])
@pytest.mark.parametrize("seed", range(5))
def test_generated_package_in_tiles_equals_whole(name, seed, tmp_path):
    rng = random.Random(seed)
    image = image_of(noise(rng.randrange(40, 160), rng.randrange(40, 160), seed=seed))
    with open_package(CASES[name](tmp_path)) as package:
        session = load_session(package, device="cpu")
        whole = predict(package, image, session=session)
        tiled = predict(package, image, session=session, memory=rng.randrange(20, 39) ** 2 * 2048)
    assert not tiled.plan.whole
    for output_id, found in whole.tensors.items():
        np.testing.assert_allclose(found.array, tiled.tensors[output_id].array, atol=1e-5)


def test_axis_that_follows_another_axis_is_settled_for_the_image(tmp_path):
    array = noise(37, 45)
    with open_package(CASES["own_reference"](tmp_path)) as package:
        found = predict(package, image_of(array))
    assert found.plan.padded_shape == (44, 48)
    np.testing.assert_allclose(found.tensors["output"].array[0, 0, 0], array * 2 + 0.5)
