"""Where the cards that come with deepbacs_zoo lie."""

from __future__ import annotations

from pathlib import Path

from deepbacs_zoo.errors import HostError

__all__ = ["card_folder"]


def card_folder() -> Path:
    """Return the folder of the shipped model cards.

    In an installed wheel it lies inside the Python package, in a checkout beside it.

    Raises
    ------
    HostError
        The folder is in neither place.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "model_cards", package.parent / "model_cards"):
        if folder.is_dir():
            return folder
    raise HostError(
        package / "model_cards",
        "the shipped model cards are missing",
        allowed="an installed wheel, or a checkout of the repository",
        hint="install deepbacs_zoo again",
    )
