"""Finds the folders of each part among the names of an archive's files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Final

from deepbacs_zoo.datasets.preparation.pairing import (
    Files,
    Folders,
    FoundPart,
    image_suffixes,
    pair_files,
    target_suffixes,
)
from deepbacs_zoo.datasets.types import PartLayout, TargetKind, Variant
from deepbacs_zoo.errors import DataError, listed
from deepbacs_zoo.options import Option

__all__ = ["find_parts"]

_DEEPEST_TOP: Final = 3
_MOST_NAMED: Final = 12


def find_parts(names: Sequence[str], variant: Variant, label: str) -> tuple[FoundPart, ...]:
    """Return the parts of a data set.

    The folders that the table names are looked for first, then this project's and ZeroCostDL4Mic's,
    each at the top and then in folders around everything.

    Parameters
    ----------
    names
        Names of all files, with ``/``.
    variant
        The variant to look for.
    label
        The archive, for errors.

    Raises
    ------
    DataError
        The folders are not there, are there twice, or no image in them has a partner.
    """
    files = _by_folder(names)
    layouts = [variant.parts]
    if variant.name == "default":
        layouts.append(_usual_parts(variant.kind))
    for parts in layouts:
        for tops in _tops(files):
            matches = (_match(top, parts, files, variant.kind) for top in tops)
            found = [match for match in matches if match is not None]
            if len(found) > 1:
                raise _twice(label, found)
            if found:
                return tuple(pair_files(part, files, variant.kind, label) for part in found[0])
    raise _not_there(label, variant, files)


# --- folders -------------------------------------------------------------------------------------


def _by_folder(names: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        folder, _, file = name.rpartition("/")
        found.setdefault(folder, []).append(file)
    return found


def _tops(files: Files) -> list[list[str]]:
    """Return the folders below which a set may lie, by their depth: the top, folders in it, ..."""
    tops: list[set[str]] = [{""}, *(set() for _ in range(_DEEPEST_TOP))]
    for folder in files:
        parts = PurePosixPath(folder).parts
        for depth in range(1, min(len(parts), _DEEPEST_TOP) + 1):
            tops[depth].add("/".join(parts[:depth]))
    return [sorted(some) for some in tops]


def _usual_parts(kind: TargetKind) -> tuple[PartLayout, ...]:
    """Return the layouts of folders that people have, for a set that came in another than its own.

    Those of the published sets are left out: label images and masks of foreground differ by them.
    """
    from deepbacs_zoo.annotations.folders import PART_NAMES

    def folders(part: str) -> Iterator[tuple[str, str | None]]:
        for name in PART_NAMES[part]:
            for source, target in (
                (f"{name}/source", f"{name}/target"),
                (f"{name}_source", f"{name}_target"),
                (f"{name}/training_source", f"{name}/training_target"),
            ):
                yield source, None if kind == "none" else target

    return (
        PartLayout("training", tuple(folders("training"))),
        PartLayout("test", tuple(folders("test")), optional=True),
    )


def _match(
    top: str, parts: tuple[PartLayout, ...], files: Files, kind: TargetKind
) -> tuple[Folders, ...] | None:
    found: list[Folders] = []
    for part in parts:
        for source, target in part.folders:
            match = _match_pair(top, source, target, files, kind)
            if match is not None:
                found.append((part.name, *match))
                break
        else:
            if not part.optional:
                return None
    return tuple(found) or None


def _match_pair(
    top: str, source: str, target: str | None, files: Files, kind: TargetKind
) -> tuple[str, str | None] | None:
    """Return the folders if exactly one of each matches and holds what it should."""
    sources = _holding(image_suffixes(), top, source, files)
    if target is None:
        return (sources[0], None) if len(sources) == 1 else None
    targets = _holding(target_suffixes(kind), top, target, files)
    if source == target:
        sources = targets = [name for name in sources if name in targets]
    if len(sources) != 1 or len(targets) != 1:
        return None
    return sources[0], targets[0]


def _holding(suffixes: frozenset[str], top: str, pattern: str, files: Files) -> list[str]:
    """Return the folders of a pattern that hold a file with one of the suffixes."""
    return [name for name in _matching(top, pattern, files) if _has(files[name], suffixes)]


def _matching(top: str, pattern: str, files: Files) -> list[str]:
    names = pattern.lower().split("/")
    found = []
    for folder in files:
        inside = PurePosixPath(folder).parts[len(PurePosixPath(top).parts) :]
        below = not top or folder == top or folder.startswith(f"{top}/")
        if (
            below
            and len(inside) == len(names)
            and all(
                fnmatchcase(part.lower(), want) for part, want in zip(inside, names, strict=True)
            )
        ):
            found.append(folder)
    return found


def _has(names: Sequence[str], suffixes: frozenset[str]) -> bool:
    return any(PurePosixPath(name).suffix.lower() in suffixes for name in names)


# --- errors --------------------------------------------------------------------------------------


def _not_there(label: str, variant: Variant, files: Files) -> DataError:
    held = sorted(
        folder or "." for folder, inside in files.items() if _has(inside, image_suffixes())
    )
    return DataError(
        label,
        "the folders of this data set are not in it",
        value=f"images are in {listed(held, _MOST_NAMED)}" if held else "it holds no images",
        allowed=" and ".join(_described(part) for part in variant.parts),
        hint="put the images into training/source, what belongs to them into training/target (and "
        "likewise test/), and name the folder around them by " + Option("from_file"),
    )


def _described(part: PartLayout) -> str:
    source, target = part.folders[0]
    optional = " (if any)" if part.optional else ""
    return f"{source}{optional}" if target is None else f"{source} with {target}{optional}"


def _twice(label: str, found: Sequence[tuple[Folders, ...]]) -> DataError:
    return DataError(
        label,
        "the folders of this data set are in it more than once",
        value=", ".join(parts[0][1] for parts in found),
        allowed="one set",
        hint="name the folder of one of them by " + Option("from_file"),
    )
