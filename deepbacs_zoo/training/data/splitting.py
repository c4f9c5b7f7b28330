"""Images for training and for validation: by files, and objects on both sides.

Of one or two images, see `cutting`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from deepbacs_zoo.errors import DataError, UsageError
from deepbacs_zoo.findings import OnFinding, Rule, Severity
from deepbacs_zoo.options import Option
from deepbacs_zoo.training.data.examples import Raw

__all__ = ["FEWEST_IMAGES", "check_share", "draw_validation", "require_objects", "split_names"]

FEWEST_IMAGES: Final = 3
"""Images of which whole ones are held out; fewer are cut."""

_SAME_MOVIE: Final = Rule(
    "movie-on-both-sides",
    Severity.WARNING,
    "Frames of one movie are alike, so that validation images that follow training images say "
    "little about new ones.",
)
_NO_VALIDATION: Final = Rule(
    "validation-without-object",
    Severity.WARNING,
    "Without objects in the validation images nothing says how well objects are found.",
)


def draw_validation(
    raws: Sequence[Raw], seed: int, share: float, on_finding: OnFinding
) -> frozenset[str]:
    """Return the names of the validation images.

    All frames of a movie are on one side where there are three files or more.  Images without any
    object are drawn by themselves, so that both sides have objects; the others in the order of
    their density, so that neither side lacks dense or sparse ones.

    Parameters
    ----------
    raws
        The images.
    seed
        Seed of the draw.
    share
        Share of the images for validation.
    on_finding
        Called where frames of a movie are on both sides.

    Raises
    ------
    UsageError
        ``share`` is not between 0 and 1.
    """
    files = _by_file(raws)
    if len(files) < FEWEST_IMAGES:
        files = {raw.pair.name: [raw] for raw in raws}
    strata: dict[bool, list[str]] = {True: [], False: []}
    for name in _by_density(files):
        strata[any(_has_object(raw) for raw in files[name])].append(name)
    drawn = [split_names(names, seed, share) for names in strata.values()]
    held_out = frozenset(raw.pair.name for each in drawn for name in each for raw in files[name])
    for group in _by_file(raws).values():
        _report_both_sides(group, held_out, on_finding)
    return held_out


def split_names(names: Sequence[str], seed: int, share: float) -> frozenset[str]:
    """Return the names of the validation images, at least one of two, never all.

    Parameters
    ----------
    names
        In an order of which neither side shall lack a part.  It is divided into as many equal
        parts as names are drawn, and one of each is drawn; a single one is neither the first nor
        the last.
    seed
        Seed of the draw.
    share
        Share of the names.

    Raises
    ------
    UsageError
        ``share`` is not between 0 and 1.
    """
    check_share(share)
    count = max(0, min(max(1, round(len(names) * share)), len(names) - 1))
    if not count:
        return frozenset()
    order = names[1:-1] if count == 1 and len(names) > 2 else names
    parts = np.array_split(np.arange(len(order)), count)
    random = np.random.default_rng([seed, len(names)])
    return frozenset(order[int(random.choice(part))] for part in parts)


def check_share(share: float) -> None:
    """Refuse a share of the images for validation that is none.

    Raises
    ------
    UsageError
        ``share`` is not between 0 and 1.
    """
    if not 0 < share < 1:
        raise UsageError(
            "validation",
            "this is not a share of the images",
            value=share,
            allowed="a number between 0 and 1, such as 0.2",
            hint="correct it",
        )


def _by_density(files: Mapping[str, Sequence[Raw]]) -> list[str]:
    """Return the names of files from the sparsest to the densest.

    By the mean of their ranks in objects per area and in the share of the area that objects take:
    small objects may be many, and large ones few.
    """
    names, figures = sorted(files), []
    for name in names:
        truths = [raw.truth for raw in files[name]]
        area = sum(math.prod(truth.shape) for truth in truths)
        sides = [np.diff(truth.extents, axis=1).reshape(-1, 2) for truth in truths]
        taken = sum(float(each.prod(axis=1).sum()) for each in sides)
        figures.append((sum(map(len, sides)) / area, taken / area))
    ranks = [np.unique(figure, return_inverse=True)[1] for figure in np.transpose(figures)]
    return [names[index] for index in np.argsort(np.sum(ranks, axis=0), kind="stable")]


def _report_both_sides(
    group: Sequence[Raw], held_out: frozenset[str], on_finding: OnFinding
) -> None:
    """Report a file of which some planes are validation images, and others not."""
    count = sum(raw.pair.name in held_out for raw in group)
    if count in (0, len(group)):
        return
    on_finding(
        _SAME_MOVIE.finding(
            group[0].pair.source,
            f"{count} of its {len(group)} planes are validation images, the others are trained on",
            f"at least {FEWEST_IMAGES} files, of which whole ones are held out",
            "add movies or stacks, or take the scores of validation for too good",
        )
    )


def require_objects(
    raws: Sequence[Raw], held_out: frozenset[str], folder: Path, on_finding: OnFinding
) -> None:
    """Refuse training images without any object.

    Parameters
    ----------
    raws
        All images.
    held_out
        The names of the validation images.
    folder
        The folder of annotations, for messages.
    on_finding
        Called where the validation images have no object.

    Raises
    ------
    DataError
        No training image has an object.
    """
    some = {raw.pair.name for raw in raws if _has_object(raw)}
    if not some - held_out:
        where = "" if not some else f" (of validation: {', '.join(sorted(some)[:3])})"
        raise DataError(
            folder,
            "there is no object in any training image",
            value=f"0 objects in {len(raws) - len(held_out)} training images{where}",
            allowed="objects in at least one training image",
            hint="label objects" + (", or set another " + Option("seed") if some else ""),
        )
    if not some & held_out:
        on_finding(
            _NO_VALIDATION.finding(
                folder,
                f"none of the {len(held_out)} validation images has an object: recall and "
                "precision are 0 in every epoch, and no threshold is tuned",
                "objects in training and validation images",
                "label objects in more images",
            )
        )


def _by_file(raws: Sequence[Raw]) -> dict[str, list[Raw]]:
    """Return the images of each file, under the name of its first one."""
    files: dict[tuple[Path, Path], list[Raw]] = {}
    for raw in raws:
        pair = raw.pair
        # The one file of COCO belongs to many images, each of which is a file.
        files.setdefault((pair.source, pair.target), []).append(raw)
    return {group[0].pair.name: group for group in files.values()}


def _has_object(raw: Raw) -> bool:
    return bool(raw.truth.foreground_mask().any())
