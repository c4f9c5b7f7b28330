"""Options of reading annotations that are images: label images, masks, targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.options import Option

__all__ = ["AS_NUMBERS", "AS_THEY_ARE", "MEANINGS", "LabelOptions", "Meaning"]

Meaning = Literal["auto", "masks", "labels"]
MEANINGS: Final[tuple[Meaning, ...]] = get_args(Meaning)


@dataclass(frozen=True)
class LabelOptions:
    """Options of reading annotations that are images.

    Parameters
    ----------
    annotations
        ``auto``: an image of two values is a mask, any other a label image.  ``masks``: every image
        is a mask, and one of more than two values is divided at half of its range.  ``labels``:
        every value is the number of an object.
    background
        The value of the background; by default 0, in an image of two values without it the negative
        one, else the more frequent one.
    allow_empty
        Take images without any object, too: they teach what is background.
    register
        Move target images by their measured shift from their images, and cut both to what they
        share.
    """

    annotations: Meaning = "auto"
    background: int | None = None
    allow_empty: bool = True
    register: bool = False

    def __post_init__(self) -> None:
        if self.annotations not in MEANINGS:
            raise UsageError(
                Option("annotations"),
                "annotations have no such meaning",
                value=self.annotations,
                allowed=", ".join(MEANINGS),
                hint="choose one of these",
            )


AS_THEY_ARE: Final = LabelOptions()
"""The values say what they mean."""
AS_NUMBERS: Final = LabelOptions("labels")
"""Every value is the number of an object."""
