"""From output tensors to instances: label images, measured objects, ROIs."""

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
    "Boxes",
    "Decoding",
    "Foreground",
    "LabelDecoding",
    "Multilabel",
    "ObjectRow",
    "Splines",
    "Stars",
    "decode",
    "measure_objects",
    "outlines",
    "read_decoding",
    "write_rois",
]
