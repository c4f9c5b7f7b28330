"""The entry ``config.deepbacs_zoo`` of a description, typed."""

from __future__ import annotations

from deepbacs_zoo.package.zoo_config.decoding import (
    AnchorBoxes,
    Decoding,
    Foreground,
    LabelDecoding,
    Multilabel,
    Spline,
    StarConvex,
)
from deepbacs_zoo.package.zoo_config.reading import read_decoding
from deepbacs_zoo.package.zoo_config.schemas import WRITTEN_SCHEMA

__all__ = [
    "WRITTEN_SCHEMA",
    "AnchorBoxes",
    "Decoding",
    "Foreground",
    "LabelDecoding",
    "Multilabel",
    "Spline",
    "StarConvex",
    "read_decoding",
]
