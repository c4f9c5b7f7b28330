"""What an output is decoded to: labels and objects, or boxes and counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.findings import Finding
from deepbacs_zoo.images import Image
from deepbacs_zoo.package.zoo_config import AnchorBoxes, Decoding
from deepbacs_zoo.prediction.boxes import box_positions
from deepbacs_zoo.prediction.collector import Collector
from deepbacs_zoo.prediction.objects import decode_positions, measure_positions
from deepbacs_zoo.results import BoxRow, ClassCount, ObjectRow, count_boxes

__all__ = ["Decoded", "decode_output"]


@dataclass(frozen=True)
class Decoded:
    """The decoded part of a result; see :class:`deepbacs_zoo.prediction.Result`."""

    labels: npt.NDArray[np.int32] | None = None
    objects: tuple[ObjectRow, ...] = ()
    boxes: tuple[BoxRow, ...] | None = None
    counts: tuple[ClassCount, ...] = ()
    findings: tuple[Finding, ...] = ()


def decode_output(
    settings: Decoding | None,
    collectors: Mapping[str, Collector],
    image: Image,
    seen: Image,
    where: str,
) -> Decoded:
    """Decode every position at the model's scale; see :mod:`.pixel_size` for why.

    Parameters
    ----------
    settings
        How to decode.
    collectors
        The outputs of all positions by id.
    image, seen
        The image, and the image that the network saw, at the model's scale.
    where
        The package, for messages.

    Raises
    ------
    PackageError
        There is no such output, or it is not as the settings have it.
    """
    if settings is None:
        return Decoded()
    name = settings.output
    if name not in collectors or collectors[name].axes != "tzcyx":
        raise PackageError(
            f"{where}: config.deepbacs_zoo.decode.output",
            "there is no output of this name that is an image",
            value=name,
            allowed=", ".join(collectors),
            hint="correct the package's description",
        )
    array = collectors[name].array
    size, scaled = ({axis: int(each.data.sizes[axis]) for axis in "yx"} for each in (image, seen))
    if isinstance(settings, AnchorBoxes):
        boxes, findings = box_positions(settings, array, size, scaled, image.calibration)
        counts = count_boxes(boxes, settings.classes, *array.shape[:2])
        return Decoded(boxes=boxes, counts=counts, findings=findings)
    labels = decode_positions(settings, array, size, scaled)
    return Decoded(labels, measure_positions(labels, image.calibration))
