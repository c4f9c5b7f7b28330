"""Thresholds of decoding for a run that is over, chosen by its validation images."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from deepbacs_zoo.checkpoints import Run, TunedDecoding
from deepbacs_zoo.networks import build_network
from deepbacs_zoo.networks.state import load_state
from deepbacs_zoo.tasks import GroundTruth, Method
from deepbacs_zoo.training.data.validation_images import ValidationDataset
from deepbacs_zoo.training.kinds import kind_of
from deepbacs_zoo.training.plan import TrainingPlan
from deepbacs_zoo.training.threads import all_cores

__all__ = ["with_final_decoding"]

NOT_ASKED: Final = "choosing them was not asked for"
FEWEST_OBJECTS: Final = 20
"""Thresholds that fit fewer objects fit those objects only."""


def with_final_decoding(plan: TrainingPlan, device: str, *, tuned: bool) -> Run:
    """Choose thresholds by what the best weights find in the validation images, and score them.

    Parameters
    ----------
    plan
        The method, the run, and the images that chose the best epoch.
    device
        ``cpu`` or ``cuda``.
    tuned
        Whether thresholds are to be chosen.

    Returns
    -------
    Run
        The run with its thresholds or the reason why they are the method's own, its scores, and
        the findings about its objects.
    """
    run, method = plan.run, plan.method
    if method.decode is None and not method.metrics:
        return run  # nobody knows what is right
    truths = [field.truth for field in plan.checked]
    with all_cores():
        tensors = _outputs(plan, device)
    labelled = len(plan.validation)
    chosen = _chosen(method, tensors, truths, labelled, tuned=tuned)
    if isinstance(chosen, TunedDecoding):
        run = dataclasses.replace(run, tuned=chosen)
        method = dataclasses.replace(method, decode=chosen.settings)
    else:
        run = dataclasses.replace(run, untuned=chosen)
    everything, own = kind_of(method).scores(method), kind_of(method).scores(method)
    for index, (tensor, truth) in enumerate(zip(tensors, truths, strict=True)):
        everything.add(tensor, truth)
        if index < labelled:  # what is composed is no image that anybody took
            own.add(tensor, truth)
    findings = (*run.findings, *everything.warnings(run.folder))
    return dataclasses.replace(run, validation_scores=own.final(), findings=findings)


def _chosen(
    method: Method,
    tensors: Sequence[NDArray[np.float32]],
    truths: Sequence[GroundTruth],
    labelled: int,
    *,
    tuned: bool,
) -> TunedDecoding | str:
    """Return the chosen decoding, or why none is chosen; nothing for a method without objects."""
    if method.decode is None:
        return ""
    return _tuned(method, tensors, truths, labelled) if tuned else NOT_ASKED


def _tuned(
    method: Method,
    tensors: Sequence[NDArray[np.float32]],
    truths: Sequence[GroundTruth],
    labelled: int,
) -> TunedDecoding | str:
    """Return the chosen decoding, or why none is chosen; the first truths are those labelled."""
    kind, initial = kind_of(method), method.decode
    counts = [truth.count for truth in truths]
    objects = sum(counts)
    if initial is None or objects < FEWEST_OBJECTS:
        return (
            f"{objects} labelled objects in the validation images are too few to choose by, "
            f"{FEWEST_OBJECTS} are needed"
        )
    found = kind.tune(initial, tensors, truths)
    return TunedDecoding(
        found.settings,
        found.before,
        found.after,
        objects,
        initial,
        kind.score,
        composed=sum(counts[labelled:]),
        note=found.note,
    )


def _outputs(plan: TrainingPlan, device: str) -> list[NDArray[np.float32]]:
    """Return the output of the exported network for each image, ``c y x`` on its grid."""
    method, validation = plan.method, plan.checked
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
