"""Thresholds of decoding for a run that is over, chosen by its validation images."""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from deepbacs_zoo.checkpoints import TunedDecoding
from deepbacs_zoo.networks import build_network
from deepbacs_zoo.networks.state import load_state
from deepbacs_zoo.training.data.validation_images import ValidationDataset
from deepbacs_zoo.training.kinds import kind_of
from deepbacs_zoo.training.plan import TrainingPlan
from deepbacs_zoo.training.threads import all_cores

__all__ = ["tuned_decoding"]

FEWEST_OBJECTS: Final = 20
"""Thresholds that fit fewer objects fit those objects only."""


def tuned_decoding(plan: TrainingPlan, device: str) -> TunedDecoding | None:
    """Choose thresholds by what the best weights find in the validation images.

    Parameters
    ----------
    plan
        The method, the run, and the images that chose the best epoch.
    device
        ``cpu`` or ``cuda``.

    Returns
    -------
    TunedDecoding or None
        ``None`` for a method without objects, or where there are too few to choose by.
    """
    kind, settings = kind_of(plan.method), plan.method.decode
    truths = [example.truth for example in plan.validation]
    objects = sum(map(kind.objects, truths))
    if settings is None or objects < FEWEST_OBJECTS:
        return None
    with all_cores():
        tensors = _outputs(plan, device)
    found = kind.tune(settings, tensors, truths)
    return TunedDecoding(found.settings, found.before, found.after, objects)


def _outputs(plan: TrainingPlan, device: str) -> list[NDArray[np.float32]]:
    """Return the output of the exported network for each image, ``c y x`` on its grid."""
    method, validation = plan.method, plan.validation
    network = load_state(
        build_network(method.network, method.network_arguments), plan.run.weights()
    )
    network.to(device)
    found, images = [], ValidationDataset(method, validation)
    with torch.inference_mode():
        for index, example in enumerate(validation):
            image = images[index][1]
            rows, columns = (method.output_side(side) for side in example.truth.shape)
            output = network(torch.from_numpy(image).to(device))[0, :, :rows, :columns]
            found.append(output.float().cpu().numpy())
    return found
