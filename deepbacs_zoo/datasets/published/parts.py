"""Parts that most archives have: a folder for training beside one for testing."""

from __future__ import annotations

from typing import Final, Literal

from deepbacs_zoo.datasets.types import PartLayout

__all__ = ["train_and_test"]

_PARTS: Final[tuple[tuple[Literal["training", "test"], tuple[str, ...]], ...]] = (
    ("training", ("train", "training")),
    ("test", ("test",)),
)


def train_and_test(
    *folders: tuple[str, str | None], test_optional: bool = False
) -> tuple[PartLayout, ...]:
    """Return a training and a test part that differ only in the name put for ``{part}``."""
    return tuple(
        PartLayout(
            name,
            tuple(
                (source.format(part=part), target and target.format(part=part))
                for part in aliases
                for source, target in folders
            ),
            optional=test_optional and name == "test",
        )
        for name, aliases in _PARTS
    )
