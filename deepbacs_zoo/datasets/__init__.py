"""Data sets: the shipped sample images, and the published DeepBacs sets by name."""

from deepbacs_zoo.datasets.archives.archive_cache import Kept, kept_archive
from deepbacs_zoo.datasets.archives.fetching import fetch
from deepbacs_zoo.datasets.preparation.prepare import Prepared, prepare
from deepbacs_zoo.datasets.preparation.provenance import Recorded, read_recorded, recorded_beside
from deepbacs_zoo.datasets.preparation.resolve import resolve_data
from deepbacs_zoo.datasets.preparation.source_text import kind_in_words
from deepbacs_zoo.datasets.preparation.splitting import draw
from deepbacs_zoo.datasets.published import PUBLISHED, get_set, get_variant
from deepbacs_zoo.datasets.settings import file_url, prepared_place
from deepbacs_zoo.datasets.shipped import SAMPLES, SampleImages, sample_images
from deepbacs_zoo.datasets.types import Archive, PublishedSet, SplitRule, Variant

__all__ = [
    "PUBLISHED",
    "SAMPLES",
    "Archive",
    "Kept",
    "Prepared",
    "PublishedSet",
    "Recorded",
    "SampleImages",
    "SplitRule",
    "Variant",
    "draw",
    "fetch",
    "file_url",
    "get_set",
    "get_variant",
    "kept_archive",
    "kind_in_words",
    "prepare",
    "prepared_place",
    "read_recorded",
    "recorded_beside",
    "resolve_data",
    "sample_images",
]
