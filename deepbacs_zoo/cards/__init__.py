"""Model cards: typed front matter and prose, rendered into a package's documentation."""

from __future__ import annotations

from deepbacs_zoo.cards.facts import Facts, Score, TensorFact
from deepbacs_zoo.cards.folder import card_folder
from deepbacs_zoo.cards.reading import read_card
from deepbacs_zoo.cards.rendering import render
from deepbacs_zoo.cards.types import Author, Card, Citation, Maintainer, PixelSize, TrainingData

__all__ = [
    "Author",
    "Card",
    "Citation",
    "Facts",
    "Maintainer",
    "PixelSize",
    "Score",
    "TensorFact",
    "TrainingData",
    "card_folder",
    "read_card",
    "render",
]
