"""Images with named axes and a pixel size: read, written."""

from __future__ import annotations

from deepbacs_zoo.images.arrays import ImageLike, image_of, to_xarray
from deepbacs_zoo.images.channels import choose_channel, list_channels
from deepbacs_zoo.images.folder import image_files
from deepbacs_zoo.images.image import Calibration, Image, ImagejMetadata, place_of
from deepbacs_zoo.images.options import AS_IT_IS, AS_LABELS, ReadOptions
from deepbacs_zoo.images.polygons import fill_polygons
from deepbacs_zoo.images.read import IMAGE_SUFFIXES, read_image
from deepbacs_zoo.images.region import Region
from deepbacs_zoo.images.sink import ArraySink, Sink, TiffSink
from deepbacs_zoo.images.source import ImageSource, TiffSource, load_source
from deepbacs_zoo.images.write import write_tiff

__all__ = [
    "AS_IT_IS",
    "AS_LABELS",
    "IMAGE_SUFFIXES",
    "ArraySink",
    "Calibration",
    "Image",
    "ImageLike",
    "ImageSource",
    "ImagejMetadata",
    "ReadOptions",
    "Region",
    "Sink",
    "TiffSink",
    "TiffSource",
    "choose_channel",
    "fill_polygons",
    "image_files",
    "image_of",
    "list_channels",
    "load_source",
    "place_of",
    "read_image",
    "to_xarray",
    "write_tiff",
]
