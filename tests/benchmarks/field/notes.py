"""Ids of the findings that the matrix expects, each for something that must not pass in silence."""

from __future__ import annotations

# Images
UNKNOWN_UNIT = "unknown-unit-of-length"
ASSUMED = "image-axis-assumed"
OTHER_SERIES = "image-series-left-out"
OTHER_PAGES = "image-pages-left-out"
OTHER_FILES = "image-planes-left-out"
NO_DESCRIPTION = "image-description-not-used"
FOR_DISPLAY = "palette-for-display"
OF_IMAGEJ = "palette-of-imagej"
AS_RGB = "palette-taken-as-rgb"
AS_GREY = "palette-taken-as-grey"
INVERTED = "shown-inverted"
EQUAL_COLORS = "rgb-taken-as-grey"
# Labels
RENUMBERED = "labels-renumbered"
CORRECTED = "corrections-unknown"
TAKEN_AS_MASK = "two-values-as-mask"
NEGATIVE = "negative-as-background"
DIVIDED = "mask-divided-at-half"
IN_PARTS = "label-in-parts"
NO_OBJECT = "image-without-object"
# Boxes
CUT = "boxes-cut-at-edge"
CONFIDENCE = "confidence-left-out"
BOX_OF_POLYGON = "box-of-outline"
NO_FILE = "no-annotation-file"
CROWD = "crowd-left-out"
