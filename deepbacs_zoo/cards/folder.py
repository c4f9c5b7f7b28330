"""The folder of the model cards that come with deepbacs_zoo."""

from __future__ import annotations

from pathlib import Path

from deepbacs_zoo.files.shipped import shipped_folder

__all__ = ["card_folder"]


def card_folder() -> Path:
    """Return the folder of the shipped model cards; `HostError` if it is missing."""
    return shipped_folder("model_cards", "model cards")
