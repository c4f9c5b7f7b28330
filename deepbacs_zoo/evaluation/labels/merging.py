"""The warning about labelled objects that were predicted as one."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.metrics import Merges
from deepbacs_zoo.options import Option

__all__ = ["MOST_MERGED", "about_merges"]

MOST_MERGED: Final = 0.05
"""Share of merged objects above which counts, lengths and areas are no longer those of cells."""

MERGED_OBJECTS: Final = Rule(
    "merged-objects",
    Severity.WARNING,
    "Counts are too low and sizes too large where objects are merged, and F1 hardly shows it while "
    "most objects lie alone.",
)


def about_merges(where: str | Path, merges: Merges) -> tuple[Finding, ...]:
    """Return a warning if more than ``MOST_MERGED`` of the labelled objects were merged.

    Parameters
    ----------
    where
        The package or run.
    merges
        The objects over all images.
    """
    if not merges.objects or merges.merged_share <= MOST_MERGED:
        return ()
    return (
        MERGED_OBJECTS.finding(
            where,
            f"{merges.merged} of {merges.objects} labelled objects ({merges.merged_share:.0%}) are "
            "merged: one predicted object covers the larger part of several",
            f"at most {MOST_MERGED:.0%}",
            "label fields in which objects touch, each outlined by itself, and train on them, too; "
            + Option("pretrained")
            + " goes on from these weights",
        ),
    )
