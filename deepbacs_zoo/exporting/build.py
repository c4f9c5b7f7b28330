"""From a trained model and a card to a package: drafted, evaluated, reproduced, then kept."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from deepbacs_zoo.annotations import Pair, read_as
from deepbacs_zoo.cards import Card, TrainingData, render
from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.evaluation import EvaluationResult, evaluate
from deepbacs_zoo.exporting.cover import cover
from deepbacs_zoo.exporting.documentation import description_facts, documentation_facts
from deepbacs_zoo.exporting.kinds import KINDS, Rectangles
from deepbacs_zoo.exporting.stage import stage
from deepbacs_zoo.exporting.weights.agreement import check_formats, read_test_tensors
from deepbacs_zoo.files.staging import check_output, move_into_place, staging
from deepbacs_zoo.findings import Severity
from deepbacs_zoo.images import AS_IT_IS
from deepbacs_zoo.package import open_package
from deepbacs_zoo.package.writing import description as names
from deepbacs_zoo.package.writing.archive import pack
from deepbacs_zoo.prediction.options import DEFAULTS, PredictOptions
from deepbacs_zoo.validation import validate

if TYPE_CHECKING:
    from deepbacs_zoo.exporting.staged import Stage
    from deepbacs_zoo.exporting.trained_model import TrainedModel

__all__ = ["build", "build_draft"]

Progress = Callable[[int, int], None]
Array = npt.NDArray[Any]

_UNLIMITED: Final = 2**62
_STEPS: Final = 4
"""Steps of the export beside the images that are scored: weights, documentation, check, keep."""


def build_draft(model: TrainedModel, output: str | Path, *, overwrite: bool = False) -> Path:
    """Write a package that runs, without scores and without an author's card.

    Parameters
    ----------
    model, output, overwrite
        As for :func:`build`.

    Returns
    -------
    Path
        ``output``.

    Raises
    ------
    OutputExistsError, HostError, ModelError
        As for :func:`build`.
    """
    place = Path(output)
    check_output(place, overwrite=overwrite)
    card = _draft_card(model)
    with staging(place) as temporary:
        staged = stage(model, card, _new_folder(temporary))
        _document(staged, card, None, None)
        _keep(staged.folder, place, temporary)
    return place


def build(  # long: half of it documents its parameters
    model: TrainedModel,
    card: Card,
    output: str | Path,
    *,
    evaluation_data: Path | Sequence[Pair] | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Path:
    """Write a package that is complete, scored, and proven to reproduce its test tensors.

    Everything happens in a hidden folder beside ``output``; if anything fails nothing is left, and
    a package that stood there is untouched.

    Parameters
    ----------
    model
        The network and what is known about it.
    card
        The model card.
    output
        A new zip (``.zip``) or folder.
    evaluation_data
        Labelled images to score with: pairs, or a folder with ``source/`` and ``target/``; those
        that its training held out if not given.
    overwrite
        Whether what stands there may be replaced.
    progress
        Called with the number of steps done and their total.

    Returns
    -------
    Path
        ``output``.

    Raises
    ------
    OutputExistsError
        ``output`` is there already.
    HostError
        Its folder is missing, or it cannot be written.
    ModelError
        The weights are not finite, or a format computes something else than the network.
    PackageError
        Card and model contradict each other, or the finished package does not pass its own check.
    """
    place = Path(output)
    check_output(place, overwrite=overwrite)
    model = _scored_on(_checked(model, card), evaluation_data)
    steps = itertools.count(1)
    total = len(model.pairs) + _STEPS

    def step(*_: int) -> None:
        if progress is not None:
            progress(next(steps), total)

    with staging(place) as temporary:
        staged = stage(model, card, _new_folder(temporary))
        step()
        evaluation = _evaluate(staged, card, step)
        agreement = check_formats(staged.folder, staged.content.formats, staged.model.name)
        _document(staged, card, evaluation, agreement)
        step()
        made = _packed(staged.folder, place, temporary)
        _check(made)
        step()
        move_into_place(made, place, temporary)
        step()
    return place


def _checked(model: TrainedModel, card: Card) -> TrainedModel:
    """Return the model with the card's pixel size where training knew none."""
    stated = card.pixel_size
    if stated is None:
        return model
    known = model.pixel_size
    if known is None:
        return dataclasses.replace(model, pixel_size=(stated.y, stated.x))
    if not np.allclose(known, (stated.y, stated.x), rtol=0.01):
        raise PackageError(
            card.path,
            "the card states another pixel size than the training images had",
            value=f"{stated.y:g} x {stated.x:g} µm",
            allowed=f"{known[0]:g} x {known[1]:g} µm",
            hint="correct pixel_size in the card, or leave it out",
        )
    return model


