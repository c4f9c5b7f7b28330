"""Reading and writing: images with named axes and pixel size, label images, pairs, overlays."""

from deepbacs_zoo.images.atomic import replacing, write_bytes
from deepbacs_zoo.images.image import Calibration, Image
from deepbacs_zoo.images.overlay import write_overlay
from deepbacs_zoo.images.pairs import Pair, find_folders, match_pairs, read_pair
from deepbacs_zoo.images.read import IMAGE_SUFFIXES, read_image
from deepbacs_zoo.images.write import write_tiff

__all__ = [
    "IMAGE_SUFFIXES",
    "Calibration",
    "Image",
    "Pair",
    "find_folders",
    "match_pairs",
    "read_image",
    "read_pair",
    "replacing",
    "write_bytes",
    "write_overlay",
    "write_tiff",
]
