"""The whole entry ``config.deepbacs_zoo`` of a description."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from deepbacs_zoo.package.zoo_config.decoding import Decoding
from deepbacs_zoo.package.zoo_config.schemas import SCHEMAS, WRITTEN_SCHEMA, task_of_schema_1

__all__ = ["IMAGE", "ZooConfig", "result_of"]

IMAGE: Final = "image"
"""The kind of result of a package without decoding."""


def result_of(decode: Decoding | None) -> str:
    """Return the kind of result that settings of decoding lead to: labels, boxes or image."""
    return IMAGE if decode is None else decode.result


@dataclass(frozen=True)
class ZooConfig:
    """Entries of a description for deepbacs_zoo alone; other programs ignore it.

    Parameters
    ----------
    task, method
        What the model is for (segmentation, detection, ...), and how it was trained to do it;
        ``None`` where the package does not say.
    method_arguments
        What the method was built with.
    pixel_size
        Micrometers per pixel by axis, as the model was trained at; empty where not stated.
    peak_bytes_per_pixel
        Peak memory per pixel of the input; ``None`` where not stated.
    receptive_field
        Side of the square of input pixels that an output pixel depends on.
    allow_tiling
        False if an image has to pass through the network in one piece: what its graph measures and
        how it continues the image would be those of a tile.
    decode
        Settings of the decoding; ``None`` where the output is the result.
    schema_version
        The version that was read, or `WRITTEN_SCHEMA`.
    other
        Entries that are not known here.
    """

    task: str | None = None
    method: str | None = None
    method_arguments: Mapping[str, Any] = field(default_factory=dict)
    pixel_size: Mapping[str, float] = field(default_factory=dict)
    peak_bytes_per_pixel: float | None = None
    receptive_field: int | None = None
    allow_tiling: bool = True
    decode: Decoding | None = None
    schema_version: int = WRITTEN_SCHEMA
    other: Mapping[str, Any] = field(default_factory=dict)

    @property
    def result(self) -> str:
        """The kind of result: ``labels``, ``boxes`` or ``image``."""
        return result_of(self.decode)

    def as_config(self) -> dict[str, Any]:
        """Return the entry as plain data, in the schema `WRITTEN_SCHEMA`."""
        schema = SCHEMAS[WRITTEN_SCHEMA]
        size = {**self.pixel_size, "unit": "micrometer"} if self.pixel_size else None
        optional = {
            schema.field("method_arguments"): dict(self.method_arguments) or None,
            "receptive_field": self.receptive_field,
            "allow_tiling": None if self.allow_tiling else False,
            "decode": None if self.decode is None else self.decode.as_config(),
        }
        return {
            "schema_version": WRITTEN_SCHEMA,
            **_task(self),
            "pixel_size": size,
            schema.field("peak_bytes_per_pixel"): self.peak_bytes_per_pixel,
            **{name: value for name, value in optional.items() if value is not None},
            **self.other,
        }


def _task(config: ZooConfig) -> dict[str, str]:
    if WRITTEN_SCHEMA == 1:
        task = task_of_schema_1(config.task, config.method)
        return {} if task is None else {"task": task}
    entries = {"task": config.task, "method": config.method}
    return {name: value for name, value in entries.items() if value is not None}
