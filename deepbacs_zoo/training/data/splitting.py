"""Images for training and for validation: by files, and objects on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.findings import OnFinding, Rule, Severity
from deepbacs_zoo.options import Option
from deepbacs_zoo.training.data.examples import FEWEST_IMAGES, Raw, split_names

__all__ = ["draw_validation", "require_objects"]

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
    object are drawn by themselves, so that both sides have objects.

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
    for name, group in files.items():
        strata[any(_has_object(raw) for raw in group)].append(name)
    drawn = [split_names(names, seed, share) for names in strata.values()]
    held_out = frozenset(raw.pair.name for each in drawn for name in each for raw in files[name])
    for group in _by_file(raws).values():
        _report_both_sides(group, held_out, on_finding)
    return held_out


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
