"""Data sets: the shipped sample images, and the published DeepBacs sets by name."""

from deepbacs_zoo.datasets.archives.archive_cache import CachedArchive, cached_archive
from deepbacs_zoo.datasets.archives.fetching import fetch
from deepbacs_zoo.datasets.preparation.prepare import Prepared, prepare
from deepbacs_zoo.datasets.preparation.provenance import (
    Provenance,
    provenance_beside,
    read_provenance,
)
from deepbacs_zoo.datasets.preparation.resolve import resolve_data
from deepbacs_zoo.datasets.preparation.source_text import kind_in_words
from deepbacs_zoo.datasets.preparation.splitting import draw
from deepbacs_zoo.datasets.published import PUBLISHED, get_set, get_variant
from deepbacs_zoo.datasets.settings import file_url, prepared_place
from deepbacs_zoo.datasets.shipped import SAMPLES, SampleImages, sample_images
from deepbacs_zoo.datasets.types import PublishedArchive, PublishedSet, SplitRule, Variant

__all__ = [
    "PUBLISHED",
    "SAMPLES",
    "CachedArchive",
    "Prepared",
    "Provenance",
    "PublishedArchive",
    "PublishedSet",
    "SampleImages",
    "SplitRule",
    "Variant",
    "cached_archive",
    "draw",
    "fetch",
    "file_url",
    "get_set",
    "get_variant",
    "kind_in_words",
    "prepare",
    "prepared_place",
    "provenance_beside",
    "read_provenance",
    "resolve_data",
    "sample_images",
]
