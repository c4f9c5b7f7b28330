"""The published DeepBacs data sets: an explicit table of what is known about each, by task.

Sources: the Zenodo records and the article; SHA-256 sums as torch-em verifies them; folders inside
the archives as the loaders of public projects find them.  Nothing here was guessed: what no source
states is ``None``, and ``Variant.known`` says whether anybody has seen the folders.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from deepbacs_zoo.datasets.published.detection import DETECTION
from deepbacs_zoo.datasets.published.image_to_image import DENOISING, LABELING, SUPER_RESOLUTION
from deepbacs_zoo.datasets.published.segmentation import SEGMENTATION
from deepbacs_zoo.datasets.types import PublishedSet, Variant
from deepbacs_zoo.errors import UsageError, look_up

__all__ = ["PUBLISHED", "get_set", "get_variant"]

PUBLISHED: Final[Mapping[str, PublishedSet]] = MappingProxyType(
    {
        entry.name: entry
        for entry in (*SEGMENTATION, *DETECTION, *DENOISING, *LABELING, *SUPER_RESOLUTION)
    }
)
"""All published sets by name."""


def get_set(name: str) -> PublishedSet:
    """Return a published set.

    Raises
    ------
    UsageError
        No set has this name.
    """
    hint = "choose one of these; deepbacs-zoo data list shows them"
    return look_up(PUBLISHED, name, "data set", "data set", hint)


def get_variant(entry: PublishedSet, name: str | None = None) -> Variant:
    """Return a variant of a set; the one that is taken by default if no name is given.

    Raises
    ------
    UsageError
        The set has no variant of this name.
    """
    for variant in entry.variants:
        if name in {None, variant.name}:
            return variant
    raise UsageError(
        entry.name,
        "this data set has no such variant",
        value=name,
        allowed=", ".join(variant.name for variant in entry.variants),
        hint="choose one of these",
    )
