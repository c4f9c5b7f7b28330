"""Reading and writing: images with named axes and pixel size, label images, pairs, overlays."""

from deepbacs_zoo.images.annotations import Annotation, read_annotation
from deepbacs_zoo.images.atomic import replacing, write_bytes
from deepbacs_zoo.images.boxes import (
    Box,
    BoxAnnotation,
    find_box_folders,
    match_box_pairs,
    read_boxes,
)
from deepbacs_zoo.images.folders import find_folders, folders_beside
from deepbacs_zoo.images.image import Calibration, Image
from deepbacs_zoo.images.labels import label_findings, relabel
from deepbacs_zoo.images.overlay import write_overlay
from deepbacs_zoo.images.pairs import Pair, match_pairs, read_annotated, read_pair
from deepbacs_zoo.images.read import IMAGE_SUFFIXES, read_image
from deepbacs_zoo.images.rois import ROI_SUFFIXES, read_rois
from deepbacs_zoo.images.write import write_tiff

__all__ = [
    "IMAGE_SUFFIXES",
    "ROI_SUFFIXES",
    "Annotation",
    "Box",
    "BoxAnnotation",
    "Calibration",
    "Image",
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
    "read_image",
    "read_pair",
    "read_rois",
    "relabel",
    "replacing",
    "write_bytes",
    "write_overlay",
    "write_tiff",
]
