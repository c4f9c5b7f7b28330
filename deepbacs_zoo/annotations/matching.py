"""Files of two folders, or of one: images, annotations, and what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deepbacs_zoo.annotations.names import (
    Matches,
    annotation_stem,
    outline_suffix,
    split,
)
from deepbacs_zoo.annotations.predicted import ROI_SET, is_product, other_file, predicted_stems
from deepbacs_zoo.errors import UsageError, listed
from deepbacs_zoo.files.names import normalized, visible
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.images.folder import is_image_name
from deepbacs_zoo.images.image import stem_of
from deepbacs_zoo.images.read import IMAGE_SUFFIXES

__all__ = ["NOT_READ", "Listing", "advice", "left_out", "list_files", "named"]

NOT_READ: Final = frozenset(
    {".h5", ".hdf5", ".npz", ".mat", ".svg", ".ilp", ".qpdata", ".klb", ".mha", ".nrrd", ".nii"}
)
"""Suffixes of files of objects that are read nowhere here; ilastik exports HDF5 unless asked."""
SECOND_ANNOTATIONS: Final = Rule(
    "second-annotations",
    Severity.WARNING,
    "Of two annotations of an image one is older or made otherwise, and only one can be learned.",
)
FILES_LEFT_OUT: Final = Rule(
    "files-left-out",
    Severity.INFO,
    "Programs write flows, probabilities, outlines and tables beside labels.",
)


@dataclass(frozen=True)
class Listing:
    """The files of two folders, which may be one.

    Parameters
    ----------
    images
        The images.
    annotations
        Files with a suffix of annotations, and pictures made of one of the images.
    other
        Files that are neither.
    """

    images: tuple[Path, ...]
    annotations: tuple[Path, ...]
    other: tuple[Path, ...]

    def singly(self) -> list[Path]:
        """Return the annotations, of the two files of a prediction the label image alone."""
        return [
            path
            for path in self.annotations
            if not path.name.endswith(ROI_SET) or other_file(path) not in self.annotations
        ]

    def without_image(self, matches: Matches) -> list[Path]:
        """Return the annotations that fit no image and are no output of a prediction."""
        stems = predicted_stems(self.other)
        return [path for path in matches.annotations if not is_product(path, stems)]

    def second_file(self, path: Path) -> Path | None:
        """Return the other of the two files of a prediction, if there is one."""
        return other_file(path)


def list_files(source: Path, target: Path, suffixes: frozenset[str]) -> Listing:
    """List the files of two folders.

    Parameters
    ----------
    source, target
        The folder of images, and that of annotations.
    suffixes
        Those of annotations that are no pictures.

    Raises
    ------
    UsageError
        A folder does not exist.
    """
    beside, there = _files(source), _files(target)
    images, made = split(list(filter(is_image_name, beside)))
    if source.resolve() == target.resolve():
        annotations = [*made, *_with_suffix(beside, suffixes)]
    else:
        annotations = _with_suffix(there, suffixes | IMAGE_SUFFIXES)
        names = {normalized(annotation_stem(path)) for path in annotations}
        # An image may be called x_mask if its label image is called so, too; no prediction is one.
        results = {f"{stem}_" for stem in predicted_stems(beside)}
        images += [
            path
            for path in made
            if normalized(stem_of(path)) in names and not path.name.startswith(tuple(results))
        ]
        images.sort()
    used = {*images, *annotations}
    other = tuple(path for path in dict.fromkeys((*beside, *there)) if path not in used)
    return Listing(tuple(images), tuple(sorted(annotations)), other)


def _with_suffix(paths: Sequence[Path], suffixes: frozenset[str]) -> list[Path]:
    return [path for path in paths if outline_suffix(path) in suffixes]


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise UsageError(
            folder, "no such folder", allowed="a folder of images", hint="check the path"
        )
    return [path for path in visible(folder) if path.is_file()]


def advice(alone: Path, matches: Matches, files: Sequence[Path] = ()) -> str:
    """Return what to do about a file without a partner, or nothing where nothing is known.

    Parameters
    ----------
    alone
        The image or the annotation.
    matches
        All that were matched.
    files
        Files of the same folders that are neither.
    """
    stem = normalized(annotation_stem(alone)).casefold()
    for other in matches.annotations if alone in matches.images else matches.images:
        if normalized(annotation_stem(other)).casefold() == stem:
            return f"write its name and {other.name} with the same capitals"
    for other in matches.other:
        if _begins_with(other, stem):
            return f"add its labels: by its name {other.name} holds none"
    for other in files:
        if _begins_with(other, stem) and other.suffix.lower() in NOT_READ:
            return f"export {other.name} as TIFF or PNG, or in another format that is read"
    return ""


def _begins_with(path: Path, stem: str) -> bool:
    name = normalized(path.name).casefold()
    return name.startswith(stem) and not name[len(stem) : len(stem) + 1].isalnum()


def left_out(matches: Matches, other: Sequence[Path]) -> tuple[Finding, ...]:
    """Say which files were not taken: second annotations, and files that are neither.

    What a prediction writes beside its objects is not worth a word.
    """
    found = []
    if matches.second:
        found.append(
            SECOND_ANNOTATIONS.finding(
                matches.second[0].parent,
                f"{_counted(matches.second)}: the images have annotations of closer names",
                "one annotation for each image",
                "look whether the right ones were taken",
            )
        )
    neither = sorted((*matches.other, *other))
    stems = predicted_stems(neither)
    neither = [path for path in neither if not is_product(path, stems)]
    if neither:
        found.append(
            FILES_LEFT_OUT.finding(
                neither[0].parent,
                f"{_counted(neither)}: neither images nor annotations of one",
            )
        )
    return tuple(found)


def _counted(paths: Sequence[Path]) -> str:
    return f"{len(paths)} {'file is' if len(paths) == 1 else 'files are'} left out ({named(paths)})"


def named(paths: Sequence[Path]) -> str:
    """Return the names of files, the first few of many."""
    return listed([path.name for path in paths])
