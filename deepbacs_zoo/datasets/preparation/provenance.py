"""The record of a prepared set, ``split.json``: what it is, and which images are for what."""

from __future__ import annotations

import json
from collections.abc import Collection
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from deepbacs_zoo.datasets.types import SplitRule

__all__ = ["SPLIT_FILE", "Recorded", "read_recorded", "recorded_beside"]

SPLIT_FILE: Final = "split.json"
_SCHEMA: Final = 1


@dataclass(frozen=True)
class Recorded:
    """What is written beside prepared images.

    Parameters
    ----------
    name, variant
        Which set, and which way to read it.
    kind
        What its targets are, as in `TargetKind`.
    classes
        Names of the classes of boxes.
    pixel_size
        Micrometers per pixel (y, x); ``None`` where it is not known.
    archive_sha256
        Of the zip; ``None`` if it came from a folder.
    checked
        What the zip was held against, in words.
    rule
        How the validation images were drawn.
    training, validation, test
        Names of the images without suffix, sorted; those of ``training`` and ``validation`` lie in
        the folder ``training`` together.
    left_out
        Files of the archive that have no partner.
    """

    name: str
    variant: str
    kind: str
    classes: tuple[str, ...]
    pixel_size: tuple[float, float] | None
    archive_sha256: str | None
    checked: str
    rule: SplitRule
    training: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]
    left_out: tuple[str, ...] = ()

    def held(self, names: Collection[str]) -> frozenset[str] | None:
        """Return the validation images; ``None`` if ``names`` are not those of the set."""
        known = {*self.training, *self.validation}
        return frozenset(self.validation) if self.validation and known == set(names) else None

    def text(self) -> str:
        """Return what the file holds."""
        block = {"schema_version": _SCHEMA, **asdict(self)}
        return json.dumps(block, indent=1, ensure_ascii=False) + "\n"


def read_recorded(folder: Path) -> Recorded | None:
    """Return the record of a prepared set; ``None`` where the folder is none."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        block = json.loads((folder / SPLIT_FILE).read_text("utf-8"))
        if block.pop("schema_version") == _SCHEMA:
            rule = block.pop("rule")
            lists = {key: tuple(value) for key, value in block.items() if isinstance(value, list)}
            rule["strata"] = tuple(rule["strata"])
            return Recorded(**(block | lists), rule=SplitRule(**rule))
    return None


def recorded_beside(source: Path) -> Recorded | None:
    """Return the record of the prepared set that training images belong to, if they do.

    Parameters
    ----------
    source
        A folder of training images, ``training/source`` in a prepared set.
    """
    source = source.absolute()
    if source.name != "source" or source.parent.name != "training":
        return None
    return read_recorded(source.parent.parent)
