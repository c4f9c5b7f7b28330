"""Compare the outputs of several packages for the same images, without any ground truth.

Everything is read from the files that prediction wrote, so that it does not matter which engine
wrote them, or when.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import combinations
from pathlib import Path

from deepbacs_zoo.evaluation.kinds import KINDS
from deepbacs_zoo.evaluation.output_types import Agreement, OutputComparison, OutputRow

__all__ = ["compare_outputs"]


def compare_outputs(
    folders: Mapping[str, Path],
    kinds: Mapping[str, str],
    images: Sequence[str],
    seconds: Mapping[tuple[str, str], float] | None = None,
) -> OutputComparison:
    """Compare the files in the folders of several models.

    Parameters
    ----------
    folders
        By the name of the model, where ``results.save`` wrote its results.
    kinds
        By the name of the model, the kind of its results, such as ``labels``.
    images
        Names of the images without suffix.
    seconds
        Wall time by model and image.
    """
    times = seconds or {}
    rows: list[OutputRow] = []
    agreements: dict[tuple[str, str, str], Agreement] = {}
    for image in images:
        here = [
            _row(image, model, folder, kinds[model], times.get((model, image)))
            for model, folder in folders.items()
        ]
        rows += here
        read = cache(
            lambda model, image=image: KINDS[kinds[model]].files.read(folders[model], image)
        )
        for one, other in combinations(here, 2):
            if one.kind is None or one.kind != other.kind:
                continue
            found = KINDS[one.kind].files.agree(read(one.model), read(other.model))
            if found is not None:
                agreements[image, one.model, other.model] = found
                agreements[image, other.model, one.model] = found.swapped
    return OutputComparison(tuple(folders), tuple(rows), agreements)


def _row(image: str, model: str, folder: Path, kind: str, seconds: float | None) -> OutputRow:
    counted = KINDS[kind].files.count(folder, image)
    if counted is None:
        return OutputRow(image, model, seconds=seconds)
    return OutputRow(image, model, kind, counted.objects, counted.counts, seconds)
