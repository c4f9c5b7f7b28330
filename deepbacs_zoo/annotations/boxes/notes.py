"""Oddities of annotations of boxes that are taken with a note, and rotated boxes, which are not."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.findings import Finding, Rule, Severity

__all__ = ["box_of_outline", "confidence_left_out", "crowd_left_out", "no_file", "rotated"]

CONFIDENCE_LEFT_OUT: Final = Rule(
    "confidence-left-out",
    Severity.INFO,
    "Predictions saved as annotations have a confidence, which training has no use for.",
    "Ultralytics, save_conf",
)
BOX_OF_OUTLINE: Final = Rule(
    "box-of-outline",
    Severity.INFO,
    "A detector learns upright boxes; of an outline that is the smallest one around it.",
)
CROWD_LEFT_OUT: Final = Rule(
    "crowd-left-out",
    Severity.WARNING,
    "A crowd region covers many objects, so that its box would teach one large object.",
    "COCO, iscrowd; pycocotools leaves them out of the evaluation",
)
NO_ANNOTATION_FILE: Final = Rule(
    "no-annotation-file",
    Severity.WARNING,
    "Programs that write YOLO leave out the file of an image without objects; it may be lost, too.",
    "Ultralytics: images without labels are background",
)


def confidence_left_out(path: Path, count: int) -> Finding:
    """Return the finding about lines with a confidence."""
    return CONFIDENCE_LEFT_OUT.finding(
        path,
        f"{_of(count, 'line', 'has', 'have')} a confidence, which is left out",
        hint="look whether these are predictions that nobody has corrected",
    )


def box_of_outline(path: Path, count: int) -> Finding:
    """Return the finding about outlines whose boxes are taken."""
    return BOX_OF_OUTLINE.finding(
        path, f"{_of(count, 'outline', 'is', 'are')} taken as the smallest box around it"
    )


def crowd_left_out(path: Path, image: str, count: int) -> Finding:
    """Return the finding about crowd regions in an image."""
    return CROWD_LEFT_OUT.finding(
        path,
        f"{_of(count, 'crowd region', 'is', 'are')} left out of {image}",
        "a box for each object",
        "annotate the objects in it one by one, or cut it out of the image",
    )


def no_file(path: Path) -> Finding:
    """Return the finding about an image whose annotation, of this name, is not there."""
    return NO_ANNOTATION_FILE.finding(
        path.parent,
        f"there is no {path.name}, so that its image counts as one without an object",
        "an empty file for an image without objects",
        "look whether the file was lost",
    )


def rotated(path: Path, value: str) -> DataError:
    """Build the error for a rotated box."""
    return DataError(
        path,
        "a box is rotated, and detectors here learn upright boxes",
        value=value,
        allowed="boxes along the edges of the image",
        hint="export upright boxes, or train a segmentation on outlines",
    )


def _of(count: int, noun: str, one: str, several: str) -> str:
    return f"{count} {noun} {one}" if count == 1 else f"{count} {noun}s {several}"
