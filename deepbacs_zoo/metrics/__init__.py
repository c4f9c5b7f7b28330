"""Numbers that say how good a result is, or how well two results agree."""

from deepbacs_zoo.metrics.agreement import (
    FORMAT_AGREEMENT,
    LabelAgreement,
    compare_labels,
    relative_difference,
)
from deepbacs_zoo.metrics.bootstrap import bootstrap, bootstrap_many, bootstrap_sums
from deepbacs_zoo.metrics.boxes import box_iou, confusion, partners_of, right_partners
from deepbacs_zoo.metrics.detection import (
    COCO_THRESHOLDS,
    BoxMatches,
    BoxSet,
    ClassFinds,
    Curve,
    match_boxes,
)
from deepbacs_zoo.metrics.formulas import FORMULAS, f1, precision, ratio, recall
from deepbacs_zoo.metrics.overlaps import Partners, partners
from deepbacs_zoo.metrics.segmentation import InstanceCounts, class_iou, match

__all__ = [
    "COCO_THRESHOLDS",
    "FORMAT_AGREEMENT",
    "FORMULAS",
    "BoxMatches",
    "BoxSet",
    "ClassFinds",
    "Curve",
    "InstanceCounts",
    "LabelAgreement",
    "Partners",
    "bootstrap",
    "bootstrap_many",
    "bootstrap_sums",
    "box_iou",
    "class_iou",
    "compare_labels",
    "confusion",
    "f1",
    "match",
    "match_boxes",
    "partners",
    "partners_of",
    "precision",
    "ratio",
    "recall",
    "relative_difference",
    "right_partners",
]
