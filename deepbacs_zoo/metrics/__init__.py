"""Scores of results against ground truth, and the agreement of two results."""

from deepbacs_zoo.metrics.agreement import (
    FORMAT_AGREEMENT,
    LabelAgreement,
    compare_labels,
    relative_difference,
)
from deepbacs_zoo.metrics.bootstrap import bootstrap, bootstrap_many, bootstrap_sums
from deepbacs_zoo.metrics.boxes import box_iou, confusion, partners_of, right_partners
from deepbacs_zoo.metrics.correlation import near_objects, pearson
from deepbacs_zoo.metrics.detection import (
    COCO_THRESHOLDS,
    BoxMatches,
    BoxSet,
    ClassFinds,
    Curve,
    ScoreThreshold,
    match_boxes,
)
from deepbacs_zoo.metrics.estimates import (
    CONFIDENCE,
    FEWEST_IMAGES,
    Estimate,
    Estimates,
    estimated,
    estimated_mean,
)
from deepbacs_zoo.metrics.formulas import FORMULAS, f1, precision, ratio, recall
from deepbacs_zoo.metrics.fourier_rings import (
    RING_THRESHOLD,
    RingCorrelation,
    ring_correlation,
)
from deepbacs_zoo.metrics.images import (
    ImageSimilarity,
    compare_images,
    fit_to_target,
    scale_target,
)
from deepbacs_zoo.metrics.merges import Merges, merges_and_splits
from deepbacs_zoo.metrics.noise import CameraNoise, estimate_noise
from deepbacs_zoo.metrics.overlaps import Partners, partners
from deepbacs_zoo.metrics.residuals import ResidualCorrelation, residual_correlation
from deepbacs_zoo.metrics.segmentation import InstanceCounts, class_iou, match

__all__ = [
    "COCO_THRESHOLDS",
    "CONFIDENCE",
    "FEWEST_IMAGES",
    "FORMAT_AGREEMENT",
    "FORMULAS",
    "RING_THRESHOLD",
    "BoxMatches",
    "BoxSet",
    "CameraNoise",
    "ClassFinds",
    "Curve",
    "Estimate",
    "Estimates",
    "ImageSimilarity",
    "InstanceCounts",
    "LabelAgreement",
    "Merges",
    "Partners",
    "ResidualCorrelation",
    "RingCorrelation",
    "ScoreThreshold",
    "bootstrap",
    "bootstrap_many",
    "bootstrap_sums",
    "box_iou",
    "class_iou",
    "compare_images",
    "compare_labels",
    "confusion",
    "estimate_noise",
    "estimated",
    "estimated_mean",
    "f1",
    "fit_to_target",
    "match",
    "match_boxes",
    "merges_and_splits",
    "near_objects",
    "partners",
    "partners_of",
    "pearson",
    "precision",
    "ratio",
    "recall",
    "relative_difference",
    "residual_correlation",
    "right_partners",
    "ring_correlation",
    "scale_target",
]
