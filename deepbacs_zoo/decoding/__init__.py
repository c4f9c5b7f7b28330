"""From output tensors to instances: label images or boxes, rows of tables, ROIs."""

from deepbacs_zoo.decoding.box_rois import write_box_rois
from deepbacs_zoo.decoding.box_rows import BoxRow, ClassCount, count_boxes, list_boxes
from deepbacs_zoo.decoding.boxes import (
    MOST_CANDIDATES,
    FoundBox,
    count_candidates,
    decode_boxes,
)
from deepbacs_zoo.decoding.kinds import (
    Boxes,
    Decoding,
    Foreground,
    LabelDecoding,
    Multilabel,
    Splines,
    Stars,
)
from deepbacs_zoo.decoding.labels import decode
from deepbacs_zoo.decoding.objects import ObjectRow, measure_objects
from deepbacs_zoo.decoding.rois import outlines, write_rois
from deepbacs_zoo.decoding.schema import read_decoding

__all__ = [
    "MOST_CANDIDATES",
    "BoxRow",
    "Boxes",
    "ClassCount",
    "Decoding",
    "Foreground",
    "FoundBox",
    "LabelDecoding",
    "Multilabel",
    "ObjectRow",
    "Splines",
    "Stars",
    "count_boxes",
    "count_candidates",
    "decode",
    "decode_boxes",
    "list_boxes",
    "measure_objects",
    "outlines",
    "read_decoding",
    "write_box_rois",
    "write_rois",
]
