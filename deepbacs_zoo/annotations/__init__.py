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
from deepbacs_zoo.annotations.labels.options import LabelOptions
from deepbacs_zoo.annotations.labels.pairs import read_annotated, read_label_pairs, read_pair
from deepbacs_zoo.annotations.labels.read import Annotation, read_annotation, relabel
from deepbacs_zoo.annotations.labels.regions import label_findings
from deepbacs_zoo.annotations.pairs import Annotated, Pair, match_pairs, read_as
from deepbacs_zoo.annotations.rois import ROI_SUFFIXES, read_rois

__all__ = [
    "ROI_SUFFIXES",
    "Annotated",
    "Annotation",
    "Box",
    "BoxAnnotation",
    "LabelOptions",
    "Pair",
    "find_box_folders",
    "find_folders",
    "folders_beside",
    "label_findings",
    "match_box_pairs",
    "match_pairs",
    "read_annotated",
    "read_annotation",
    "read_as",
    "read_boxes",
    "read_label_pairs",
    "read_pair",
    "read_rois",
    "relabel",
]
