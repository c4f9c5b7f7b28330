"""Numbers that say how good a result is, or how well two results agree."""

from deepbacs_zoo.metrics.agreement import LabelAgreement, compare_labels
from deepbacs_zoo.metrics.bootstrap import bootstrap
from deepbacs_zoo.metrics.segmentation import InstanceCounts, class_iou, match

__all__ = [
    "InstanceCounts",
    "LabelAgreement",
    "bootstrap",
    "class_iou",
    "compare_labels",
    "match",
]
