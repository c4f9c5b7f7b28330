"""Artificial labeling by two networks that learn against each other.

pix2pix (Isola et al. 2017, https://arxiv.org/abs/1611.07004), as in DeepBacs.  Where the image does
not say where a stain is, an absolute error alone gives its mean, a blur; a discriminator asks for
one sharp answer of several, which may be the wrong one.  The network is the U-Net of CARE: bounded
in what it sees and without normalization, so that tiles equal the whole.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from deepbacs_zoo.tasks.images.shared import chosen_by_targets, image_method
from deepbacs_zoo.tasks.presets import notebook, presets
from deepbacs_zoo.tasks.types import Choice, Loss, Method, MethodEntry, Sample

__all__ = ["ENTRY"]

_TASK: Final = "labeling"
_RATE: Final = 5e-4
"""Two networks that learn from each other are less stable than one."""


def build(
    target_scale: Sequence[float] = (0.0, 1.0), target_channels: int = 1, channels: int = 1
) -> Method:
    """Return the method.

    Parameters
    ----------
    target_scale
        Mean and standard deviation of the training targets, in whose units results come.
    target_channels
        Stains.
    channels
        1 for grey images, 3 for RGB pictures.
    """
    arguments = {
        "target_scale": tuple(target_scale),
        "target_channels": target_channels,
        "channels": channels,
    }
    network = {"base": 16, "depth": 3, "residual": False}
    method = image_method("pix2pix", _TASK, network, "adversarial", arguments)
    loss = {"channels": channels + target_channels}
    return dataclasses.replace(
        method,
        network="care",
        loss=Loss("adversarial", MappingProxyType(loss)),
        step="gan",
        training=dataclasses.replace(method.training, learning_rate=_RATE),
    )


def choose(samples: Sequence[Sample]) -> Choice:
    """Return scale and channels by the training images."""
    return Choice(chosen_by_targets(samples))


ENTRY: Final = MethodEntry(
    "pix2pix",
    _TASK,
    build,
    choose,
    presets(
        notebook(
            "ZeroCostDL4Mic pix2pix 1.17.7",
            {"epochs": 10, "patch_size": 512, "batch_size": 1, "learning_rate": 2e-4},
            network={"base": 32, "depth": 4},
        )
    ),
    annotation="image",
    anew=frozenset({"target_scale"}),
)
