"""Models by their names: packages that come with the project."""

from __future__ import annotations

from deepbacs_zoo.models.shipped import (
    SHIPPED,
    ShippedModel,
    copy_model,
    get_model,
    package_path,
)

__all__ = ["SHIPPED", "ShippedModel", "copy_model", "get_model", "package_path"]
