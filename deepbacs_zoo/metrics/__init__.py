"""Numbers that say how good a result is, or how well two results agree."""

from deepbacs_zoo.metrics.agreement import LabelAgreement, compare_labels
from deepbacs_zoo.metrics.bootstrap import bootstrap, bootstrap_many
from deepbacs_zoo.metrics.boxes import box_iou, confusion, partners_of, right_partners
from deepbacs_zoo.metrics.detection import (
    COCO_THRESHOLDS,
    BoxMatches,
    BoxSet,
    ClassFinds,
    Curve,
    match_boxes,
)
from deepbacs_zoo.metrics.segmentation import InstanceCounts, class_iou, match

__all__ = [
    "COCO_THRESHOLDS",
    "BoxMatches",
    "BoxSet",
    "ClassFinds",
    "Curve",
    "InstanceCounts",
    "LabelAgreement",
    "bootstrap",
    "bootstrap_many",
    "box_iou",
    "class_iou",
    "compare_labels",
    "confusion",
    "match",
    "match_boxes",
    "partners_of",
    "right_partners",
]
