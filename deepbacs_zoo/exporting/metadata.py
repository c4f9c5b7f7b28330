"""The metadata of a package, from its card and its tensors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from deepbacs_zoo.package.metadata import Document, Metadata
from deepbacs_zoo.package.writing.description import COVER, DOCUMENTATION, Content

if TYPE_CHECKING:
    from deepbacs_zoo.cards import Card

__all__ = ["metadata_of"]

_TAGS: Final = ("2d", "pytorch", "fiji", "imagej")


def metadata_of(card: Card, content: Content) -> Metadata:
    """Return what the description says about the model as a publication."""
    small = any(axis.scale != 1 for spec in content.outputs for axis in spec.axes)
    consumers = () if small else ("deepimagej",)
    tags = dict.fromkeys((*card.tags, *_TAGS, *consumers, *content.network_tags))
    return Metadata(
        name=card.name,
        id=card.id or re.sub(r"[^a-z0-9]+", "-", card.name.lower()).strip("-"),
        description=card.description,
        version=card.version,
        license=card.license,
        authors=card.authors,
        maintainers=card.maintainers,
        cite=card.cite,
        tags=tuple(tags),
        links=card.links,
        id_emoji=card.id_emoji,
        git_repo=card.git_repo,
        timestamp=content.timestamp,
        training_data=card.training_data.id,
        documentation=Document("documentation", DOCUMENTATION),
        covers=(Document("covers.0", COVER),),
    )
