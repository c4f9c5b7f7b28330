"""Publishing a package: shown first, sent when that is asked for, published by reviewers alone."""

from __future__ import annotations

from deepbacs_zoo.publishing.publication import Publication, Published
from deepbacs_zoo.publishing.run import TARGETS, Sending, publish

__all__ = ["TARGETS", "Publication", "Published", "Sending", "publish"]
