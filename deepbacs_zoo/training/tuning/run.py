"""Thresholds of decoding for a run that is over, chosen by its validation images."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from deepbacs_zoo.checkpoints import Run
from deepbacs_zoo.evaluation.boxes.sets import true_set
from deepbacs_zoo.exporting.weights.torch import load_state
from deepbacs_zoo.networks import build_network
from deepbacs_zoo.package.zoo_config import AnchorBoxes, read_decoding
from deepbacs_zoo.tasks import Task
from deepbacs_zoo.tasks.ground_truth.boxes import BoxTruth
from deepbacs_zoo.training.data.examples import Example
from deepbacs_zoo.training.data.validation_images import WholeImages
from deepbacs_zoo.training.loop import all_cores
from deepbacs_zoo.training.tuning.thresholds import box_score, label_score, tune

__all__ = ["tuned_decoding"]

FEWEST_OBJECTS: Final = 20
"""Thresholds that fit fewer objects fit those objects only."""


def tuned_decoding(
    task: Task, run: Run, validation: Sequence[Example], device: str
) -> Mapping[str, Any] | None:
    """Choose thresholds by what the best weights find in the validation images.

    Parameters
    ----------
    task, run, validation
        What was trained, where, and the images that chose the best epoch.
    device
        ``cpu`` or ``cuda``.

    Returns
    -------
    mapping or None
        ``settings`` (the ``decode`` block), ``before``, ``after`` (scores), ``objects``; ``None``
        for a task without objects, or where there are too few to choose by.
    """
    if task.decode is None:
        return None
    settings = read_decoding({"decode": task.decode})
    objects = sum(_objects(example) for example in validation)
    if settings is None or objects < FEWEST_OBJECTS:
        return None
    with all_cores():
        tensors = _outputs(task, run, validation, device)
    truths = [example.truth for example in validation]
    if isinstance(settings, AnchorBoxes):
        boxes = [true_set(truth.content.boxes, settings.classes) for truth in truths]
        found = tune(settings, box_score(tensors, boxes, [truth.shape for truth in truths]))
    else:
        found = tune(settings, label_score(tensors, [truth.content for truth in truths]))
    return {
        "settings": found.settings.as_config(),
        "before": found.before,
        "after": found.after,
        "objects": objects,
    }


def _objects(example: Example) -> int:
    content = example.truth.content
    if isinstance(content, BoxTruth):
        return len(content.boxes)
    return int(np.unique(content[content > 0]).size)


def _outputs(
    task: Task, run: Run, validation: Sequence[Example], device: str
) -> list[NDArray[np.float32]]:
    """Return what the exported network gives for each image, ``c y x`` on its grid."""
    network = load_state(build_network(task.network, task.network_arguments), run.weights())
    network.to(device)
    found, images = [], WholeImages(task, validation)
    with torch.inference_mode():
        for index, example in enumerate(validation):
            image = images[index][1]
            rows, columns = (math.ceil(n / task.grid) for n in example.truth.shape)
            output = network(torch.from_numpy(image).to(device))[0, :, :rows, :columns]
            found.append(output.float().cpu().numpy())
    return found
