"""The record of a prepared set, ``split.json``: its origin, and the purpose of each image."""

from __future__ import annotations

import json
from collections.abc import Collection
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from deepbacs_zoo.datasets.types import SplitRule
from deepbacs_zoo.files.names import normalized
from deepbacs_zoo.files.text import read_text

__all__ = ["SPLIT_FILE", "Provenance", "provenance_beside", "read_provenance"]

SPLIT_FILE: Final = "split.json"
_SCHEMA: Final = 1


@dataclass(frozen=True)
class Provenance:
    """Facts that are written beside prepared images.

    Parameters
    ----------
    name, variant
        The set, and its variant.
    kind
        Kind of its targets, as in `TargetKind`.
    classes
        Names of the classes of boxes.
    pixel_size
        Micrometers per pixel (y, x); ``None`` where it is not known.
    archive_sha256
        Of the zip; ``None`` if it came from a folder.
    checked
        What the zip was compared with, in words.
    rule
        Rule by which the validation images were drawn.
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
        by_name = {normalized(name): name for name in names}
        if not self.validation or {normalized(name) for name in known} != set(by_name):
            return None
        return frozenset(by_name[normalized(name)] for name in self.validation)

    def text(self) -> str:
        """Return the text of the file."""
        block = {"schema_version": _SCHEMA, **asdict(self)}
        return json.dumps(block, indent=1, ensure_ascii=False) + "\n"


def read_provenance(folder: Path) -> Provenance | None:
    """Return the record of a prepared set; ``None`` where the folder is none."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        block = json.loads(read_text(folder / SPLIT_FILE))
        if block.pop("schema_version") == _SCHEMA:
            rule = block.pop("rule")
            lists = {key: tuple(value) for key, value in block.items() if isinstance(value, list)}
            rule["strata"] = tuple(rule["strata"])
            return Provenance(**(block | lists), rule=SplitRule(**rule))
    return None


def provenance_beside(source: Path) -> Provenance | None:
    """Return the record of the prepared set that training images belong to, if they do.

    Parameters
    ----------
    source
        A folder of training images, ``training/source`` in a prepared set.
    """
    source = source.absolute()
    if source.name != "source" or source.parent.name != "training":
        return None
    return read_provenance(source.parent.parent)
