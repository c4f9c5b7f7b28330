"""Images that prediction wrote: there are no objects to count or to compare."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from deepbacs_zoo.evaluation.output_types import Counted, OutputFiles

__all__ = ["IMAGE_FILES"]


def _count(folder: Path, image: str) -> Counted | None:
    return Counted() if any(folder.glob(f"{image}_*.tif")) else None


IMAGE_FILES: Final = OutputFiles(_count, lambda folder, image: None, lambda one, other: None)
