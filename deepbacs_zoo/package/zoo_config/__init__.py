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
from deepbacs_zoo.package.zoo_config.reading import MICROMETERS, read_decoding, read_zoo_config
from deepbacs_zoo.package.zoo_config.schemas import (
    WRITTEN_SCHEMA,
    method_of_schema_1,
    task_of_schema_1,
)
from deepbacs_zoo.package.zoo_config.types import ZooConfig, result_of

__all__ = [
    "MICROMETERS",
    "WRITTEN_SCHEMA",
    "AnchorBoxes",
    "Decoding",
    "Foreground",
    "LabelDecoding",
    "Multilabel",
    "Spline",
    "StarConvex",
    "ZooConfig",
    "method_of_schema_1",
    "read_decoding",
    "read_zoo_config",
    "result_of",
    "task_of_schema_1",
]
