"""From output tensors to instances: label images, measured objects, ROIs."""

from deepbacs_zoo.decoding.multilabel import decode
from deepbacs_zoo.decoding.objects import ObjectRow, measure_objects
from deepbacs_zoo.decoding.rois import outlines, write_rois
from deepbacs_zoo.decoding.schema import Multilabel, read_decoding

__all__ = [
    "Multilabel",
    "ObjectRow",
    "decode",
    "measure_objects",
    "outlines",
    "read_decoding",
    "write_rois",
]
