"""Images with named axes and a pixel size: read, written."""

from __future__ import annotations

from deepbacs_zoo.images.image import Calibration, Image
from deepbacs_zoo.images.read import IMAGE_SUFFIXES, read_image
from deepbacs_zoo.images.write import write_tiff

__all__ = ["IMAGE_SUFFIXES", "Calibration", "Image", "read_image", "write_tiff"]