def _scored_on(model: TrainedModel, data: Path | Sequence[Pair] | None) -> TrainedModel:
    if data is None:
        return model
    if isinstance(data, Path):
        kind = model.scored_annotations
        # Channels are chosen as in training.
        reading = model.pairs[0].reading if model.pairs else AS_IT_IS
        data = read_as(kind.match(*kind.find(data, "test")), reading)
    return model.scored_on(data)


def _evaluate(
    staged: Stage, card: Card, step: Callable[..., None]
) -> EvaluationResult[Any, Any] | None:
    """Score the draft by the code that a user runs; on the CPU, so that exports are repeatable.

    A model of noisy images alone has nothing to be compared with, unless other images are given.
    """
    _document(staged, card, None, None)
    if not staged.model.annotations.has_truth:
        return None
    # What must not be run in tiles is scored in the memory that it takes.
    whole = not staged.content.zoo_config.allow_tiling
    return evaluate(
        staged.folder,
        staged.model.pairs,
        device="cpu",
        options=PredictOptions(memory=_UNLIMITED) if whole else DEFAULTS,
        labels=staged.model.label_options,
        training=staged.model.training_pairs,
        labels_complete=card.training_data.labels == "complete",
        previews=0,
        progress=step,
    )


def _document(
    staged: Stage,
    card: Card,
    evaluation: EvaluationResult[Any, Any] | None,
    agreement: float | None,
) -> None:
    """Write cover, documentation and description from what is known by now."""
    facts = documentation_facts(staged, evaluation, agreement)
    text = render(card, facts)
    (staged.folder / names.DOCUMENTATION).write_text(text, encoding="utf-8", newline="\n")
    image, result = _picture(staged)
    size = staged.model.pixel_size
    (staged.folder / names.COVER).write_bytes(cover(image, result, size and size[1]))
    staged.describe(card, description_facts(card, staged, evaluation))


def _picture(staged: Stage) -> tuple[npt.NDArray[np.float32], Array | Rectangles]:
    """Return the test input, and what becomes of it: labels, boxes, or the first output channel."""
    with open_package(staged.folder) as package:
        raw = next(iter(read_test_tensors(package, "inputs").values()))[0]
        found = next(iter(read_test_tensors(package, "outputs").values()))
        settings = package.zoo_config.decode
        shown = raw.transpose(1, 2, 0) if len(raw) == 3 else raw.mean(axis=0)
        size = (raw.shape[1], raw.shape[2])
        return shown, KINDS[package.zoo_config.result].cover(settings, found[0], size)


def _new_folder(temporary: Path) -> Path:
    # Made by mkdir, not by mkdtemp, whose folders only their owner may read.
    folder = temporary / "package"
    folder.mkdir()
    return folder


def _packed(folder: Path, place: Path, temporary: Path) -> Path:
    """Return what will be kept: the folder, or its zip."""
    if place.suffix.lower() != ".zip":
        return folder
    archive = temporary / "package.zip"
    pack(folder, archive)
    return archive


def _check(made: Path) -> None:
    """Validate the finished file as a user would, and refuse it at the first error."""
    summary = validate(made)
    for finding in summary.findings:
        if finding.severity >= Severity.ERROR:
            raise PackageError(
                f"the exported package, {finding.where}",
                finding.what,
                allowed=finding.allowed or "a package without error findings",
                hint=finding.hint or "correct the card and export again",
            )


def _keep(folder: Path, place: Path, temporary: Path) -> None:
    move_into_place(_packed(folder, place, temporary), place, temporary)


def _draft_card(model: TrainedModel) -> Card:
    """Return a card for a package that is only used to score its run."""
    text = f"Draft made from the training run {model.name}; it has no author's card."
    return Card(
        path=Path("draft"),
        name="Draft of a training run",
        description=text,
        version="0.0.0",
        license="",
        authors=(),
        cite=(),
        modality="",
        training_data=TrainingData("Unknown."),
        sections=(("Description", text),),
    )
