"""The images of a folder."""

from __future__ import annotations

from pathlib import Path

from deepbacs_zoo.files.names import visible
from deepbacs_zoo.images.read import IMAGE_SUFFIXES

__all__ = ["image_files", "is_image_name"]


def is_image_name(path: Path) -> bool:
    """Return whether a file has the suffix of an image, in any case."""
    return path.suffix.lower() in IMAGE_SUFFIXES


def image_files(folder: Path) -> list[Path]:
    """Return the image files of a folder, sorted, without those that systems leave in it."""
    return [path for path in visible(folder) if is_image_name(path) and path.is_file()]
