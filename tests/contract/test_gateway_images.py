"""Images through every gateway to ImageJ: what goes in comes back, or is refused."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import xarray as xr
from roifile import ImagejRoi

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.fiji.gateways.fake import FakeGateway
from deepbacs_zoo.fiji.gateways.outcome import MacroOutcome
from deepbacs_zoo.images import Calibration, Image, ImagejMetadata, image_of, read_image, to_xarray
from deepbacs_zoo.images.lut import label_colours
from tests.contract.test_gateways import OPENERS, opened
from tests.fiji.gateways import image

NOTHING = "x = 1;"
KNOWN = Calibration(x=0.08, y=0.09, z=0.3, unit="µm", frame_interval=2.5)
RNG = np.random.default_rng(7)
# These share their code with the embedded one.
SLOW = {name: [pytest.mark.slow] for name in ("attached", "pyimagej's stand-in")}


@pytest.fixture(
    params=["fake", *(pytest.param(name, marks=SLOW.get(name, [])) for name in OPENERS)],
    scope="module",
)
def gateway(request):
    if request.param == "fake":
        yield FakeGateway(lambda code, argument, images: (MacroOutcome(), images))
        return
    with opened(request.param) as gateway:
        yield gateway


@pytest.fixture()
def imagej(gateway):
    """A gateway with ImageJ behind it."""
    if isinstance(gateway, FakeGateway):
        pytest.skip("there is no ImageJ behind it")
    return gateway


def through(gateway, given, code=NOTHING):
    """Return what comes back of an image, whose array must not change."""
    array = given.data if isinstance(given, Image) else given
    before = np.array(array)
    found = gateway.run_macro(code, images={"a": given}).images["a"]
    np.testing.assert_array_equal(np.asarray(array), before)
    return found


# Numbers.

TYPES = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
VALUES = [
    ([0, 1, 127], "uint8"),
    ([0, 128, 255], "uint8"),
    ([0, 256, 32767], "uint16"),
    ([0, 65535], "uint16"),
    ([-128, 127], "float32"),
    ([-1, 255], "float32"),
    ([0, 65536, 2**24, 2**25], "float32"),
    ([-(2**31), 0], "float32"),
    ([2**62, 2**24 + 2], "float32"),
    ([2**63], "float32"),
]
INTEGERS = [
    (dtype, values, dtype if dtype == "uint16" else expected)
    for dtype, (values, expected) in itertools.product(TYPES, VALUES)
    if np.iinfo(dtype).min <= min(values) and max(values) <= np.iinfo(dtype).max
]


@pytest.mark.parametrize(("dtype", "values", "expected"), INTEGERS)
def test_integers_pass_exactly(gateway, dtype, values, expected):
    found = through(gateway, np.array([values], dtype)).data
    assert found.dtype == expected
    assert [int(value) for value in found.values.ravel()] == values


@pytest.mark.parametrize(
    ("dtype", "value"),
    [
        ("int32", 2**24 + 1),
        ("int32", 2**31 - 1),
        ("uint32", 2**32 - 1),
        ("int64", -(2**53) - 1),
        ("int64", 2**63 - 1),
        ("uint64", 2**64 - 1),
        ("float64", 1e39),
        ("float64", -3.5e38),
    ],
)
def test_a_value_that_imagej_cannot_hold_is_named(gateway, dtype, value):
    array = np.zeros((40, 50), dtype)
    array[30, 20] = value
    with pytest.raises(DataError) as caught:
        gateway.run_macro(NOTHING, images={"cells": array})
    assert caught.value.where == "image 'cells'"
    shown = f"{value:g}" if dtype == "float64" else str(value)
    assert str(caught.value.value) == f"{shown}, {dtype}"


def test_truth_passes_as_zero_and_one(gateway):
    array = RNG.random((9, 7)) > 0.5
    found = through(gateway, array).data
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found.values[0, 0, 0], array)


@pytest.mark.parametrize("dtype", ["float16", "float64", ">f8", "<f2", ">f2"])
def test_floats_are_rounded_to_float32(gateway, dtype):
    array = np.array([[0, 1.1, -2.7e4, np.nan, np.inf, -np.inf, 1e-7, 65504]]).astype(dtype)
    found = through(gateway, array).data
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found.values[0, 0, 0], array.astype(np.float32))


@pytest.mark.parametrize("dtype", ["c8", "c16", "U1", "M8[s]", "O"])
def test_what_is_no_number_is_refused(gateway, dtype):
    with pytest.raises(DataError, match="no images of such numbers"):
        gateway.run_macro(NOTHING, images={"a": np.zeros((2, 2), dtype)})


@pytest.mark.parametrize("given", [[[1, 2]], "image.tif", None, 3])
def test_what_is_no_image_is_refused(gateway, given):
    with pytest.raises(DataError, match="no image"):
        gateway.run_macro(NOTHING, images={"a": given})


@pytest.mark.parametrize("shape", [(0, 4), (4, 0)])
def test_an_image_without_pixels_is_refused(gateway, shape):
    with pytest.raises(DataError, match="no pixels"):
        gateway.run_macro(NOTHING, images={"a": np.zeros(shape, np.uint8)})


# Order in memory.

STACK = RNG.integers(0, 60000, (2, 3, 4, 17, 12)).astype(np.uint16)
VIEWS = {
    "in order": lambda a: a,
    "Fortran's order": np.asfortranarray,
    "swapped twice": lambda a: np.ascontiguousarray(a.T).T,
    "planes transposed": lambda a: np.ascontiguousarray(a.swapaxes(3, 4)).swapaxes(3, 4),
    "every second": lambda a: np.repeat(np.repeat(a, 2, axis=4), 3, axis=0)[::3, :, :, :, ::2],
    "reversed": lambda a: np.ascontiguousarray(a[:, ::-1, :, ::-1, ::-1])[:, ::-1, :, ::-1, ::-1],
    "cut out": lambda a: np.pad(a, 2)[2:-2, 2:-2, 2:-2, 2:-2, 2:-2],
    "big-endian": lambda a: a.astype(">u2"),
    "big-endian, Fortran's order": lambda a: np.asfortranarray(a.astype(">u2")),
    "int64, reversed": lambda a: a.astype(np.int64)[..., ::-1].copy()[..., ::-1],
    "not aligned": lambda a: np.frombuffer(b"x" + a.tobytes(), a.dtype, offset=1).reshape(a.shape),
}


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("writable", [True, False])
def test_any_order_in_memory_is_the_same_image(gateway, name, writable):
    array = VIEWS[name](STACK)
    np.testing.assert_array_equal(array, STACK)
    array = array.view()
    array.flags.writeable = writable and array.base is None
    given = Image(xr.DataArray(array, dims=tuple("tzcyx")), KNOWN)
    found = through(gateway, given)
    np.testing.assert_array_equal(found.data.values, STACK)
    assert found.calibration == KNOWN


def test_one_row_for_all_is_one_row_for_each(gateway):
    array = np.broadcast_to(np.arange(11, dtype=np.uint8), (5, 11))
    np.testing.assert_array_equal(through(gateway, array).data.values[0, 0, 0], array)


@pytest.mark.parametrize("given", [STACK[0, 0, 0].T, STACK[0, 0, 0][::-1], STACK[0, 0, 0][:, ::2]])
def test_a_view_of_a_plane_is_not_turned(gateway, given):
    np.testing.assert_array_equal(through(gateway, given).data.values[0, 0, 0], given)


# Axes.

ORDERS = ["".join(order) for order in itertools.permutations("tzcyx")]


@pytest.mark.parametrize("axes", [*ORDERS[::7], "xy", "zxy", "yxc", "tyxc", "cyxt", "yzx"])
def test_axes_in_any_order_are_put_in_that_of_imagej(gateway, axes):
    sizes = {"t": 2, "z": 3, "c": 4, "y": 6, "x": 5}
    array = RNG.integers(0, 255, [sizes[axis] for axis in axes]).astype(np.uint8)
    given = xr.DataArray(array, dims=tuple(axes))
    found = through(gateway, given).data
    assert found.dims == tuple("tzcyx")
    assert found.shape == tuple(sizes[axis] if axis in axes else 1 for axis in "tzcyx")
    np.testing.assert_array_equal(found.squeeze().transpose(*axes).values, array)


@pytest.mark.parametrize(
    ("dims", "axes"),
    [
        (("t", "pln", "row", "col", "ch"), "tzyxc"),  # as pyimagej gives them
        (("Time", "Z", "Y", "X", "Channel"), "tzyxc"),
        (("frame", "slice", "channel", "row", "col"), "tzcyx"),
    ],
)
def test_names_of_axes_that_others_use_are_known(gateway, dims, axes):
    sizes = dict(zip("tzcyx", STACK.shape, strict=True))
    given = xr.DataArray(STACK, dims=tuple("tzcyx")).transpose(*axes)
    assert given.shape == tuple(sizes[axis] for axis in axes)
    renamed = given.rename(dict(zip(axes, dims, strict=True)))
    np.testing.assert_array_equal(through(gateway, renamed).data.values, STACK)


def test_an_array_that_does_not_name_its_axes_is_refused(gateway):
    for given in (np.zeros((3, 4, 5)), np.zeros(3), xr.DataArray(np.zeros((3, 4)))):
        with pytest.raises(DataError, match=r"which axis is which|not those of an image"):
            gateway.run_macro(NOTHING, images={"a": given})


def test_an_array_passes_with_the_axes_that_are_named(gateway):
    array = STACK[0, :, 0]
    found = through(gateway, image_of(array, "zyx", calibration=KNOWN))
    assert found.data.shape == (1, 3, 1, 17, 12)
    assert found.calibration == KNOWN


# Sizes of pixels.


@pytest.mark.parametrize(
    "known",
    [
        Calibration(),
        KNOWN,
        Calibration(0.08, 0.09, None, "µm"),
        Calibration(0.08, 0.08, 1.0, "µm"),
        Calibration(1.0, 1.0, None, "µm", 1.0),
        Calibration(1.0, 1.0, 1.0, "µm"),
        Calibration(frame_interval=30.0),
        Calibration(1e-4, 3e3, 2e-3, "µm", 1e-3),
    ],
)
@pytest.mark.parametrize("axes", ["yx", "zyx", "tcyx", "tzcyx"])
def test_sizes_of_pixels_are_neither_lost_nor_made_up(gateway, known, axes):
    array = np.zeros([{"t": 2, "z": 3, "c": 2, "y": 5, "x": 4}[axis] for axis in axes], np.uint8)
    found = through(gateway, image(array, axes, calibration=known))
    assert found.calibration == known


@pytest.mark.parametrize(
    "known",
    [Calibration(0.1, None, None, "µm"), Calibration(z=0.1, unit="µm")],
)
def test_half_a_size_is_refused(gateway, known):
    with pytest.raises(DataError, match="some of its axes"):
        gateway.run_macro(NOTHING, images={"a": image(np.zeros((2, 2)), calibration=known)})


def labeled(array, axes="tzcyx", units="µm"):
    steps = {"t": 2.5, "z": 300.0, "y": 90.0, "x": 80.0}
    coordinates = {
        axis: (axis, np.arange(size) * steps[axis], {"units": "s" if axis == "t" else units})
        for axis, size in zip(axes, array.shape, strict=True)
        if axis != "c"
    }
    return xr.DataArray(array, dims=tuple(axes), coords=coordinates)


def test_positions_along_axes_are_sizes_of_pixels(gateway):
    found = through(gateway, labeled(STACK, units="nm"))
    assert found.calibration == Calibration(0.08, 0.09, 0.3, "µm", 2.5)


def test_a_reversed_image_has_its_size_of_pixels(gateway):
    given = labeled(STACK, units="nm")[::-1, ::-1, :, ::-1, ::-1]
    found = through(gateway, given)
    np.testing.assert_array_equal(found.data.values, given.values)
    assert found.calibration == Calibration(0.08, 0.09, 0.3, "µm", 2.5)


def test_every_second_pixel_is_twice_as_large(gateway):
    found = through(gateway, labeled(STACK, units="nm")[:, :, :, ::-2, ::3])
    assert found.calibration.y == pytest.approx(0.18)
    assert found.calibration.x == pytest.approx(0.24)
    assert found.calibration.z == 0.3


def test_positions_that_are_uneven_or_have_no_unit_are_refused(gateway):
    uneven = labeled(STACK).assign_coords(t=("t", [0.0, 0.0], {"units": "s"}))
    with pytest.raises(DataError, match="not evenly spaced"):
        gateway.run_macro(NOTHING, images={"a": uneven})
    without = labeled(STACK).assign_coords(x=np.arange(12) * 0.1)
    with pytest.raises(DataError, match="no unit"):
        gateway.run_macro(NOTHING, images={"a": without})


def test_indices_are_no_sizes(gateway):
    given = xr.DataArray(STACK[0, 0, 0], dims=("y", "x"), coords={"x": np.arange(12)})
    assert through(gateway, given).calibration == Calibration()


def test_a_labeled_array_comes_back_as_one(gateway):
    given = to_xarray(image(STACK, "tzcyx", calibration=KNOWN))
    given = given.assign_coords(c=["DAPI", "GFP", "µ", "4"])
    found = to_xarray(through(gateway, given))
    xr.testing.assert_identical(found, given)
    one = given.isel(t=1, c=2)
    xr.testing.assert_equal(to_xarray(through(gateway, one)).drop_vars("t"), one.drop_vars("t"))


# Names, labels, colors, outlines.


def named(array, axes, names, **more):
    made = image(array, axes, calibration=KNOWN)
    metadata = ImagejMetadata(**more)
    return Image(made.data.assign_coords(c=list(names)), KNOWN, imagej=metadata)


@pytest.mark.parametrize("labels", [False, True])
@pytest.mark.parametrize("axes", ["cyx", "zcyx", "tzcyx", "tyx", "yx"])
def test_names_of_channels_and_labels_of_planes_come_back(gateway, axes, labels):
    array = STACK[tuple(slice(None) if axis in axes else 0 for axis in "tzcyx")]
    names = ["DAPI", "GFP ü 漢", "Cy3", "phase"][: 4 if "c" in axes else 1]
    planes = int(np.prod(array.shape[:-2]))
    texts = tuple(f"plane {number}\nmore" for number in range(planes)) if labels else ()
    found = through(gateway, named(array, axes, names, slice_labels=texts))
    assert found.data.coords["c"].values.tolist() == names
    assert found.imagej.slice_labels == texts
    np.testing.assert_array_equal(found.data.values.squeeze(), array)


@pytest.mark.parametrize("axes", ["yx", "cyx", "tzcyx"])
def test_labels_without_names_make_up_no_names(gateway, axes):
    array = STACK[tuple(slice(None) if axis in axes else 0 for axis in "tzcyx")]
    texts = tuple(f"plane {number}" for number in range(int(np.prod(array.shape[:-2]))))
    texts = ("", *texts[1:]) if len(texts) > 1 else texts
    made = image(array, axes)
    found = through(gateway, Image(made.data, imagej=ImagejMetadata(slice_labels=texts)))
    assert "c" not in found.data.coords
    assert found.imagej.slice_labels == texts


def test_plain_images_have_no_metadata(gateway):
    for given in (STACK[0, 0, 0], image(STACK, "tzcyx"), STACK[0, 0, 0].astype(np.float32)):
        found = through(gateway, given)
        own = found.imagej
        assert "c" not in found.data.coords
        assert (own.slice_labels, own.luts, own.ranges, own.roi, own.overlay) == (
            (),
            (),
            (),
            None,
            (),
        )


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32", "int32"])
def test_labels_come_back_with_their_colors(gateway, dtype):
    labels = np.zeros((3, 20, 30), dtype)
    labels[0, 2:9, 3:9], labels[2, 5:8, 20:29] = 1, 200
    metadata = ImagejMetadata(luts=(label_colours(),), ranges=((0, 255),))
    given = Image(image(labels, "zyx").data, KNOWN, imagej=metadata)
    found = through(gateway, given)
    np.testing.assert_array_equal(found.data.values[0, :, 0], labels)
    np.testing.assert_array_equal(found.imagej.luts, [label_colours()])
    assert found.imagej.ranges == ((0, 255),)
    assert found.calibration == KNOWN


@pytest.mark.parametrize("axes", ["cyx", "tzcyx"])
def test_each_channel_has_its_colors(gateway, axes):
    array = STACK[tuple(slice(None) if axis in axes else 0 for axis in "tzcyx")]
    luts = tuple(np.roll(label_colours(), 9 * channel, axis=1) for channel in range(4))
    ranges = ((0.0, 100.0), (5.0, 60000.0), (1.0, 2.0), (0.0, 65535.0))
    found = through(gateway, named(array, axes, "abcd", luts=luts, ranges=ranges))
    np.testing.assert_array_equal(found.imagej.luts, luts)
    assert found.imagej.ranges == ranges
    assert found.data.coords["c"].values.tolist() == list("abcd")
    np.testing.assert_array_equal(found.data.values.squeeze(), array)


def test_metadata_of_another_image_are_refused(gateway):
    data = image(STACK, "tzcyx").data
    for metadata in (
        ImagejMetadata(slice_labels=("a",)),
        ImagejMetadata(luts=(label_colours(),) * 3),
        ImagejMetadata(luts=(label_colours(),), ranges=((0, 1), (0, 1))),
        ImagejMetadata(luts=(label_colours().T,)),
        ImagejMetadata(overlay=("an outline",)),
    ):
        with pytest.raises(DataError, match="image 'a'"):
            gateway.run_macro(NOTHING, images={"a": Image(data, imagej=metadata)})


def outlines():
    polygon = ImagejRoi.frompoints([[1, 2], [9, 2], [7, 11.5]], name="cell ü 1", t=0, z=1, c=2)
    polygon.stroke_width, polygon.stroke_color = 2, b"\xff\x10\x20\x30"
    points = ImagejRoi.frompoints([[3, 4], [5, 6]], name="points")
    return polygon, points


def test_outlines_come_back(gateway):
    polygon, points = outlines()
    metadata = ImagejMetadata(roi=polygon, overlay=(points, polygon))
    found = through(gateway, Image(image(STACK, "tzcyx").data, imagej=metadata)).imagej
    assert [each.name for each in found.overlay] == ["points", "cell ü 1"]
    for outline in (found.roi, found.overlay[1]):
        np.testing.assert_array_equal(outline.coordinates(), polygon.coordinates())
        assert (outline.t_position, outline.z_position, outline.c_position) == (1, 2, 3)
        assert (outline.name, outline.stroke_width) == ("cell ü 1", 2)
        assert outline.stroke_color == b"\xff\x10\x20\x30"


@pytest.mark.parametrize("axes", ["cyx", "yxc", "zcyx", "tzyxc"])
def test_colors_in_any_order_are_one_picture(gateway, axes):
    sizes = {"t": 2, "z": 2, "c": 3, "y": 6, "x": 5}
    array = RNG.integers(0, 256, [sizes[axis] for axis in axes]).astype(np.uint8)
    given = xr.DataArray(array, dims=["rgb" if axis == "c" else axis for axis in axes])
    found = through(gateway, given)
    assert found.rgb
    np.testing.assert_array_equal(found.data.squeeze().transpose(*axes).values, array)


# What only ImageJ itself can show.


def test_nothing_is_written_back_into_the_array(imagej):
    array = np.full((3, 8, 8), 7, np.uint8)
    found = through(imagej, image(array, "zyx"), 'run("Invert", "stack");')
    assert (found.data.values == 248).all()
    assert (array == 7).all()


def test_imagej_sees_names_labels_and_sizes(imagej):
    given = named(STACK[:, :, :2], "tzcyx", ["DAPI", "GFP"])
    code = (
        'Stack.setPosition(2, 3, 1); s = getMetadata("Label"); getVoxelSize(w, h, d, u);'
        'return s + "," + w + "," + h + "," + d + "," + u + "," + Stack.getFrameInterval();'
    )
    assert imagej.run_macro(code, images={"a": given}).value == "GFP,0.08,0.09,0.3,microns,2.5"


def test_imagej_shows_the_label_and_not_the_name_below_it(imagej):
    texts = tuple(f"plane {number}" for number in range(24))
    given = named(STACK, "tzcyx", "abcd", slice_labels=texts)
    code = 'setSlice(6); return getInfo("slice.label");'
    assert imagej.run_macro(code, images={"a": given}).value == "plane 5"


def test_imagej_sees_colors_and_outlines(imagej):
    polygon, points = outlines()
    metadata = ImagejMetadata(
        luts=(label_colours(),), ranges=((0, 255),), roi=polygon, overlay=(points,)
    )
    given = Image(image(STACK[0, 0, 0] % 256, "yx").data, imagej=metadata)
    code = (
        "getLut(r, g, b); getMinAndMax(low, high); getSelectionBounds(x, y, w, h);"
        'return "" + r[2] + "," + g[2] + "," + b[2] + "," + low + "," + high + "," + Overlay.size'
        '+ "," + selectionType + "," + x + "," + y;'
    )
    found = imagej.run_macro(code, images={"a": given}).value
    assert found == ",".join(map(str, [*label_colours()[:, 2], 0, 255, 1, 3, 1, 2]))


def test_names_go_where_the_channels_go(imagej):
    given = named(STACK, "tzcyx", ["DAPI", "GFP", "Cy3", "phase"])
    code = 'run("Make Substack...", "channels=2,4 slices=2-3 frames=1-2");'
    found = imagej.run_macro(code, images={"a": given}).images["a-1"]
    assert found.data.coords["c"].values.tolist() == ["GFP", "phase"]
    np.testing.assert_array_equal(found.data.values, STACK[:, 1:, [1, 3]])


def test_a_depth_that_nobody_stated_is_not_known(imagej):
    code = (
        'newImage("a", "8-bit", 9, 9, 1);'
        'run("Properties...", "unit=um pixel_width=.1 pixel_height=.1 voxel_depth=1");'
    )
    assert imagej.run_macro(code).images["a"].calibration == Calibration(0.1, 0.1, None, "µm")


def test_files_that_imagej_writes_say_the_same(imagej, tmp_path):
    known = Calibration(0.08, 0.09, None, "µm", 2.5)
    made = named(STACK[0, 0], "cyx", ["DAPI", "GFP", "Cy3", "phase"])
    path = tmp_path / "a.tif"
    given = Image(made.data, known)
    imagej.run_macro('saveAs("tiff", getArgument());', str(path), images={"a": given})
    found = read_image(path)
    np.testing.assert_array_equal(found.data.values, given.data.values)
    assert found.data.coords["c"].values.tolist() == ["DAPI", "GFP", "Cy3", "phase"]
    found_sizes = (found.calibration.x, found.calibration.y, found.calibration.frame_interval)
    assert found_sizes == pytest.approx((0.08, 0.09, 2.5))
    assert (found.calibration.z, found.calibration.unit) == (None, "µm")
    code = "open(getArgument());"
    again = imagej.run_macro(code, str(path)).images["a.tif"]
    assert again.data.coords["c"].values.tolist() == ["DAPI", "GFP", "Cy3", "phase"]
    assert again.calibration == found.calibration


def test_particles_come_back_as_labels_and_outlines(imagej):
    mask = np.zeros((30, 40), bool)
    mask[3:9, 4:12] = mask[20:25, 30:33] = True
    given = image_of(mask, "yx", calibration=Calibration(0.1, 0.1, None, "µm"))
    code = (
        "setThreshold(1, 255);"
        'run("Analyze Particles...", "show=[Count Masks] display");'
        'selectImage("a"); run("Analyze Particles...", "show=Overlay clear");'
    )
    result = imagej.run_macro(code, images={"a": given})
    labels = to_xarray(result.images["Count Masks of a"])
    assert labels.dims == ("y", "x")
    assert labels.x.attrs["units"] == "µm"
    assert sorted(np.unique(labels)) == [0, 1, 2]
    np.testing.assert_array_equal(labels > 0, mask)
    overlay = result.images["a"].imagej.overlay
    assert len(overlay) == 2
    assert sorted((each.left, each.top, each.right, each.bottom) for each in overlay) == [
        (4, 3, 12, 9),
        (30, 20, 33, 25),
    ]
    np.testing.assert_allclose(sorted(result.tables["Results"].columns["Area"]), [0.15, 0.48])


def test_values_below_zero_of_signed_images_pass(imagej):
    found = through(imagej, np.array([[-5, 300]], np.int16), 'run("16-bit");').data
    assert found.dtype in {np.dtype(np.uint16), np.dtype(np.float32)}


def test_outlines_in_the_roi_manager_come_back(imagej):
    code = (
        'makeRectangle(2, 3, 5, 4); roiManager("Add"); makeOval(1, 1, 6, 6); roiManager("Add");'
        'roiManager("Select", 0); roiManager("Rename", "first");'
    )
    rois = imagej.run_macro(code, images={"a": np.zeros((9, 9), np.uint8)}).rois
    assert rois[0].name == "first"
    assert [each.roitype.name for each in rois] == ["RECT", "OVAL"]
    assert (rois[0].left, rois[0].top, rois[0].right, rois[0].bottom) == (2, 3, 7, 7)
    assert imagej.run_macro(NOTHING).rois == ()


def test_a_table_is_a_dataframe(imagej):
    code = 'setResult("Area", 0, 1.5); setResult("Name", 0, "a"); setResult("Area", 1, 2);'
    frame = imagej.run_macro(code).tables["Results"].dataframe()
    assert frame["Area"].tolist() == [1.5, 2]
    assert frame["Name"].tolist()[0] == "a"
