"""Kinds of annotation that tasks learn from: how their files are found and read."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.annotations import Annotated, LabelOptions, Pair
from deepbacs_zoo.annotations.kinds import KINDS
from deepbacs_zoo.annotations.labels.options import AS_THEY_ARE
from deepbacs_zoo.annotations.labels.pairs import plane_of, planes_of
from deepbacs_zoo.annotations.noisy import find_image_folder, match_with_themselves
from deepbacs_zoo.errors import DataError, look_up
from deepbacs_zoo.findings import Finding
from deepbacs_zoo.images import Image, read_image
from deepbacs_zoo.tasks.ground_truth.boxes import BoxTruth
from deepbacs_zoo.tasks.ground_truth.images import TargetImage
from deepbacs_zoo.tasks.ground_truth.labels import GroundTruth, Labels
from deepbacs_zoo.tasks.images.pairs import check_pair
from deepbacs_zoo.tasks.images.registration import register

__all__ = ["ANNOTATIONS", "Annotations", "TrueImage", "annotation_kind"]

Find = Callable[[Path, str | None], tuple[Path, Path]]


@dataclass(frozen=True, eq=False)
class TrueImage:
    """An image with its ground truth.

    Parameters
    ----------
    pair
        Its files.
    image
        The image.
    truth
        Its annotation.
    findings
        What is odd about both.
    """

    pair: Pair
    image: Image
    truth: GroundTruth
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Annotations:
    """A kind of annotation.

    Parameters
    ----------
    words
        What a file of it is, in words.
    find
        Finds the folders of images and of annotations below one, for a part such as ``training``.
    match
        Finds the pairs of two folders: images and annotations.
    read
        Yields images with their truth, those of a file one after the other; of a movie with labels
        each frame.
    kind
        Row of the other tables of kinds; ``image`` for noisy images, too.
    has_truth
        Results can be compared with it.
    """

    words: str
    find: Find
    match: Callable[[Path, Path], tuple[Pair, ...]]
    read: Callable[[Sequence[Pair]], Iterator[TrueImage]]
    kind: str
    has_truth: bool = True


def _kind(
    name: str,
    words: str,
    truth: Callable[[Annotated[Any]], GroundTruth],
    classes: Sequence[str],
    options: LabelOptions,
) -> Annotations:
    """Return the kind of annotation of a name, whose truth can be trained on."""
    kind = KINDS[name]

    def read(pairs: Sequence[Pair]) -> Iterator[TrueImage]:
        for each in kind.read(pairs, classes or None, options):
            findings = (*each.image.findings, *each.annotation.findings)
            yield TrueImage(each.pair, each.image, truth(each), findings)

    return Annotations(words, kind.find_folders, kind.match_pairs, read, name)


def _labels(classes: Sequence[str], options: LabelOptions) -> Annotations:
    return _kind(
        "labels", "a label image", lambda each: Labels(each.annotation.labels), classes, options
    )


def _boxes(classes: Sequence[str], options: LabelOptions) -> Annotations:
    def truth(each: Annotated[Any]) -> GroundTruth:
        sizes = each.image.data.sizes
        return BoxTruth(each.annotation.boxes, (int(sizes["y"]), int(sizes["x"])))

    return _kind("boxes", "an annotation of boxes", truth, classes, options)


def _images(classes: Sequence[str], options: LabelOptions) -> Annotations:
    kind = KINDS["image"]

    def read(pairs: Sequence[Pair]) -> Iterator[TrueImage]:
        for each in kind.read(pairs, classes or None, options):
            image, pair = each.image, each.pair
            source = _only_plane(pair.source, image)
            target = _only_plane(pair.target, each.annotation)
            findings = (*image.findings, *each.annotation.findings)
            factor = target.shape[1] // source.shape[1]
            if options.register and (moved := register(pair.target, source, target)):
                rows, columns = moved.rows, moved.columns
                image = dataclasses.replace(image, data=image.data.isel(y=rows, x=columns))
                source, target = source[:, rows, columns], moved.target
                findings += (moved.finding,)
            findings += check_pair(pair.target, source, target)
            truth = TargetImage(target.astype(np.float32), factor)
            yield TrueImage(pair, image, truth, findings)

    return Annotations("a target image", kind.find_folders, kind.match_pairs, read, "image")


def _noisy(classes: Sequence[str], options: LabelOptions) -> Annotations:
    """Return noisy images, each of which is its own target; movies and stacks plane by plane."""

    def read(pairs: Sequence[Pair]) -> Iterator[TrueImage]:
        for pair in pairs:
            image = read_image(pair.source, pair.reading)
            for each in planes_of(pair, image):
                plane = plane_of(image, each)
                planes = plane.data.to_numpy()[0, 0].astype(np.float32)
                yield TrueImage(each, plane, TargetImage(planes), image.findings)

    return Annotations(
        "an image", find_image_folder, match_with_themselves, read, "image", has_truth=False
    )


def _only_plane(place: Path, image: Image) -> NDArray[Any]:
    """Return ``c y x`` of the file's data type."""
    planes = image.data
    if planes.sizes["t"] != 1 or planes.sizes["z"] != 1:
        raise DataError(
            place,
            "it is a stack, but training takes single planes",
            value=f"{planes.sizes['t']} frames, {planes.sizes['z']} slices",
            allowed="one frame and one slice",
            hint="save the planes as separate files",
        )
    plane: NDArray[Any] = planes.to_numpy()[0, 0]
    return plane


ANNOTATIONS: Final[Mapping[str, Callable[[Sequence[str], LabelOptions], Annotations]]] = (
    MappingProxyType({"labels": _labels, "boxes": _boxes, "image": _images, "noisy": _noisy})
)


def annotation_kind(
    name: str, classes: Sequence[str] = (), options: LabelOptions = AS_THEY_ARE
) -> Annotations:
    """Return a kind of annotation by the name that tasks use.

    Parameters
    ----------
    name
        ``labels``, ``boxes``, ``image`` or ``noisy``.
    classes
        Names of the classes of boxes that are known; none for any.  One alone is the class of all
        objects of label images, which are else refused as boxes unless a table tells classes.
    options
        How label images, masks and target images are read.

    Raises
    ------
    UsageError
        No kind has this name.
    """
    kind = look_up(ANNOTATIONS, name, "annotation", "kind of annotation", "correct the task")
    return kind(classes, options)
