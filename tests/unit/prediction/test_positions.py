"""Axes of images against axes of networks: positions, channels, data types."""

from __future__ import annotations

import numpy as np
import pytest

from deepbacs_zoo.errors import DataError, UnsupportedError, UsageError
from deepbacs_zoo.images import Calibration, write_tiff
from deepbacs_zoo.prediction import predict
from deepbacs_zoo.tensors import Axis, FixedSize, FreeSize, Step, SteppedSize, TensorSpec
from tests.unit.prediction.samples import STEP, fake, image_of, noise
from tests.unit.runners.stub import output, tensor


def identity(x):
    return x


def result(package, session, image, **options):
    return predict(package, image, session=session, **options)


@pytest.mark.parametrize("axes", ["bcyx", "byxc", "bxyc", "cyx", "yx", "xy", "bcxy"])
def test_every_axes_order_comes_back_as_the_image_has_it(axes):
    inputs = (tensor("raw", axes, size=STEP),)
    package, session = fake(identity, inputs, (output("out", "raw", axes, halo=2),))
    array = noise(3, 2, 61, 50)
    found = result(package, session, image_of(array, "tzyx"), memory=40**2 * 2048).tensors["out"]
    assert found.axes == "tzcyx"
    np.testing.assert_array_equal(found.array[:, :, 0], array)


def test_stack_and_time_series_positions_are_run_one_by_one_and_put_back():
    step = Step("zero_mean_unit_variance", {"axes": "cyx"})
    package, session = fake(identity, (tensor("raw", size=STEP, steps=(step,)),))
    array = noise(3, 4, 32, 24) * np.arange(1, 13).reshape(3, 4, 1, 1).astype(np.uint16)
    found = result(package, session, image_of(array, "tzyx")).tensors["out"].array
    assert found.shape == (3, 4, 1, 32, 24)
    assert len(session.shapes) == 12
    for t, z in np.ndindex(3, 4):
        plane = array[t, z].astype(np.float64)
        expected = (plane - plane.mean()) / plane.std()
        np.testing.assert_allclose(found[t, z, 0], expected, atol=1e-4)


def test_channels_of_an_image_are_positions_for_a_network_without_channels():
    package, session = fake(
        identity, (tensor("raw", "byx", size=STEP),), (output("out", "raw", "byx"),)
    )
    array = noise(3, 32, 24)
    found = result(package, session, image_of(array, "cyx")).tensors["out"].array
    np.testing.assert_array_equal(found[0, 0], array)


def test_lines_are_positions_for_a_network_of_lines():
    package, session = fake(
        identity, (tensor("raw", "bcx", size=STEP),), (output("out", "raw", "bcx"),)
    )
    array = noise(5, 26)
    found = result(package, session, image_of(array)).tensors["out"].array
    np.testing.assert_array_equal(found[0, 0, 0], array)
    assert len(session.shapes) == 5


def test_network_of_time_series_gets_all_frames_at_once():
    package, session = fake(
        identity,
        (tensor("raw", "btcyx", size=SteppedSize(1, 1)),),
        (output("out", "raw", "btcyx"),),
    )
    array = noise(4, 2, 32, 24)
    found = result(package, session, image_of(array, "tzyx")).tensors["out"].array
    np.testing.assert_array_equal(found[:, :, 0], array)
    assert session.shapes == [{"raw": (1, 4, 1, 32, 24)}] * 2


def test_network_that_merges_the_stack_gives_one_plane():
    outputs = (output("out", "raw", "bcyx"),)
    package, session = fake(
        lambda x: x.max(2), (tensor("raw", "bczyx", size=SteppedSize(1, 1)),), outputs
    )
    array = noise(2, 5, 32, 24)
    found = result(package, session, image_of(array, "tzyx")).tensors["out"].array
    assert found.shape == (2, 1, 1, 32, 24)
    np.testing.assert_array_equal(found[:, 0, 0], array.max(1))


def test_output_with_own_axis_that_positions_need_is_unsupported():
    outputs = (output("out", "raw", "bzyx"),)
    outputs = (
        TensorSpec(
            "out",
            tuple(
                Axis("z", "z", FixedSize(3)) if axis.name == "z" else axis
                for axis in outputs[0].axes
            ),
        ),
    )
    package, session = fake(
        lambda x: np.repeat(x, 3, 1), (tensor("raw", "bcyx", size=STEP),), outputs
    )
    assert result(package, session, image_of(noise(32, 24))).tensors["out"].array.shape[1] == 3
    with pytest.raises(UnsupportedError, match=r"'out'.*axis z of its own.*one position along z"):
        result(package, session, image_of(noise(2, 32, 24), "zyx"))
    assert len(session.shapes) == 1, "refused before the network is run"


