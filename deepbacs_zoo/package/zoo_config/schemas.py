"""The names of ``config.deepbacs_zoo`` in each version of its schema.

Schema 2 has the names of the field, which are those of the Python classes.  Schema 1 is what
packages before it hold; it is read into the same objects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

__all__ = ["SCHEMAS", "WRITTEN_SCHEMA", "Schema", "method_of_schema_1", "schema_of"]
__all__ += ["task_of_schema_1"]

WRITTEN_SCHEMA: Final[int] = 2
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
            "method_arguments": "task_arguments",
        },
    ),
    2: Schema(2),
}


def schema_of(version: object) -> Schema | None:
    """Return the schema of a version as read from a description; ``None`` if it is not known."""
    return next((schema for number, schema in SCHEMAS.items() if number == version), None)


_METHODS_1: Final[Mapping[str, tuple[str, str]]] = {
    "segmentation": ("segmentation", "multilabel-unet"),
    "foreground": ("segmentation", "unet"),
    "stardist": ("segmentation", "stardist"),
    "splinedist": ("segmentation", "splinedist"),
    "detection": ("detection", "yolov2"),
}


def method_of_schema_1(name: str) -> tuple[str, str | None]:
    """Return task and method of what schema 1 calls a task; names that it did not have stay."""
    return _METHODS_1.get(name, (name, None))


def task_of_schema_1(task: str | None, method: str | None) -> str | None:
    """Return the one name that schema 1 has for a task and its method."""
    for name, both in _METHODS_1.items():
        if both == (task, method):
            return name
    return method or task
