"""Draws validation images: none were ever published, so the draw is a rule that anybody can repeat.

The rule needs no random numbers, whose streams change between libraries, and an image keeps its
place in the order whatever other images there are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from deepbacs_zoo.datasets.types import SplitRule

__all__ = ["draw"]


def draw(names: Iterable[str], rule: SplitRule) -> tuple[str, ...]:
    """Return the names of the validation images, sorted.

    Parameters
    ----------
    names
        Names of the training images, without suffix.
    rule
        How they are drawn.
    """
    strata: dict[str, list[str]] = {}
    for name in set(names):
        begin = next((begin for begin in rule.strata if name.startswith(begin)), "")
        strata.setdefault(begin, []).append(name)
    drawn: list[str] = []
    for members in strata.values():
        count = max(round(rule.share * len(members)), 1 if len(members) > 1 else 0)
        drawn += sorted(members, key=lambda name: _place(name, rule.seed))[:count]
    return tuple(sorted(drawn))


def _place(name: str, seed: int) -> str:
    return hashlib.sha256(f"{seed}:{name}".encode()).hexdigest()
