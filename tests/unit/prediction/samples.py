"""Images and fake networks for the tests of prediction."""

from __future__ import annotations

import numpy as np
import xarray as xr

from deepbacs_zoo.images import Calibration, Image
from deepbacs_zoo.runners.fake import FakeSession
from deepbacs_zoo.tensors import SteppedSize
from tests.unit.runners.stub import StubPackage, output, tensor

STEP = SteppedSize(8, 4)


def image_of(values, axes="yx", calibration=None, **more):
    """An image in memory from an array with these axes."""
    array = np.asarray(values)
    missing = [index for index, axis in enumerate("tzcyx") if axis not in axes]
    order = [axes.index(axis) for axis in "tzcyx" if axis in axes]
    data = np.expand_dims(array.transpose(order), missing)
    return Image(xr.DataArray(data, dims=tuple("tzcyx")), calibration or Calibration(), **more)


def noise(*shape, seed=0, dtype=np.uint16):
    return np.random.default_rng(seed).integers(0, 4000, shape).astype(dtype)


def smooth(array, axis):
    """Mean of three neighbours with zeros beyond the border, as a convolution pads."""
    moved = np.moveaxis(array, axis, -1)
    wide = np.pad(moved, [(0, 0)] * (moved.ndim - 1) + [(1, 1)])
    return np.moveaxis((wide[..., :-2] + wide[..., 1:-1] + wide[..., 2:]) / np.float32(3), -1, axis)


def unet(array):
    """A network with one pooling: depends on up to 8 pixels around and on the grid of 4."""
    fine = smooth(smooth(array, -1), -2)
    b, c, y, x = fine.shape
    coarse = fine.reshape(b, c, y // 4, 4, x // 4, 4).max((3, 5))
    coarse = smooth(smooth(coarse, -1), -2)
    return fine - coarse.repeat(4, -1).repeat(4, -2)


HALO = 8


def fake(function, inputs=None, outputs=None, **config):
    """A package and its session around a function of input arrays, in the package's order."""
    inputs = inputs or (tensor("raw", size=STEP),)
    outputs = outputs or (output("out", inputs[0].id, halo=HALO),)
    package = StubPackage("package", tuple(inputs), tuple(outputs), zoo_entries=dict(config))

    def network(tensors):
        found = function(*(tensors[spec.id] for spec in inputs if spec.id in tensors))
        return found if isinstance(found, list | tuple) else [found]

    return package, FakeSession(package.inputs, package.outputs, network)
