"""Pairs of an image and its label image, matched by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Generic, TypeVar

from deepbacs_zoo.annotations.matching import NOT_READ, advice, left_out, list_files, named
from deepbacs_zoo.annotations.names import LABEL_SUFFIXES, match_names
from deepbacs_zoo.annotations.outlines.json_text import kind_of_file
from deepbacs_zoo.errors import DataError, UsageError
from deepbacs_zoo.files.names import visible
from deepbacs_zoo.findings import Finding
from deepbacs_zoo.images.channels import choose_channel
from deepbacs_zoo.images.image import Image, stem_of
from deepbacs_zoo.images.options import AS_IT_IS, ReadOptions
from deepbacs_zoo.images.read import IMAGE_SUFFIXES, read_image
from deepbacs_zoo.images.region import Region, crop_image

__all__ = ["Annotated", "Pair", "cropped", "match_pairs", "read_as", "read_source"]

Truth = TypeVar("Truth")
_BOXES: Final = frozenset({".xml", ".txt", ".json"})


@dataclass(frozen=True)
class Pair:
    """An image and its annotation, or the target image of the same name.

    Parameters
    ----------
    name
        The image's name without suffix.
    source, target
        The two files.
    findings
        What was noticed when they were matched; the first pair of a folder has what concerns the
        folder.
    t, z
        Frame and slice of both files, from 0, where the pair is one plane of a movie or a stack.
    reading
        The part of the image's file that is read.
    region
        The part of the image, where the pair is not the whole of it.
    other
        The other file of a prediction with the same objects, as long as it is not settled which of
        the two was edited; see `deepbacs_zoo.annotations.corrected`.
    """

    name: str
    source: Path
    target: Path
    findings: tuple[Finding, ...] = field(default=(), compare=False)
    t: int | None = None
    z: int | None = None
    reading: ReadOptions = AS_IT_IS
    region: Region | None = None
    other: Path | None = None

    @property
    def is_file(self) -> bool:
        """True unless it is one plane of its files."""
        return (self.t, self.z) == (None, None)


@dataclass(frozen=True, eq=False)
class Annotated(Generic[Truth]):
    """An image and its annotation, read.

    Parameters
    ----------
    pair
        Its files.
    image
        The image.
    annotation
        The annotation, of the kind that was read.
    """

    pair: Pair
    image: Image
    annotation: Truth


def read_source(pair: Pair) -> tuple[Image, int]:
    """Read the image of a pair.

    Returns
    -------
    Image
        The part of its file that is read.
    int
        The channels of the file as ImageJ counts planes, of an RGB image one: outlines in a stack
        state the number of a plane.
    """
    whole = read_image(pair.source, replace(pair.reading, channel=None))
    channels = 1 if whole.rgb else int(whole.data.sizes["c"])
    return choose_channel(whole, pair.reading.channel, str(pair.source)), channels


def cropped(each: Annotated[Truth], crop: Callable[[Truth, Region], Truth]) -> Annotated[Truth]:
    """Return the part of an image that its pair names, or the image as it is.

    Parameters
    ----------
    each
        The image and its annotation.
    crop
        Returns the part of an annotation of its kind.
    """
    region = each.pair.region
    if region is None:
        return each
    # Results and messages are named after the part.
    path = each.pair.source.with_name(f"{each.pair.name}.tif")
    image = replace(crop_image(each.image, region), path=path)
    return replace(each, image=image, annotation=crop(each.annotation, region))


def read_as(pairs: Sequence[Pair], reading: ReadOptions) -> tuple[Pair, ...]:
    """Return pairs of whose images this part is read."""
    return tuple(replace(pair, reading=reading) for pair in pairs)


def match_pairs(source: Path, target: Path) -> tuple[Pair, ...]:
    """Match the images of two folders with their annotations by their names, sorted by name.

    ``a.ome.tif`` and ``a.png`` are both called ``a``.  An annotation may have a word of a program
    in its name, such as ``a_cp_masks.png`` or ``a_rois.zip``; one with the name of the image alone
    is taken before it.  The folder may be one, with images and annotations side by side.

    Parameters
    ----------
    source, target
        The folder of images, and that of label images or outlines.

    Returns
    -------
    tuple of Pair
        The first has the findings about files that were left out.

    Raises
    ------
    UsageError
        A folder does not exist or holds no image.
    DataError
        An image has no partner, several, or two have the same name.
    """
    listing = list_files(source, target, LABEL_SUFFIXES)
    if not listing.images:
        raise _nothing_found(source, IMAGE_SUFFIXES)
    if not listing.annotations:
        raise _nothing_found(target, IMAGE_SUFFIXES | LABEL_SUFFIXES)
    # Of a prediction both files are read: one of them may have been edited.
    matches = match_names(listing.images, listing.singly())
    if any(map(_holds_boxes, matches.annotations)):
        raise _nothing_found(target, IMAGE_SUFFIXES | LABEL_SUFFIXES)
    unknown = listing.without_image(matches)
    for alone, folder in ((matches.images, target), (unknown, source)):
        if alone:
            hint = advice(alone[0], matches, listing.other)
            raise _without_partner(alone, folder, hint)
    findings = left_out(matches, listing.other)
    pairs = sorted((stem_of(image), image, path) for image, path in matches.pairs)
    return tuple(
        Pair(*each, findings if number == 0 else (), other=listing.second_file(each[2]))
        for number, each in enumerate(pairs)
    )


def _holds_boxes(path: Path) -> bool:
    return path.suffix.lower() == ".json" and kind_of_file(path) == "COCO"


def _without_partner(alone: Sequence[Path], folder: Path, hint: str) -> DataError:
    return DataError(
        alone[0],
        f"it has no partner of the same name in {folder}",
        value=named(alone),
        allowed="one image in source/ and one in target/ for each name",
        hint=hint or "add the missing file or take this one away",
    )


def _nothing_found(folder: Path, suffixes: frozenset[str]) -> UsageError:
    allowed = f"files that end with {', '.join(sorted(suffixes))}"
    files = [path for path in visible(folder) if path.is_file()]
    boxes = [path.name for path in files if path.suffix.lower() in _BOXES]
    if boxes:
        return UsageError(
            folder,
            "it holds boxes where label images were expected",
            value=boxes[0],
            allowed=allowed,
            hint="train detection with these, or give label images or outlines",
        )
    exported = any(path.suffix.lower() in NOT_READ for path in files)
    return UsageError(
        folder,
        "no image in this folder",
        value=f"it holds {named(files)}" if files else None,
        allowed=allowed,
        hint="export the labels as TIFF or PNG" if exported else "check the path",
    )
