"""Finds what belongs to each image among the names of an archive's files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from deepbacs_zoo.datasets.types import TargetKind
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.files.names import normalized
from deepbacs_zoo.options import Option

__all__ = [
    "Files",
    "Folders",
    "FoundPart",
    "NamedPair",
    "image_suffixes",
    "pair_files",
    "target_suffixes",
]

Files = Mapping[str, Sequence[str]]
"""The names of the files of each folder."""
Folders = tuple[str, str, str | None]
"""A part, its folder of images, and its folder of targets."""

_ANNOTATIONS: Final = (".xml", ".json", ".txt")
"""PASCAL VOC, which the published sets are in, COCO, YOLO."""
_AFFIXES: Final = (
    *("mask", "masks", "label", "labels", "rois", "roimap", "binary", "target", "gt", "high_snr"),
    *("low_snr", "wf", "sim", "source", "brightfield", "fluorescence"),
)
"""Words at the begin or end of a name by which images differ from what belongs to them."""


@dataclass(frozen=True)
class NamedPair:
    """An image and what belongs to it: names in the archive; no target where there is none."""

    name: str
    source: str
    target: str | None


@dataclass(frozen=True)
class FoundPart:
    """The images of one purpose.

    Parameters
    ----------
    name
        ``training`` or ``test``.
    source, target
        Their folders in the archive.
    pairs
        The images, sorted by name.
    more
        Files of the target folder that belong to no one image, such as a list of classes.
    alone
        Files without a partner, which are left out.
    """

    name: str
    source: str
    target: str | None
    pairs: tuple[NamedPair, ...]
    more: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()


def pair_files(folders: Folders, files: Files, kind: TargetKind, label: str) -> FoundPart:
    """Match the images of a part with their targets.

    Parameters
    ----------
    folders
        The part and its folders, each of which holds something of the right kind.
    files
        All names.
    kind
        What the targets are.
    label
        The archive, for errors.

    Raises
    ------
    DataError
        Two files have the same name, or no image has a target.
    """
    part, source, target = folders
    images = _stems(source, files, image_suffixes(), label)
    if target is None:
        pairs = [NamedPair(name, file, None) for name, file in images.items()]
        return FoundPart(part, source, None, tuple(pairs))
    others = _stems(target, files, _present_suffixes(files[target], kind), label)
    partners = _partners(images, others)
    found = [NamedPair(name, images[name], others[other]) for name, other in partners.items()]
    unused = sorted(set(others.values()) - {pair.target for pair in found})
    more: list[str] = []
    if kind == "boxes":
        # A list of classes, or one file for all images.
        more, unused = unused, []
        if any(name.lower().endswith(".json") for name in more):
            found = [NamedPair(name, file, None) for name, file in images.items()]
    if not found:
        raise _no_pairs(label, source, target, images, others)
    alone = sorted([*_without_pair(images, found), *unused])
    return FoundPart(part, source, target, tuple(found), tuple(more), tuple(alone))


def _without_pair(images: Mapping[str, str], found: Sequence[NamedPair]) -> set[str]:
    return set(images.values()) - {pair.source for pair in found}


def _stems(folder: str, files: Files, suffixes: frozenset[str], label: str) -> dict[str, str]:
    """Return the files of a folder by their names without suffix, sorted."""
    found: dict[str, str] = {}
    for file in sorted(files[folder]):
        path = PurePosixPath(file)
        if path.suffix.lower() not in suffixes:
            continue
        stem = normalized(path.stem[:-4] if path.stem.lower().endswith(".ome") else path.stem)
        whole = f"{folder}/{file}" if folder else file
        if stem in found:
            raise DataError(
                f"{label}: {whole}",
                f"it has the same name as {found[stem]}",
                value=stem,
                allowed="one file for each name",
                hint="take one of the two away and name the folder",
            )
        found[stem] = whole
    return found


def _partners(images: Mapping[str, str], others: Mapping[str, str]) -> dict[str, str]:
    """Return the names of partners: the same, or the same but for such a word."""
    partners = {name: name for name in images if name in others}
    rest = _by_plain_name(name for name in others if name not in partners)
    for key, names in _by_plain_name(name for name in images if name not in partners).items():
        if len(names) == 1 and len(rest.get(key, ())) == 1:
            partners[names[0]] = rest[key][0]
    return dict(sorted(partners.items()))


def _by_plain_name(names: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(_plain(name), []).append(name)
    return found


def _plain(name: str) -> str:
    plain = name.lower()
    for affix in _AFFIXES:
        for sign in "_- .":
            plain = plain.removeprefix(f"{affix}{sign}").removesuffix(f"{sign}{affix}")
    return plain


def image_suffixes() -> frozenset[str]:
    """Return the suffixes of images, in lower case."""
    from deepbacs_zoo.images.read import IMAGE_SUFFIXES

    return IMAGE_SUFFIXES


def target_suffixes(kind: TargetKind) -> frozenset[str]:
    """Return the suffixes that targets of a kind may have, in lower case."""
    if kind == "boxes":
        return frozenset(_ANNOTATIONS)
    if kind != "labels":
        return image_suffixes()
    from deepbacs_zoo.annotations.rois import ROI_SUFFIXES

    return image_suffixes() | ROI_SUFFIXES


def _present_suffixes(names: Sequence[str], kind: TargetKind) -> frozenset[str]:
    """Return the suffixes to look at: of formats of boxes, the first that is there."""
    if kind == "boxes":
        present = {PurePosixPath(name).suffix.lower() for name in names}
        return frozenset(next([suffix] for suffix in _ANNOTATIONS if suffix in present))
    return target_suffixes(kind)


def _no_pairs(
    label: str, source: str, target: str, images: Mapping[str, str], others: Mapping[str, str]
) -> DataError:
    return DataError(
        f"{label}: {source}",
        f"no image has a partner of the same name in {target}",
        value=f"{next(iter(images))} and {next(iter(others))}",
        allowed="the same names in both folders",
        hint="give them the same names and name the folder by " + Option("from_file"),
    )
