"""Methods of segmentation, one a file."""
