"""Models by their names: packages that come with the project, and those of the zoo."""

from __future__ import annotations

from deepbacs_zoo.models.fetching import fetch_model, fetched_path
from deepbacs_zoo.models.shipped import (
    SHIPPED,
    ShippedModel,
    copy_model,
    get_model,
    package_path,
)
from deepbacs_zoo.models.zoo import Index, ZooModel, read_index, search

__all__ = [
    "SHIPPED",
    "Index",
    "ShippedModel",
    "ZooModel",
    "copy_model",
    "fetch_model",
    "fetched_path",
    "get_model",
    "package_path",
    "read_index",
    "search",
]
