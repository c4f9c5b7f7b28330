"""From the planes of an output to instances: label images or boxes; one algorithm a file."""

from __future__ import annotations

from deepbacs_zoo.decoding.anchor_boxes import (
    MOST_CANDIDATES,
    DetectedBox,
    decode_boxes,
    find_boxes,
)
from deepbacs_zoo.decoding.counting import least_score
from deepbacs_zoo.decoding.labels import decode

__all__ = ["MOST_CANDIDATES", "DetectedBox", "decode", "decode_boxes", "find_boxes", "least_score"]
