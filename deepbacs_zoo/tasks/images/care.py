"""Content-aware restoration from pairs of images, for three tasks.

CARE (Weigert et al. 2018, https://doi.org/10.1038/s41592-018-0216-7), as DeepBacs uses it: noisy to
clean images, bright field to a stain, wide field to structured illumination on the same grid.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.options import Option
from deepbacs_zoo.tasks.images.shared import chosen_by_targets, image_method, input_scale
from deepbacs_zoo.tasks.presets import CARE, presets
from deepbacs_zoo.tasks.types import Choice, Method, MethodEntry, Sample

__all__ = ["ENTRIES"]

_OWN_UNITS: Final = "denoising"
"""The task whose images and targets have the same units."""
_OTHER_CONTRAST: Final = "labeling"
"""The task whose targets show something else than the images, to which nothing can be added."""


def build(
    task: str,
    image_scale: Sequence[float] | None = None,
    target_scale: Sequence[float] = (0.0, 1.0),
    target_channels: int = 1,
    channels: int = 1,
    probabilistic: bool = False,
    equivariant: bool | None = None,
) -> Method:
    """Return the method.

    Parameters
    ----------
    task
        The task.
    image_scale
        Mean and standard deviation of the training images, by which images are scaled; without
        them each image gets zero mean and unit variance.
    target_scale
        Mean and standard deviation of the training targets, in whose units results come.
    target_channels
        Channels of the target.
    channels
        1 for grey images, 3 for RGB pictures.
    probabilistic
        Add a channel with the scale of a Laplace distribution around each value.
    equivariant
        The result follows gain and offset of the image; ``image_scale`` is that of targets, too.
        By default in denoising, unless uncertainties are asked for.

    Raises
    ------
    UsageError
        Both of the last two are asked for.
    """
    equivariant = _is_equivariant(task, probabilistic, equivariant)
    if equivariant and image_scale is not None:
        target_scale = image_scale  # what follows gain and offset has one scale
    arguments = {
        "image_scale": None if image_scale is None else tuple(image_scale),
        "target_scale": tuple(target_scale),
        "target_channels": target_channels,
        "channels": channels,
        "probabilistic": probabilistic,
        "equivariant": equivariant,
    }
    network: dict[str, Any] = {"base": 16, "depth": 2}
    if not equivariant:
        network["residual"] = channels == target_channels and task != _OTHER_CONTRAST
        network["probabilistic"] = probabilistic
    loss = "laplace" if probabilistic else "absolute"
    method = image_method(
        "care", task, network, loss, arguments, image_scale=image_scale, spread=probabilistic
    )
    return dataclasses.replace(method, network="equivariant") if equivariant else method


def _is_equivariant(task: str, probabilistic: bool, asked: bool | None) -> bool:
    if asked is None:
        return task == _OWN_UNITS and not probabilistic
    if probabilistic and asked:
        raise UsageError(
            Option("equivariant"),
            "an uncertainty has no offset, and this network gives none",
            allowed="one of both",
            hint="leave " + Option("probabilistic") + " out",
        )
    return asked


def choose(task: str, samples: Sequence[Sample]) -> Choice:
    """Return scales and channels by the training images."""
    own = {"image_scale": input_scale(samples).as_argument()} if task == _OWN_UNITS else {}
    return Choice({**own, **chosen_by_targets(samples)})


def _entry(task: str) -> MethodEntry:
    # DeepBacs' own network adds its image to the result, and has offsets.
    plain = dataclasses.replace(CARE, arguments=MappingProxyType({"equivariant": False}))
    return MethodEntry(
        "care",
        task,
        partial(build, task),
        partial(choose, task),
        presets(plain),
        annotation="image",
        anew=frozenset({"image_scale", "target_scale"}),
        given=frozenset({"probabilistic"} | ({"equivariant"} if task == _OWN_UNITS else set())),
    )


ENTRIES: Final = tuple(map(_entry, ("denoising", "labeling", "superresolution")))
