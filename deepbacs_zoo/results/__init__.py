"""The result of a prediction, and its files: tensors, label images, boxes, tables, ROIs."""

from __future__ import annotations

from deepbacs_zoo.results.boxes.rois import write_box_rois
from deepbacs_zoo.results.boxes.rows import BoxRow, ClassCount, count_boxes, list_boxes
from deepbacs_zoo.results.kinds import planned_outputs
from deepbacs_zoo.results.labels.objects import ObjectRow, measure_objects
from deepbacs_zoo.results.labels.rois import outlines, write_rois
from deepbacs_zoo.results.overlay import write_overlay
from deepbacs_zoo.results.read import read_outputs
from deepbacs_zoo.results.saving import save
from deepbacs_zoo.results.types import Boxes, Content, Labels, NoObjects, OutputTensor, Result

__all__ = [
    "BoxRow",
    "Boxes",
    "ClassCount",
    "Content",
    "Labels",
    "NoObjects",
    "ObjectRow",
    "OutputTensor",
    "Result",
    "count_boxes",
    "list_boxes",
    "measure_objects",
    "outlines",
    "planned_outputs",
    "read_outputs",
    "save",
    "write_box_rois",
    "write_overlay",
    "write_rois",
]
