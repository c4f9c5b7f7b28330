"""Denoising learned from noisy images alone.

Noise2Void (Krull et al. 2019, https://arxiv.org/abs/1811.10980), as in DeepBacs: no clean image is
needed.  Noise has to be independent from pixel to pixel, or along one axis alone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.options import Option
from deepbacs_zoo.tasks.images.shared import image_method, input_scale
from deepbacs_zoo.tasks.presets import notebook, presets
from deepbacs_zoo.tasks.specs import channels_of
from deepbacs_zoo.tasks.types import Choice, Loss, Method, MethodEntry, Sample

__all__ = ["ENTRY"]

_TASK: Final = "denoising"
_SPAN: Final = 5
_AXES: Final = ("", "y", "x")


def build(
    image_scale: Sequence[float] = (0.0, 1.0), channels: int = 1, noise_axis: str = ""
) -> Method:
    """Return the method.

    Parameters
    ----------
    image_scale
        Mean and standard deviation of the training images, by which images are scaled.
    channels
        1 for grey images, 3 for RGB pictures.
    noise_axis
        ``y`` or ``x`` where noise goes on along columns or rows, as that of line scanners and some
        cameras; empty for noise that is independent from pixel to pixel.
    """
    if noise_axis not in _AXES:
        raise UsageError(
            Option("noise_axis"),
            "noise cannot go on along this axis",
            value=noise_axis,
            allowed="y, x, or none",
            hint="choose one of these",
        )
    scale = tuple(image_scale)
    method = image_method(
        "n2v",
        _TASK,
        {"base": 16, "depth": 2, "residual": False},
        "blind_spot",
        {"target_scale": scale, "target_channels": channels, "channels": channels},
        image_scale=scale,
    )
    loss = {"axis": noise_axis, "span": _SPAN if noise_axis else 0}
    return dataclasses.replace(
        method,
        network="care",
        loss=Loss("blind_spot", MappingProxyType(loss)),
        step="blind_spot",
        metrics=(),  # nobody knows the clean image
        annotation="noisy",
        arguments=MappingProxyType(
            {"image_scale": scale, "channels": channels, "noise_axis": noise_axis}
        ),
    )


def choose(samples: Sequence[Sample]) -> Choice:
    """Return scale and channels by the training images."""
    scale = input_scale(samples).as_argument()
    return Choice({"image_scale": scale, "channels": channels_of(samples)})


ENTRY: Final = MethodEntry(
    "n2v",
    _TASK,
    build,
    choose,
    presets(
        notebook(
            "ZeroCostDL4Mic Noise2Void 2D 1.16.2",
            {
                "epochs": 100,
                "patch_size": 64,
                "batch_size": 128,
                "learning_rate": 4e-4,
            },
            network={"base": 32},
        )
    ),
    annotation="noisy",
    anew=frozenset({"image_scale"}),
    given=frozenset({"noise_axis"}),
)