def test_channels_that_only_the_output_has_are_refused_before_the_network_is_run():
    package, session = fake(
        lambda x: np.stack([x, x], 1),
        (tensor("raw", "byx", size=STEP),),
        (output("boxes", "raw", "bcyx", channels=2),),
    )
    with pytest.raises(UnsupportedError, match=r"'boxes'.*axis c of its own.*\(2, and 3 positions"):
        result(package, session, image_of(noise(3, 32, 24), "cyx"))
    assert not session.shapes
    found = result(package, session, image_of(noise(3, 32, 24), "tyx")).tensors["boxes"].array
    assert found.shape == (3, 1, 2, 32, 24)


def test_an_axis_whose_size_depends_on_the_data_is_refused_where_it_is_long():
    axes = output("out", "raw", "bzyx").axes
    free = tuple(Axis("z", "z", FreeSize()) if axis.name == "z" else axis for axis in axes)
    package, session = fake(
        lambda x: np.repeat(x, 3, 1),
        (tensor("raw", "bcyx", size=STEP),),
        (TensorSpec("out", free),),
    )
    with pytest.raises(UnsupportedError, match=r"axis z of its own.*\(3, and 2 positions"):
        result(package, session, image_of(noise(2, 32, 24), "zyx"))


def test_output_with_an_index_axis_keeps_its_own_axes():
    points = TensorSpec("points", (Axis("i", "i", FreeSize()), Axis("c", "c", FixedSize(2))))
    package, session = fake(lambda x: np.argwhere(x[0, 0] > 3900), outputs=(points,))
    array = noise(32, 24)
    found = result(package, session, image_of(array)).tensors["points"]
    assert found.axes == "tzic"
    np.testing.assert_array_equal(found.array[0, 0], np.argwhere(array > 3900))
    with pytest.raises(UnsupportedError, match="changes from position to position"):
        result(package, session, image_of(noise(2, 32, 24), "zyx"))


def test_rgb_is_refused_where_grey_is_expected():
    for axes in ("bcyx", "byx"):
        package, session = fake(
            identity, (tensor("raw", axes, size=STEP),), (output("out", "raw", axes),)
        )
        image = image_of(noise(3, 32, 24, dtype=np.uint8), "cyx", rgb=True)
        with pytest.raises(DataError, match=r"RGB.*3 channels.*allowed: 1.*8-bit"):
            result(package, session, image)


def test_rgb_serves_a_network_of_three_channels():
    package, session = fake(identity, (tensor("raw", size=STEP, channels=3),))
    package.outputs = (output("out", "raw", channels=3),)
    package, session = fake(identity, package.inputs, package.outputs)
    array = noise(3, 32, 24, dtype=np.uint8)
    found = result(package, session, image_of(array, "cyx", rgb=True)).tensors["out"].array
    np.testing.assert_array_equal(found[0, 0], array)


@pytest.mark.parametrize(("expected", "given"), [(1, 2), (3, 1)])
def test_wrong_channel_count_names_both_numbers_and_the_channels(tmp_path, expected, given):
    package, session = fake(identity, (tensor("raw", size=STEP, channels=expected),))
    path = tmp_path / "cells.tif"
    write_tiff(path, noise(given, 32, 24), "cyx", Calibration())
    with pytest.raises(DataError) as caught:
        result(package, session, path)
    text = str(caught.value)
    assert "cells.tif" in text
    assert f"({given})" in text
    assert f"allowed: {expected} (channel0" in text
    assert not session.shapes


@pytest.mark.parametrize(
    ("values", "words"),
    [([0, 300], "0 to 300"), ([-1, 5], "-1 to 5"), ([0.5, 1.0], "with fractions")],
)
def test_values_that_the_input_type_cannot_hold_are_refused(values, words):
    package, session = fake(identity, (tensor("raw", size=STEP, dtype="uint8"),))
    image = image_of(np.resize(np.array(values), (16, 16)))
    with pytest.raises(DataError, match=rf"uint8.*{words}.*0 to 255.*8 bit"):
        result(package, session, image)


def test_values_that_fit_are_cast_to_the_input_type():
    seen = []
    package, session = fake(
        lambda x: (seen.append(x.dtype), x)[1], (tensor("raw", size=STEP, dtype="uint8"),)
    )
    found = result(package, session, image_of(np.full((16, 16), 7, np.uint16)))
    assert seen == [np.uint8]
    assert found.tensors["out"].array.dtype == np.float32


