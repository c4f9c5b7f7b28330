"""The entry ``config.deepbacs_zoo`` of a description, typed."""

from __future__ import annotations

from deepbacs_zoo.package.zoo_config.decoding import (
    Boxes,
    Decoding,
    Foreground,
    LabelDecoding,
    Multilabel,
    Splines,
    Stars,
)
from deepbacs_zoo.package.zoo_config.reading import read_decoding

__all__ = [
    "Boxes",
    "Decoding",
    "Foreground",
    "LabelDecoding",
    "Multilabel",
    "Splines",
    "Stars",
    "read_decoding",
]
