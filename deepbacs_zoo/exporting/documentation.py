"""From a staged package and its evaluation to the facts of its documentation and description."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from deepbacs_zoo.cards import Card, Facts, Score, TensorFact
from deepbacs_zoo.exporting.steps import decoding_steps
from deepbacs_zoo.package.writing.jdll import largest_image
from deepbacs_zoo.tensors import ReferencedSize, Step, SteppedSize, TensorSpec

if TYPE_CHECKING:
    from deepbacs_zoo.evaluation import EvaluationResult
    from deepbacs_zoo.exporting.staged import Stage

__all__ = ["description_facts", "documentation_facts"]

_ROLES: Final[Mapping[str, str]] = {"test": "test", "validation": "validation", "training": "train"}


def documentation_facts(
    stage: Stage,
    evaluation: EvaluationResult[Any, Any] | None,
    agreement: float | None,
) -> Facts:
    """Return what the documentation states beside the card's prose."""
    model = stage.model
    return Facts(
        inputs=tuple(_tensor(spec) for spec in stage.content.inputs),
        outputs=tuple(_tensor(spec) for spec in stage.content.outputs),
        border=stage.receptive_field.radius,
        halo=stage.receptive_field.halo,
        peak_bytes_per_pixel=stage.peak_bytes_per_pixel,
        formats=stage.content.formats,
        pixel_size=model.pixel_size,
        agreement=None if agreement is None else max(agreement, stage.agreement),
        test_offset=stage.offset,
        decoding=_decoding(stage),
        training=(*model.training, ("trained values", f"{stage.parameters:,}")),
        split=model.split,
        grid=float(stage.receptive_field.scale),
        largest_image=None
        if stage.content.zoo_config.allow_tiling
        else largest_image(stage.content.inputs, stage.content.outputs),
        **(_measured(evaluation) if evaluation is not None else {}),
    )


def _decoding(stage: Stage) -> tuple[str, ...]:
    """Say how the output becomes objects; nothing where it does not."""
    decode, grid = stage.model.decode, stage.receptive_field.scale
    if decode is None:
        return ()
    if grid == 1 or stage.content.zoo_config.allow_tiling:
        return decoding_steps(decode)
    repeated = (
        f"Every value of `{decode.output}` stands in {grid} x {grid} pixels, so that it has the "
        f"size of the image. The output that is meant below has its rows and columns 0, {grid}, "
        f"{2 * grid}, …"
    )
    return (repeated, *decoding_steps(decode))


def _measured(evaluation: EvaluationResult[Any, Any]) -> dict[str, Any]:
    return {
        "images": evaluation.images,
        "ground_truth": evaluation.ground_truth,
        "scores": _scores(evaluation),
        "baseline": evaluation.baseline_name,
    }


def description_facts(
    card: Card, stage: Stage, evaluation: EvaluationResult[Any, Any] | None
) -> dict[str, Any]:
    """Return what ``config.bioimageio`` states: only what is known, in the format's names."""
    facts: dict[str, Any] = {
        "modality": card.modality,
        "target_structure": list(card.target_structure),
        "task": stage.model.task,
        "bias_risks_limitations": {"limitations": card.section("Limitations")},
        "memory_requirements_inference": (
            f"about {stage.peak_bytes_per_pixel * 2**20 / 1e9:.1f} GB for an image of 1024 x 1024 "
            "pixels"
        ),
    }
    if evaluation is not None:
        facts["evaluations"] = _evaluations(card, stage, evaluation)
    return {key: value for key, value in facts.items() if value}


def _evaluations(
    card: Card, stage: Stage, evaluation: EvaluationResult[Any, Any]
) -> list[dict[str, Any]]:
    """Return the scores in the format's form, which needs an identifier and an address of data."""
    data = card.training_data
    if data.id is None or data.link is None:
        return []
    lines = [line for line in evaluation.headlines() if math.isfinite(line.value)]
    short = _short_names([line.name for line in lines])
    return [
        {
            "dataset_id": data.id,
            "dataset_source": data.link,
            "dataset_role": _ROLES[stage.model.split],
            "sample_count": evaluation.images,
            "evaluation_factors": ["overall"],
            "evaluation_factors_long": ["all images"],
            "metrics": short,
            "metrics_long": [line.name for line in lines],
            "results": [[round(line.value, 4)] for line in lines],
        }
    ]


def _short_names(names: Sequence[str]) -> list[str]:
    """Cut names to the 16 characters that the format allows, and keep them different."""
    found: list[str] = []
    for name in names:
        short = name.replace(" at IoU ", "@").replace("IoU of ", "IoU ")[:16]
        if short in found:
            short = f"{short[:13]} {len(found) + 1}"
        found.append(short)
    return found


def _scores(evaluation: EvaluationResult[Any, Any]) -> tuple[Score, ...]:
    from deepbacs_zoo.summary import finite

    return tuple(
        Score(line.name, line.value, line.low, line.high, finite(line.baseline))
        for line in evaluation.headlines()
        if math.isfinite(line.value)
    )


def _tensor(spec: TensorSpec) -> TensorFact:
    return TensorFact(
        id=spec.id,
        axes=spec.axis_names,
        dtype=spec.dtype,
        channels=spec.axis("c").channel_names,
        size=_size(spec),
        steps=tuple(_step(step) for step in spec.steps),
    )


def _size(spec: TensorSpec) -> str:
    match spec.axis("x").size:
        case SteppedSize(1, 1):
            return "any number of pixels a side"
        case SteppedSize(smallest, step):
            return f"{smallest} + n · {step} pixels a side"
        case ReferencedSize(tensor, _, scale, _):
            return f"that of `{tensor}`" + ("" if scale == 1 else f" times {scale:g}")
        case other:
            return str(other)


def _step(step: Step) -> str:
    arguments = ", ".join(f"{key}={value}" for key, value in step.kwargs.items())
    return f"{step.name}({arguments})" if arguments else step.name
