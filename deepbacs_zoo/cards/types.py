"""A model card as frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from deepbacs_zoo.package.metadata import Author, Citation, Maintainer

__all__ = ["Author", "Card", "Citation", "Maintainer", "PixelSize", "TrainingData"]


@dataclass(frozen=True)
class PixelSize:
    """Size of one pixel in micrometers."""

    y: float
    x: float


@dataclass(frozen=True)
class TrainingData:
    """The images that the model was trained with.

    Parameters
    ----------
    text
        One sentence that names them.
    id
        Identifier of a data set of the BioImage Model Zoo.
    doi, url
        Where they can be had.
    license
        SPDX identifier of their licence.
    labels
        ``complete`` when every object in every image is labelled, ``incomplete`` when some are
        left out: recall then means something and precision does not.
    """

    text: str
    id: str | None = None
    doi: str | None = None
    url: str | None = None
    license: str | None = None
    labels: str = "complete"

    @property
    def link(self) -> str | None:
        """The address where the images can be had, if the card states one."""
        return f"https://doi.org/{self.doi}" if self.doi else self.url


@dataclass(frozen=True)
class Card:
    """A model card.

    Parameters
    ----------
    path
        The Markdown file.
    sections
        The prose: heading and text, in the order of the file.

    All other parameters are the fields of the front matter, described in ``model_cards/README.md``.
    """

    path: Path
    name: str
    description: str
    version: str
    license: str
    authors: tuple[Author, ...]
    cite: tuple[Citation, ...]
    modality: str
    training_data: TrainingData
    tags: tuple[str, ...] = ()
    target_structure: tuple[str, ...] = ()
    maintainers: tuple[Maintainer, ...] = ()
    links: tuple[str, ...] = ()
    pixel_size: PixelSize | None = None
    id: str | None = None
    id_emoji: str | None = None
    git_repo: str | None = None
    sections: tuple[tuple[str, str], ...] = ()

    def section(self, heading: str) -> str | None:
        """Return the text below a heading, ``None`` when the card has no such section."""
        return dict(self.sections).get(heading)
