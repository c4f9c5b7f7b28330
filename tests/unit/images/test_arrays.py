import itertools

import numpy as np
import pytest
import xarray as xr

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.images import Calibration, Image, image_of, to_xarray
from deepbacs_zoo.images.calibration import micrometers, seconds

KNOWN = Calibration(0.1, 0.07, 0.3, "µm", 2.7)
SHAPES = [(2, 3, 4, 5, 6), (1, 3, 1, 5, 6), (1, 1, 1, 1, 1), (1, 1, 3, 5, 6), (7, 1, 1, 5, 1)]


def made(shape, known=KNOWN, *, rgb=False):
    names = None if rgb else {"c": [f"channel {number}" for number in range(shape[2])]}
    array = np.arange(np.prod(shape)).reshape(shape).astype(np.uint8)
    return Image(xr.DataArray(array, dims=tuple("tzcyx"), coords=names), known, rgb=rgb)


@pytest.mark.parametrize("squeeze", [False, True])
@pytest.mark.parametrize("known", [KNOWN, Calibration(), Calibration(0.1, 0.1, None, "µm")])
@pytest.mark.parametrize("shape", SHAPES)
def test_an_image_is_the_same_after_a_labeled_array(shape, known, squeeze):
    for rgb in {False, shape[2] == 3}:
        given = made(shape, known, rgb=rgb)
        labeled = to_xarray(given, squeeze=squeeze)
        assert len(labeled.dims) == (5 if not squeeze else max(2, labeled.ndim))
        found = image_of(labeled)
        assert np.shares_memory(found.data.values, given.data.values)
        assert (found.calibration, found.rgb, found.shape) == (known, rgb, shape)
        if not rgb:
            assert found.data.c.values.tolist() == given.data.c.values.tolist()


def test_positions_have_units_and_values():
    labeled = to_xarray(made((2, 3, 4, 5, 6)))
    np.testing.assert_allclose(labeled.x, np.arange(6) * 0.1)
    assert (labeled.x.attrs["units"], labeled.t.attrs["units"]) == ("µm", "s")
    assert labeled.sel(x=0.2).shape == (2, 3, 4, 5)


def test_a_position_keeps_the_size_along_its_axis():
    labeled = to_xarray(made((2, 3, 4, 5, 6)))
    assert image_of(labeled.isel(z=2, t=1)).calibration == KNOWN


def test_an_image_does_not_change_with_its_labeled_array():
    given = made((1, 1, 1, 4, 4))
    to_xarray(given).attrs["a"] = 1
    assert given.data.attrs == {}
    assert set(given.data.coords) == {"c"}


@pytest.mark.parametrize("axes", list(map("".join, itertools.permutations("zyx"))))
def test_axes_of_an_array_in_any_order(axes):
    array = np.arange(60).reshape(3, 4, 5)
    found = image_of(array, axes).data.values[0, :, 0]
    np.testing.assert_array_equal(found, array.transpose([axes.index(axis) for axis in "zyx"]))


@pytest.mark.parametrize("axes", ["zy", "zzyx", "zcx", "abc", None])
def test_axes_that_are_none_are_refused(axes):
    with pytest.raises(DataError, match=r"image of mine: .*(axis is which|not those of an image)"):
        image_of(np.zeros((3, 4, 5)), axes, where="image of mine")


def test_times_are_seconds():
    times = np.array(["2020-01-01T00:00", "2020-01-01T00:05", "2020-01-01T00:10"], "M8[ns]")
    given = xr.DataArray(np.zeros((3, 2, 2)), dims=tuple("tyx"), coords={"t": times})
    assert image_of(given).calibration == Calibration(frame_interval=300)
    minutes = given.assign_coords(t=("t", [0.0, 5.0, 10.0], {"units": "min"}))
    assert image_of(minutes).calibration == Calibration(frame_interval=300)


def test_a_little_uneven_is_even():
    positions = np.arange(50) * 0.1 + np.linspace(0, 1e-5, 50) ** 2
    coordinates = {"x": ("x", positions, {"unit": "nm"}), "y": ("y", [0, 2], {"units": "nm"})}
    found = image_of(xr.DataArray(np.zeros((2, 50)), dims=("y", "x"), coords=coordinates))
    assert found.calibration.x == pytest.approx(1e-4, rel=1e-6)


def test_units_have_many_names():
    assert [micrometers(each) for each in ("µm", " Microns", "nm", "pixel")] == [1, 1, 1e-3, None]
    assert [seconds(each) for each in ("sec", "msec", "Hours", "frame")] == [1, 1e-3, 3600, None]
