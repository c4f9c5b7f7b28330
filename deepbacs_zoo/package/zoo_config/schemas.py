"""The names of ``config.deepbacs_zoo`` in each version of its schema.

Schema 2 has the names of the field, which are those of the Python classes.  Schema 1 is what
packages before it hold; it is read into the same objects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

__all__ = ["SCHEMAS", "WRITTEN_SCHEMA", "Schema", "method_of_schema_1"]

WRITTEN_SCHEMA: Final = 1
"""The schema that is written."""


@dataclass(frozen=True)
class Schema:
    """The names of one version; names that it does not list are those of the Python classes.

    Parameters
    ----------
    version
        Its number.
    kinds
        Names of kinds of decoding, by those of the newest schema.
    fields
        Names of entries and settings, by those of the newest schema.
    """

    version: int
    kinds: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)

    def kind(self, name: str) -> str:
        """Return the name of a kind of decoding in this schema."""
        return self.kinds.get(name, name)

    def field(self, name: str) -> str:
        """Return the name of an entry or a setting in this schema."""
        return self.fields.get(name, name)


SCHEMAS: Final[Mapping[int, Schema]] = {
    1: Schema(
        1,
        kinds={"star_convex": "stars", "spline": "splines", "anchor_boxes": "boxes"},
        fields={
            "n_rays": "rays",
            "nms_threshold": "overlap_threshold",
            "split_ratio": "neck",
            "max_dilation": "max_growth",
            "peak_bytes_per_pixel": "bytes_per_pixel",
        },
    ),
    2: Schema(2),
}

_METHODS_1: Final[Mapping[str, tuple[str, str]]] = {
    "segmentation": ("segmentation", "multilabel-unet"),
    "foreground": ("segmentation", "unet"),
    "stardist": ("segmentation", "stardist"),
    "splinedist": ("segmentation", "splinedist"),
    "detection": ("detection", "yolov2"),
}


def method_of_schema_1(name: str) -> tuple[str, str] | None:
    """Return task and method of what schema 1 calls a task; ``None`` for a name it did not have."""
    return _METHODS_1.get(name)
