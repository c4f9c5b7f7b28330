"""Annotations from every format to label images or boxes, and their pairs with images."""

from __future__ import annotations

from deepbacs_zoo.annotations.boxes.read import (
    Box,
    BoxAnnotation,
    find_box_folders,
    match_box_pairs,
    read_boxes,
)
from deepbacs_zoo.annotations.folders import find_folders, folders_beside
from deepbacs_zoo.annotations.labels.checks import label_findings, relabel
from deepbacs_zoo.annotations.labels.read import Annotation, read_annotation
from deepbacs_zoo.annotations.pairs import Pair, match_pairs, read_annotated, read_pair
from deepbacs_zoo.annotations.rois import ROI_SUFFIXES, read_rois

__all__ = [
    "ROI_SUFFIXES",
    "Annotation",
    "Box",
    "BoxAnnotation",
    "Pair",
    "find_box_folders",
    "find_folders",
    "folders_beside",
    "label_findings",
    "match_box_pairs",
    "match_pairs",
    "read_annotated",
    "read_annotation",
    "read_boxes",
    "read_pair",
    "read_rois",
    "relabel",
]
