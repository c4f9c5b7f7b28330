"""From a plane of an output to instances: label images or boxes; one algorithm a file."""

from __future__ import annotations

from deepbacs_zoo.decoding.anchor_boxes import (
    MOST_CANDIDATES,
    FoundBox,
    count_candidates,
    decode_boxes,
)
from deepbacs_zoo.decoding.labels import decode

__all__ = ["MOST_CANDIDATES", "FoundBox", "count_candidates", "decode", "decode_boxes"]
