"""ROIs of ImageJ: the format of their files, and the pixels that ImageJ fills."""

from __future__ import annotations

from deepbacs_zoo.images.rois.overlay import read_overlay
from deepbacs_zoo.images.rois.planes import PlacedRois, place_rois
from deepbacs_zoo.images.rois.read import read_roi
from deepbacs_zoo.images.rois.roi import Position, Roi

__all__ = ["PlacedRois", "Position", "Roi", "place_rois", "read_overlay", "read_roi"]