def test_volume_network_on_a_single_plane_warns():
    package, session = fake(
        identity,
        (tensor("raw", "bczyx", size=SteppedSize(4, 4)),),
        (output("out", "raw", "bczyx"),),
    )
    found = result(package, session, image_of(noise(6, 32, 24), "tyx"))
    (thin,) = [finding for finding in found.findings if finding.id == "thin-stack"]
    assert "1 slice and 6 frames" in thin.sentence()
    assert found.tensors["out"].array.shape == (6, 1, 1, 32, 24)


def test_several_inputs_take_a_mapping_in_any_order():
    package, session = fake(lambda x, y: x - y, (tensor("raw", size=STEP), output("dark", "raw")))
    images = {"dark": image_of(np.full((32, 24), 5)), "raw": image_of(noise(32, 24))}
    found = result(package, session, images)
    np.testing.assert_array_equal(found.tensors["out"].array[0, 0, 0], noise(32, 24) - 5.0)


def test_one_plane_serves_all_positions_of_the_other_input():
    package, session = fake(lambda x, y: x - y, (tensor("raw", size=STEP), output("dark", "raw")))
    stack = noise(4, 32, 24)
    images = {"raw": image_of(stack, "tyx"), "dark": image_of(np.full((32, 24), 5))}
    found = result(package, session, images).tensors["out"].array
    np.testing.assert_array_equal(found[:, 0, 0], stack - 5.0)


def test_stacks_of_other_lengths_are_refused():
    package, session = fake(lambda x, y: x, (tensor("raw", size=STEP), output("dark", "raw")))
    images = {
        "raw": image_of(noise(4, 32, 24), "tyx"),
        "dark": image_of(noise(3, 32, 24), "tyx"),
    }
    with pytest.raises(DataError, match=r"positions along t.*\(3\); allowed: 1 or 4"):
        result(package, session, images)


def test_stack_for_a_flat_input_beside_a_volume_is_refused():
    package, session = fake(
        lambda x, y: x,
        (tensor("raw", "bczyx", size=STEP), tensor("flat", "bcyx", size=STEP)),
        (output("out", "raw", "bczyx"),),
    )
    images = {
        "raw": image_of(noise(8, 32, 24), "zyx"),
        "flat": image_of(noise(8, 32, 24), "zyx"),
    }
    with pytest.raises(DataError, match=r"'flat'.*along z.*another input.*\(8\)"):
        result(package, session, images)


def test_missing_input_is_named_with_what_was_given():
    package, session = fake(lambda x, y: x, (tensor("raw", size=STEP), output("dark", "raw")))
    with pytest.raises(DataError, match=r"'dark'.*given: raw.*raw=FILE dark=FILE"):
        result(package, session, image_of(noise(32, 24)))


def test_unknown_input_is_named():
    package, session = fake(identity)
    with pytest.raises(UsageError, match=r"'light'.*no such input.*allowed: raw"):
        result(package, session, {"light": image_of(noise(32, 24))})


def test_optional_input_may_be_left_out():
    package, session = fake(
        lambda x, *rest: x + len(rest),
        (tensor("raw", size=STEP), output("dark", "raw", optional=True)),
    )
    array = noise(32, 24)
    found = result(package, session, image_of(array)).tensors["out"].array
    np.testing.assert_array_equal(found[0, 0, 0], array)


def test_batch_that_is_fixed_above_one_is_unsupported():
    inputs = (tensor("raw", size=STEP),)
    axes = (Axis("b", "b", FixedSize(4)), *inputs[0].axes[1:])
    package, session = fake(identity, (TensorSpec("raw", axes),))
    with pytest.raises(UnsupportedError, match=r"batch.*\(4\).*a batch of 1"):
        result(package, session, image_of(noise(32, 24)))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"border": "mirror"}, r"border.*mirror.*none \| halo"),
        ({"rescale": "always"}, r"rescale.*always.*none \| auto"),
        ({"memory": 0}, r"memory.*\(0\)"),
        ({"pixel_size": -0.1}, r"pixel_size.*\(-0.1\)"),
    ],
)
def test_option_that_does_not_exist_is_refused(options, words):
    package, session = fake(identity)
    with pytest.raises(UsageError, match=words):
        result(package, session, image_of(noise(32, 24)), **options)


def test_values_that_are_no_numbers_are_reported():
    package, session = fake(lambda x: x / 0 * np.float32(0))
    with np.errstate(all="ignore"):
        found = result(package, session, image_of(noise(32, 24)))
    (finding,) = [each for each in found.findings if each.id == "output-not-finite"]
    assert "768 of 768" in finding.sentence()
