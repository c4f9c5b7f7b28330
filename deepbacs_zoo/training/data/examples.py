"""Images and their annotations, checked and normalized before anything trains."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.annotations import Pair
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.findings import Gathered, OnFinding
from deepbacs_zoo.images import Calibration, Image, Region, list_channels
from deepbacs_zoo.options import Option, Text
from deepbacs_zoo.processing import apply
from deepbacs_zoo.tasks import Field, GroundTruth, Method, Sample, annotation_kind
from deepbacs_zoo.tasks.annotation_kinds import Annotations
from deepbacs_zoo.tasks.ground_truth.boxes import BoxTruth

__all__ = [
    "Example",
    "Raw",
    "common_pixel_size",
    "prepared",
    "read_examples",
    "read_raw",
]

_SAME_SIZE: Final = 0.01
_RGB: Final = 3


@dataclass(frozen=True, eq=False)
class Raw:
    """A pair as it was read, before a task makes an example of it.

    Parameters
    ----------
    pair
        Its files.
    image
        The image; the whole one where only a part of it is taken, since the whole is normalized.
    truth
        Its annotation, of the part.
    region
        The part; ``None`` for the whole.
    """

    pair: Pair
    image: Image
    truth: GroundTruth
    region: Region | None = None

    @property
    def sample(self) -> Sample:
        """Examples that a method looks at to make its choices."""
        channels = 3 if self.image.rgb else int(self.image.data.sizes["c"])
        return Sample(str(self.pair.target), channels, self.truth, self.image.data.to_numpy()[0, 0])


@dataclass(frozen=True, eq=False)
class Example(Field):
    """A training image with its files.

    Parameters
    ----------
    image, truth
        As in :class:`Field`.
    pair
        Its files.
    calibration
        Size of its pixels.
    """

    pair: Pair
    calibration: Calibration


def read_raw(
    kind: Annotations,
    pairs: Sequence[Pair],
    on_finding: OnFinding = lambda finding: None,
) -> tuple[Raw, ...]:
    """Read and check all pairs.

    Parameters
    ----------
    kind
        The kind of annotation.
    pairs
        The files.
    on_finding
        Called with each kind of what is odd about images and annotations.

    Raises
    ------
    DataError
        One is broken.
    """
    found, gathered = [], Gathered()
    for each in kind.read(pairs):
        gathered.add(each.findings)
        found.append(Raw(each.pair, each.image, each.truth))
    for finding in gathered.together():
        on_finding(finding)
    return tuple(found)


def prepared(method: Method, raw: Raw) -> Example:
    """Normalize an image for a task; ``DataError`` if it is none that the task takes."""
    if isinstance(raw.truth, BoxTruth):
        raw.truth.require_classes(raw.pair.target, method.arguments["classes"])
    plane = _plane(method, raw.pair, raw.image)
    normalized = apply(method.inputs[0].steps, plane[np.newaxis], "bcyx")[0]
    if raw.region is not None:
        normalized = normalized[(slice(None), *raw.region.slices)]
    image = np.ascontiguousarray(normalized, np.float32)
    return Example(image, raw.truth, raw.pair, raw.image.calibration)


def read_examples(
    method: Method, pairs: Sequence[Pair], on_finding: OnFinding = lambda finding: None
) -> tuple[Example, ...]:
    """Read, check and normalize all pairs for a task; errors as in both."""
    raws = read_raw(annotation_kind(method.annotation), pairs, on_finding)
    return tuple(prepared(method, raw) for raw in raws)


def common_pixel_size(calibrations: Sequence[Calibration]) -> tuple[float, float] | None:
    """Return micrometers along y and x when all images state the same within 1 %."""
    sizes = [
        (float(each.y), float(each.x))
        for each in calibrations
        if each.unit == "µm" and each.y and each.x
    ]
    if len(sizes) < len(calibrations):
        return None
    y, x = sizes[0]
    same = all(
        math.isclose(size[0], y, rel_tol=_SAME_SIZE)
        and math.isclose(size[1], x, rel_tol=_SAME_SIZE)
        for size in sizes
    )
    return (y, x) if same else None


def _plane(method: Method, pair: Pair, image: Image) -> NDArray[np.float32]:
    """Return ``c y x``, or say why the image has none that the task takes."""
    sizes = image.data.sizes
    if sizes["c"] != method.channels or (image.rgb and method.channels != _RGB):
        raise DataError(
            pair.source,
            "its channels are not those that the task takes",
            value="RGB picture" if image.rgb else f"{sizes['c']} channels",
            allowed=f"{method.channels} channel, grey values"
            if method.channels == 1
            else f"{method.channels} channels",
            hint=_advice(image) if method.channels == 1 else "give images with these channels",
        )
    if sizes["t"] != 1 or sizes["z"] != 1:
        raise DataError(
            pair.source,
            "it is a stack, but training takes single planes",
            value=f"{sizes['t']} frames, {sizes['z']} slices",
            allowed="one frame and one slice",
            hint="save the planes that are labelled as separate files",
        )
    plane: NDArray[np.float32] = image.data.to_numpy()[0, 0].astype(np.float32)
    return plane


def _advice(image: Image) -> str | Text:
    return f"choose one of its channels ({list_channels(image)}) with " + Option("channel", "1")
