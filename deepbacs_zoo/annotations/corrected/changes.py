"""Numbers of corrected objects, and the findings that say them."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Final, Self

from deepbacs_zoo.findings import Finding, Rule, Severity, Tally

__all__ = ["Changes", "about_changes", "count_unknown", "edited_file"]

OBJECTS_CORRECTED: Final = Rule(
    "objects-corrected",
    Severity.INFO,
    "What people corrected is what the model did not know.",
)
PREDICTION_NOT_CORRECTED: Final = Rule(
    "prediction-not-corrected",
    Severity.WARNING,
    "A model that is trained on its own predictions learns its errors.",
)
CORRECTIONS_UNKNOWN: Final = Rule(
    "corrections-unknown",
    Severity.INFO,
    "Only the table of the prediction says what was there before it was corrected.",
)
EDITED_FILE_TAKEN: Final = Rule(
    "edited-file-taken",
    Severity.INFO,
    "A prediction writes its objects twice, as labels and as outlines, of which people edit one.",
)


@dataclass(frozen=True)
class Changes:
    """Numbers of objects.

    Parameters
    ----------
    kept
        Those that are as they were predicted.
    removed, added
        Those that are gone, and those that are new.
    redrawn
        Those with another outline that overlaps the old one by half (IoU).
    renamed
        Boxes of another class.
    """

    kept: int = 0
    removed: int = 0
    added: int = 0
    redrawn: int = 0
    renamed: int = 0

    def __add__(self, other: Self) -> Self:
        """Return the numbers of both together."""
        pairs = zip(astuple(self), astuple(other), strict=True)
        return type(self)(*(mine + theirs for mine, theirs in pairs))


def about_changes(path: Path, found: Changes, *, classes: bool = False) -> Finding:
    """Return the finding about an annotation that began as a prediction.

    Parameters
    ----------
    path
        The annotation.
    found
        What changed.
    classes
        Whether its objects have classes.
    """
    changed = found.removed + found.added + found.redrawn + found.renamed
    if not changed:
        what = Tally("{} objects are as they were predicted, none was corrected", found.kept)
        hint = "look whether its corrections were saved elsewhere, or whether none is needed"
        return PREDICTION_NOT_CORRECTED.finding(path, what, "corrected predictions", hint)
    template = "{} of {} objects were corrected: {} removed, {} added, {} redrawn"
    numbers = [changed, found.kept + changed, found.removed, found.added, found.redrawn]
    if classes:
        template += ", {} of another class"
        numbers.append(found.renamed)
    return OBJECTS_CORRECTED.finding(path, Tally(template, *numbers))


def count_unknown(path: Path, count: int) -> Finding:
    """Return the finding about outlines of which nothing tells how they were predicted."""
    what = "{} objects, and no table of the prediction that would tell how many were corrected"
    return CORRECTIONS_UNKNOWN.finding(path, Tally(what, count))


def edited_file(path: Path, other: Path) -> Finding:
    """Return the finding about the one of two files that was edited."""
    what = f"it is taken, since it was edited, and {other.name} is as it was predicted"
    return EDITED_FILE_TAKEN.finding(path, what)
