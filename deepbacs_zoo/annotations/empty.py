"""Images without any object: training data, or labels that were forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.options import Option

if TYPE_CHECKING:
    from deepbacs_zoo.annotations.pairs import Pair

__all__ = ["NO_OBJECT", "without_object"]

NO_OBJECT: Final = Rule(
    "image-without-object",
    Severity.WARNING,
    "An image without any object teaches what is background, unless its labels were forgotten.",
)


def without_object(pair: Pair, *, allow_empty: bool) -> Finding:
    """Return the finding about an image without any object.

    Parameters
    ----------
    pair
        The image.
    allow_empty
        Whether there may be one.

    Raises
    ------
    DataError
        There may not.
    """
    where = str(pair.target) if pair.is_file else f"{pair.target} ({pair.name})"
    if not allow_empty:
        raise DataError(
            where,
            "there is no object in it",
            value="0 objects",
            allowed="at least one labelled object in each image",
            hint="label its objects, take the pair away, or set " + Option("allow_empty", True),
        )
    return NO_OBJECT.finding(
        where,
        "there is no object in it",
        "images in which all objects are labelled",
        "look whether its objects were forgotten",
    )
