"""The text that lies beside prepared images: where they come from, their terms, what to cite."""

from __future__ import annotations

from typing import Final

from deepbacs_zoo.datasets.preparation.provenance import Provenance
from deepbacs_zoo.datasets.types import PublishedSet

__all__ = ["SOURCE_FILE", "kind_in_words", "source_text"]

SOURCE_FILE: Final = "SOURCE.txt"
_KINDS: Final = {
    "labels": "label images: 0 is background, every other number one object",
    "binary": "masks of foreground and background; objects that touch cannot be separated",
    "classes": "masks of classes: 0 background, 1 inside, 2 boundary; no label images",
    "boxes": "boxes with class names",
    "images": "images of the same fields, as the network is to give them",
    "none": "none",
}


def kind_in_words(kind: str) -> str:
    """Return what targets of a kind are."""
    return _KINDS[kind]


def source_text(entry: PublishedSet, record: Provenance) -> str:
    """Return the text for a prepared set.

    Parameters
    ----------
    entry
        The published set.
    record
        What was prepared of it.
    """
    size = entry.pixel_size
    rule = record.rule
    strata = f", drawn for each of {', '.join(rule.strata)}" if rule.strata else ""
    lines = [
        f"{entry.title} ({entry.name}, {record.variant})",
        "",
        f"License:     {entry.license} (https://creativecommons.org/licenses/by/4.0/)",
        f"Cite:        {entry.citation} https://doi.org/{entry.doi}",
        "Record:      "
        + (f"https://doi.org/{entry.archive.doi}" if entry.archive.doi else "not known"),
        f"Archive:     {entry.archive.described}, sha256 {record.archive_sha256 or 'not known'}",
        f"Checked by:  {record.checked}",
        f"Imaged by:   {entry.modality}",
        "Pixel size:  " + (f"{size[0]} x {size[1]} micrometers (y, x)" if size else "not known"),
        f"Targets:     {kind_in_words(record.kind)}",
        *([f"Classes:     {', '.join(record.classes)}"] if record.classes else []),
        f"Images:      {len(record.training)} training, {len(record.validation)} validation, "
        f"{len(record.test)} test",
        f"Left out:    {', '.join(record.left_out) or 'nothing'}",
        *([f"Remarks:     {entry.remarks}"] if entry.remarks else []),
        "",
        "No validation images were published. Those in split.json are "
        f"{rule.share:.0%} of the training images{strata}:",
        f'the ones with the smallest sha256 of "{rule.seed}:<name without suffix>".',
        "Files were copied unchanged; targets have the names of their images.",
    ]
    return "\n".join(lines) + "\n"
