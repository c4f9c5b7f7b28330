"""Detection of objects by boxes with classes: YOLOv2 on a grid, as in DeepBacs.

Redmon and Farhadi 2017, https://arxiv.org/abs/1612.08242; Spahn et al. 2022,
https://doi.org/10.1038/s42003-022-03634-z.  Classes, anchors, grid and channels come from the
training images.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.package.zoo_config import AnchorBoxes
from deepbacs_zoo.tasks.detection.anchors import choose_anchors, choose_grid, encode_boxes
from deepbacs_zoo.tasks.ground_truth.boxes import BoxTruth
from deepbacs_zoo.tasks.presets import notebook, presets
from deepbacs_zoo.tasks.specs import axes, image_input
from deepbacs_zoo.tasks.types import (
    Choice,
    Loss,
    Method,
    MethodEntry,
    Preset,
    Sample,
    TrainingSettings,
)
from deepbacs_zoo.tensors import TensorSpec

__all__ = ["CLASS_SETS", "ENTRY"]

CLASS_SETS: Final = MappingProxyType(
    {
        "growth-stages": ("rod", "dividing", "microcolony"),
        "antibiotics": (
            "Control",
            "MP265",
            "Mecillinam",
            "CAM",
            "Rifampicin",
            "Nalidixate",
            "Oblique",
            "Vesicle",
        ),
    }
)
"""Classes of the two published detection sets of DeepBacs, in the order of the channels."""

_FEWEST: Final = 5
_IMBALANCE: Final = 10
_SMALLEST: Final = 2.0
_COUNTS: Final = Rule(
    "training-boxes-counted",
    Severity.INFO,
    "The number of examples decides how well a class can be learned.",
)
_RARE: Final = Rule(
    "class-with-few-examples",
    Severity.WARNING,
    "A detector does not learn a class from a handful of boxes.",
)
_UNBALANCED: Final = Rule(
    "classes-unbalanced",
    Severity.WARNING,
    "A frequent class hides in mean scores that a rare one is never found.",
)
_VALUES: Final = ("x", "y", "width", "height", "objectness")


def build(  # long: one description, field by field
    classes: Sequence[str] = ("object",),
    anchors: Sequence[Sequence[float]] = ((32.0, 32.0),),
    grid: int = 16,
    channels: int = 1,
) -> Method:
    """Return the method.

    Parameters
    ----------
    classes
        Names of the classes, in the order of the channels.
    anchors
        Width and height of usual boxes, in image pixels.
    grid
        Image pixels per cell.
    channels
        1 for grey images, 3 for RGB pictures.
    """
    names = tuple(str(name) for name in classes)
    sizes = tuple((float(width), float(height)) for width, height in anchors)

    def make_target(truth: BoxTruth) -> Any:  # noqa: ANN401 - an array
        return encode_boxes(truth.boxes, truth.shape, names, sizes, grid)

    largest = 8 * max(max(size) for size in sizes)
    return Method(
        name="yolov2",
        task="detection",
        title="detection of objects by boxes with classes",
        inputs=(image_input(channels),),
        outputs=(
            TensorSpec(
                "boxes",
                axes(
                    tuple(
                        f"{value} {number}"
                        for number in range(1, len(sizes) + 1)
                        for value in (*_VALUES, *names)
                    ),
                    grid,
                ),
                description=f"boxes on cells of {grid} pixels; for each of {len(sizes)} anchors: "
                "place in the cell, size in pixels, objectness, classes",
            ),
        ),
        ranges=MappingProxyType({"boxes": (0.0, largest)}),
        network="yolov2",
        network_arguments=MappingProxyType(
            {
                "in_channels": channels,
                "classes": len(names),
                "anchors": sizes,
                "grid": grid,
                "base": 16,
                "activation": "boxes",
            }
        ),
        training_arguments=MappingProxyType({"activation": "none"}),
        make_target=make_target,
        loss=Loss(
            "boxes",
            MappingProxyType({"classes": len(names), "anchors": sizes, "grid": grid}),
        ),
        training=TrainingSettings(
            epochs=60,
            patch_size=352,
            batch_size=4,
            learning_rate=3e-3,
            weight_decay=1e-3,
            patience=60,
            foreground_fraction=0.5,
            # Enough to train the network from nothing, whether the images are many or few.
            steps_per_epoch=75,
            max_zoom=1.33,
            # The loss is lowest where the network is sure of little, and boxes are worse there.
            best_by="val_map_50",
        ),
        decode=AnchorBoxes("boxes", classes=names, anchors=len(sizes), grid=grid),
        metrics=("map_50", "recall", "precision", "count_error"),
        annotation="boxes",
        arguments=MappingProxyType(
            {"classes": names, "anchors": sizes, "grid": grid, "channels": channels}
        ),
    )


def choose(samples: Sequence[Sample], classes: Sequence[str] | None = None) -> Choice:
    """Return classes, anchors, grid and channels as training images want them.

    Parameters
    ----------
    samples
        The images and their boxes.
    classes
        The classes in the order of the channels; by default those of the boxes, sorted.

    Raises
    ------
    DataError
        There is no box at all, a box has an unknown class, or images differ in their channels.
    """
    boxes = [box for sample in samples for box in sample.truth.content.boxes]
    folder = str(Path(samples[0].name).parent)
    if not boxes:
        raise DataError(
            folder,
            "there is no box in any training image",
            allowed="boxes around objects",
            hint="draw some, or name the folder of the annotations",
        )
    counts = Counter(box.name for box in boxes)
    names = tuple(classes) if classes else tuple(sorted(counts))
    for sample in samples:
        _check(sample, names, samples[0].channels)
    sizes = np.array([(box.width, box.height) for box in boxes])
    visible = sizes.min(axis=1) >= _SMALLEST
    return Choice(
        {
            "classes": list(names),
            "anchors": [
                list(anchor)
                for anchor in choose_anchors(sizes[visible] if visible.any() else sizes)
            ],
            "grid": choose_grid(boxes),
            "channels": samples[0].channels,
        },
        _findings(folder, samples, names, counts),
    )


def _check(sample: Sample, names: Sequence[str], channels: int) -> None:
    for box in sample.truth.content.boxes:
        if box.name not in names:
            raise DataError(
                sample.name,
                "a box has an unknown class",
                value=box.name,
                allowed=", ".join(names),
                hint="correct its name, or name all classes that there are",
            )
    if sample.channels not in (1, 3) or sample.channels != channels:
        raise DataError(
            sample.name,
            "its image has other channels than a detector can take",
            value=f"{sample.channels} channels, the first image has {channels}",
            allowed="grey images only, or RGB pictures only",
            hint="save all images alike",
        )


def _findings(
    folder: str, samples: Sequence[Sample], names: Sequence[str], counts: Counter[str]
) -> tuple[Finding, ...]:
    found = [_COUNTS.finding(folder, _counted(samples, names, counts))]
    rare = [name for name in names if counts[name] < _FEWEST]
    if rare:
        listed = ", ".join(f"{name} {counts[name]}" for name in rare)
        found.append(
            _RARE.finding(
                folder,
                f"some classes have fewer than {_FEWEST} examples ({listed})",
                f"at least {_FEWEST} boxes of a class, better hundreds",
                "label more of them, or merge or leave out these classes",
            )
        )
    most, least = max(counts.values()), min(counts[name] for name in names)
    if least >= _FEWEST and most > _IMBALANCE * least:
        found.append(
            _UNBALANCED.finding(
                folder,
                f"the most frequent class has {most / least:.0f} times the boxes of the rarest",
                f"at most {_IMBALANCE} times",
                "look at the scores of each class; label more images with rare ones",
            )
        )
    return tuple(found)


def _counted(samples: Sequence[Sample], names: Sequence[str], counts: Counter[str]) -> str:
    """Return the boxes of each class, in words."""
    width = max(len(name) for name in names)
    rows = []
    for name in names:
        images = sum(
            any(box.name == name for box in sample.truth.content.boxes) for sample in samples
        )
        rows.append(f"  {name:<{width}}  {counts[name]:>6} boxes in {images} images")
    return f"{len(samples)} training images\n" + "\n".join(rows)


ENTRY: Final = MethodEntry(
    "yolov2",
    "detection",
    build,
    choose,
    presets(
        # 27 epochs, each of which shows every image four times
        notebook(
            "ZeroCostDL4Mic YOLOv2 1.13", {"epochs": 108, "batch_size": 16, "learning_rate": 1e-4}
        ),
        Preset(MappingProxyType({"steps_per_epoch": 32, "epochs": 20})),
    ),
    annotation="boxes",
    class_sets=CLASS_SETS,
)
