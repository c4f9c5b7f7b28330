"""The plan of a training: method, settings, images and run, settled before the first step."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from deepbacs_zoo.annotations import LabelOptions, Pair, folders_beside, read_as
from deepbacs_zoo.checkpoints import Run, Split, record_part, versions
from deepbacs_zoo.datasets import Provenance, provenance_beside
from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.findings import Finding, OnFinding
from deepbacs_zoo.images import ReadOptions
from deepbacs_zoo.options import Option
from deepbacs_zoo.tasks import METHODS, Choice, Field, Method, MethodEntry, annotation_kind, resolve
from deepbacs_zoo.training.data.composition import composed_fields
from deepbacs_zoo.training.data.cutting import cut_fields, refuse_field
from deepbacs_zoo.training.data.examples import (
    Example,
    Raw,
    common_pixel_size,
    prepared,
    read_raw,
)
from deepbacs_zoo.training.data.patches import epoch_length
from deepbacs_zoo.training.data.splitting import (
    FEWEST_IMAGES,
    check_share,
    draw_validation,
    require_objects,
)
from deepbacs_zoo.training.options import TrainingOptions
from deepbacs_zoo.training.pretrained import Pretrained
from deepbacs_zoo.training.resume import check_resumable

__all__ = ["Folders", "TrainingPlan", "divide", "entry_of", "make_plan"]

_COMPOSED_SIDE: Final = 2
"""Side of a composed field, in sides of a patch."""
_PATCHES: Final = 16
"""Patches of a training, at least, for each composed field."""
_FEW_OBJECTS: Final = 100
"""Validation images with fewer objects are joined by composed fields."""
_CHECKED: Final = 8
"""Composed fields beside the validation images."""
_TRAINING, _VALIDATION = 0, 1


@dataclass(frozen=True)
class Folders:
    """Folders of images, of their annotations, and of the run."""

    source: Path
    target: Path
    output: Path


@dataclass(frozen=True)
class TrainingPlan:
    """Everything that a training needs to know.

    Parameters
    ----------
    method
        The method, with its network and settings.
    run
        The run, as it is recorded.
    training, validation
        The images.
    pretrained
        Where the first weights come from; ``None`` for the seed.
    """

    method: Method
    run: Run
    training: tuple[Example, ...]
    validation: tuple[Example, ...]
    pretrained: Pretrained | None = None

    @cached_property
    def composed(self) -> tuple[Field, ...]:
        """Fields composed of the objects of the training images, as the settings ask for.

        Not more than the patches of a short training can show.
        """
        settings = self.method.training
        shapes = [field.truth.shape for field in self.training]
        patches = settings.epochs * epoch_length(shapes, settings)
        count = min(settings.composed_fields, math.ceil(patches / _PATCHES))
        return self._composed(self.training, count, _TRAINING)

    @cached_property
    def checked(self) -> tuple[Field, ...]:
        """The fields that choose epoch and thresholds.

        The validation images, and where these show few objects, fields composed of them, too: of
        two cells side by side nothing can be learned about a crowd.
        """
        few = sum(field.truth.count for field in self.validation) < _FEW_OBJECTS
        count = min(self.method.training.composed_fields, _CHECKED) if few else 0
        return (*self.validation, *self._composed(self.validation, count, _VALIDATION))

    def _composed(self, fields: Sequence[Field], count: int, part: int) -> tuple[Field, ...]:
        side = _COMPOSED_SIDE * self.method.training.patch_size
        return composed_fields(fields, count, side, (self.run.seed, part))


def entry_of(
    task: str | Method, method: str | None, pretrained: Pretrained | None = None
) -> MethodEntry:
    """Return the row of what is trained, by name or as it is; else that of the weights.

    Raises
    ------
    UsageError
        There is no such task or method, a method is given twice, or the weights are of another one.
    """
    if isinstance(task, str):
        return resolve(task, method) if pretrained is None else pretrained.entry(task, method)
    given = task
    if method is not None:
        raise UsageError(
            Option("method"),
            "a method is given already",
            value=method,
            allowed="the name of a task with the name of a method, or a method alone",
            hint="leave " + Option("method") + " out",
        )
    known = METHODS.get(given.name)  # the presets are the same for each of its tasks
    return MethodEntry(
        given.name,
        given.task,
        build=lambda **_: given,
        choose=lambda _samples, **_: Choice(given.arguments),
        presets=known.presets if known is not None else {},
        annotation=given.annotation,
        class_sets={} if "classes" in given.arguments else None,
    )


def make_plan(
    entry: MethodEntry,
    options: TrainingOptions,
    folders: Folders,
    seed: int,
    previous: Run | None,
    on_finding: OnFinding,
) -> TrainingPlan:
    """Read and check all images, and settle everything that follows from them and the options.

    Raises
    ------
    DataError
        A pair is missing, broken or not what the method takes; or nothing can be held out.
    UsageError
        A folder or an option is wrong, or the run to resume began otherwise.
    """
    entry.preset(options.preset)  # refused before images are read
    options.check_arguments(entry)
    options.check_register(entry)
    classes = options.known_classes(entry, previous)
    kind = annotation_kind(entry.annotation, classes, options.labels)
    findings: list[Finding] = []
    report = _recorded(findings, on_finding)
    reading = options.reading_of(previous)
    pairs = read_as(kind.match(folders.source, folders.target), reading)
    raws = read_raw(kind, pairs, report)
    published = provenance_beside(folders.source)
    raws, held_out, share = _divided(raws, published, options, entry, seed, report)
    require_objects(raws, held_out, folders.target, report)
    samples = [raw.sample for raw in raws if raw.pair.name not in held_out]
    method = options.method(entry, samples, previous, report)
    examples = [prepared(method, raw) for raw in raws]
    pixel_size = _pixel_size(examples, published)
    options.warn_of_size(pixel_size, report)
    parts = _parts(examples, held_out)
    run = Run(
        folder=folders.output,
        task=method.task,
        method=method.name,
        method_arguments=method.arguments,
        network=method.network,
        network_arguments=method.network_arguments,
        seed=seed,
        split=_split(parts, _test_pairs(method, folders, options.labels, reading)),
        pixel_size=pixel_size,
        settings={
            **dataclasses.asdict(method.training),
            "validation": share,
            "preset": options.preset,
        },
        versions=versions(),
        pretrained=None if options.pretrained is None else options.pretrained.as_json(),
        labels=dataclasses.asdict(options.labels),
        findings=tuple(findings),
    )
    if previous is not None:
        run = check_resumable(run, previous)
    return TrainingPlan(method, run, *parts, options.pretrained)


def _recorded(findings: list[Finding], on_finding: OnFinding) -> OnFinding:
    def report(finding: Finding) -> None:
        findings.append(finding)
        on_finding(finding)

    return report


def _divided(
    raws: tuple[Raw, ...],
    published: Provenance | None,
    options: TrainingOptions,
    entry: MethodEntry,
    seed: int,
    on_finding: OnFinding,
) -> tuple[tuple[Raw, ...], frozenset[str], float]:
    """Return the images, the names of those for validation, and their share as it is recorded."""
    if published is not None and options.validation is None:
        # A published set brings its split, the same for everybody.
        held_out = published.held([raw.pair.name for raw in raws])
        if held_out is not None:
            return raws, held_out, published.rule.share
    share = options.validation_share(entry)
    return *divide(raws, seed, share, options.patch_size(entry), on_finding), share


def divide(
    raws: Sequence[Raw], seed: int, share: float, patch_size: int, on_finding: OnFinding
) -> tuple[tuple[Raw, ...], frozenset[str]]:
    """Divide images into those for training and those for validation.

    Parameters
    ----------
    raws
        The images.
    seed
        Seed of the draw.
    share
        Share of the images, or of the area of one or two.
    patch_size
        Side of the patches of the training.
    on_finding
        Called where an image is cut, and where frames of a movie are on both sides.

    Returns
    -------
    tuple of Raw
        The images, with parts in place of those that were cut.
    frozenset of str
        The names of those for validation.

    Raises
    ------
    UsageError
        ``share`` is not between 0 and 1.
    DataError
        Nothing can be held out of so few images.
    """
    check_share(share)
    if len(raws) >= FEWEST_IMAGES:
        return tuple(raws), draw_validation(raws, seed, share, on_finding)
    least = patch_size // 2  # else most of a part would see more mirrored pixels than its own
    parts, held_out = cut_fields(raws, share, least, on_finding)
    if not held_out:
        held_out = draw_validation(raws, seed, share, on_finding)
    if not held_out:
        raise refuse_field(max(raws, key=lambda raw: len(raw.truth.extents)), least)
    return parts, held_out


def _pixel_size(
    examples: Sequence[Example], published: Provenance | None
) -> tuple[float, float] | None:
    """Return micrometers along y and x: those of the images, else those of a published set."""
    stated = common_pixel_size([example.calibration for example in examples])
    return published.pixel_size if stated is None and published is not None else stated


def _parts(
    examples: Sequence[Example], held_out: frozenset[str]
) -> tuple[tuple[Example, ...], tuple[Example, ...]]:
    """Return the examples for training, and those for validation."""
    training = tuple(each for each in examples if each.pair.name not in held_out)
    return training, tuple(each for each in examples if each.pair.name in held_out)


def _split(parts: Sequence[Sequence[Example]], test: Sequence[Pair]) -> Split:
    training, validation = (record_part([each.pair for each in part]) for part in parts)
    return Split(training, validation, record_part(test) if test else None)


def _test_pairs(
    method: Method, folders: Folders, labels: LabelOptions, reading: ReadOptions
) -> tuple[Pair, ...]:
    """Return the checked pairs of the test folders beside the training folders, if there are.

    They are read whole: what is broken in a file shows only there, and after hours of training an
    export that fails for it comes too late.
    """
    beside = folders_beside(folders.source, folders.target)
    if beside is None:
        return ()
    kind = annotation_kind(method.annotation, method.arguments.get("classes", ()), labels)
    if not kind.has_truth:
        return ()
    return tuple(each.pair for each in kind.read(read_as(kind.match(*beside), reading)))
