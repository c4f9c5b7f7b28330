"""TIFF files: the pages of each image that they hold, and the one that is read."""
