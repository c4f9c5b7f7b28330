"""Names of images and of their annotations, as people and programs give them.

An annotation has the name of its image, or one that a program makes of it: a word at its end or
begin (``img_0_cp_masks.png`` of Cellpose), or the image's suffix within (``img_0.tif.geojson``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.files.names import normalized
from deepbacs_zoo.images.folder import is_image_name
from deepbacs_zoo.images.image import stem_of

__all__ = ["ANNOTATION_WORDS", "IMAGE_WORDS", "LABEL_SUFFIXES", "OUTLINE_SUFFIXES", "Matches"]
__all__ += [
    "annotation_stem",
    "belong_together",
    "holds_classes",
    "match_names",
    "outline_suffix",
    "split",
]

OUTLINE_SUFFIXES: Final = frozenset(
    {".roi", ".zip", ".json", ".geojson", ".json.gz", ".geojson.gz"}
)
"""Suffixes of outlines; a zip holds those of ImageJ, or one file of QuPath's."""
LABEL_SUFFIXES: Final = OUTLINE_SUFFIXES | {".npy"}
"""Suffixes of what holds objects and is no picture: outlines, and the arrays of Cellpose."""

_CLASSES: Final = "simple segmentation"
ANNOTATION_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "Cellpose and Omnipose": ("cp_masks", "omni_masks", "masks", "seg"),
    "ilastik": ("object identities", _CLASSES),
    "QuPath": ("labelled", "labels", "mask"),
    "ImageJ and Fiji": ("rois", "roi", "roiset", "roimap", "lbl", "label image"),
    "people": (
        *("label", "labeled", "labelled image", "segmentation", "annotation", "annotations"),
        *("gt", "ground truth", "groundtruth", "instances", "binary", "target", "outlines"),
    ),
}
"""Words at the end of a name, after ``_``, ``-``, ``.`` or a blank; case does not matter."""
_BEFORE: Final = (
    *("mask of", "masks of", "count masks of", "labels of", "labelled", "lblimg"),
    *("mask", "masks", "label", "labels", "seg", "gt"),
    *("man_seg", "man_track"),
)
"""Words at the begin; the first are those of ImageJ, the last those of the Cell Tracking
Challenge, where a number follows at once."""
IMAGE_WORDS: Final = ("img", "image", "im", "raw", "t")
"""Words at the begin or end of an image's name; ``t`` only before a number."""
_OTHER_WORDS: Final = (
    *("flows", r"flows_\d", "cellprob", "cp_output", "cp_outlines", "outlines", "dp"),
    *("ncolor_masks", "cp_ncolor_masks"),
    *("probabilities", "object probabilities", "pixel probabilities", "object predictions"),
    *("uncertainty", "features", "overlay"),
    *("stars", "splines", "boxes", "denoised", "stain", "resolved"),
)
"""Words of what the same programs write beside labels: flows, colors, probabilities, pictures; the
last are outputs of the methods here."""


@dataclass(frozen=True)
class Matches:
    """Images with their annotations, and files that have none.

    Parameters
    ----------
    pairs
        Each image and its annotation.
    images, annotations
        Those without a partner.
    second
        Annotations of images that have a better one.
    other
        Files that belong to an image and hold no labels.
    """

    pairs: tuple[tuple[Path, Path], ...]
    images: tuple[Path, ...]
    annotations: tuple[Path, ...]
    second: tuple[Path, ...]
    other: tuple[Path, ...]


def outline_suffix(path: Path) -> str:
    """Return the suffix of a file in lower case, of ``a.geojson.gz`` both."""
    parts = [suffix.lower() for suffix in path.suffixes]
    return "".join(parts[-2:]) if parts[-1:] == [".gz"] else "".join(parts[-1:])


def annotation_stem(path: Path) -> str:
    """Return the name of a file without its suffix, or without both of ``.geojson.gz``."""
    plain = Path(path.name[: -len(".gz")]) if path.name.lower().endswith(".gz") else path
    return stem_of(plain)


def match_names(images: Sequence[Path], annotations: Sequence[Path]) -> Matches:
    """Match images and annotations by their names; the closest name wins.

    Raises
    ------
    DataError
        Two files of one kind have the same name, or several annotations fit an image equally well.
    """
    by_key = _by_key(_distinct(annotations))
    fits = {image: _fitting(image, by_key) for image in _distinct(images)}
    pairs: dict[Path, Path] = {}
    for cost in sorted({cost for found in fits.values() for cost, _ in found}):
        _match_at(cost, fits, pairs)
    alone = tuple(image for image in images if image not in pairs)
    belonging = {path for found in fits.values() for _, path in found}
    return Matches(
        tuple(sorted(pairs.items())), alone, *_rest(annotations, set(pairs.values()), belonging)
    )


def _by_key(annotations: Sequence[Path]) -> Mapping[str, Sequence[tuple[int, Path]]]:
    """Return annotations by all names that their images may have."""
    found: dict[str, list[tuple[int, Path]]] = {}
    for path in annotations:
        stem = annotation_stem(path)
        keys = {normalized(stem): 0} if _is_other(path) else _keys(stem, "annotation")
        for key, rank in keys.items():
            found.setdefault(key, []).append((rank, path))
    return found


def _rest(
    annotations: Sequence[Path], taken: Collection[Path], belonging: Collection[Path]
) -> tuple[tuple[Path, ...], tuple[Path, ...], tuple[Path, ...]]:
    """Return annotations without an image, those of one that has a better one, and other files."""
    rest = [path for path in annotations if path not in taken]
    other = tuple(filter(_is_other, rest))
    rest = [path for path in rest if path not in other]
    second = tuple(path for path in rest if path in belonging)
    return tuple(path for path in rest if path not in belonging), second, other


def belong_together(images: Sequence[Path], annotations: Sequence[Path]) -> bool:
    """Return whether any annotation is one of any image by its name."""
    keys = {key for path in images for key in _keys(stem_of(path), "image")}
    stems = (annotation_stem(path) for path in annotations if not _is_other(path))
    return any(keys & set(_keys(stem, "annotation")) for stem in stems)


def split(files: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Return the images of a folder, and the pictures in it that were made of one of them.

    Parameters
    ----------
    files
        Its files with the suffix of an image.
    """
    sources: dict[str, list[Path]] = {}
    for path in files:
        for key in _keys(stem_of(path), "image"):
            sources.setdefault(key, []).append(path)
    made = []
    for path in files:
        stem = normalized(stem_of(path))
        bases = [*_keys(stem, "annotation"), *_without(stem, "other")]
        if any(base != stem and set(sources.get(base, ())) - {path} for base in bases):
            made.append(path)
    return [path for path in files if path not in made], made


def _distinct(paths: Sequence[Path]) -> Sequence[Path]:
    """Refuse two files of one name."""
    found: dict[str, Path] = {}
    for path in paths:
        name = normalized(annotation_stem(path))
        if name in found:
            raise DataError(
                path,
                f"it has the same name as {found[name].name}",
                value=name,
                allowed="one image and one annotation for each name",
                hint="take one of the two away",
            )
        found[name] = path
    return paths


def _fitting(
    image: Path, by_key: Mapping[str, Sequence[tuple[int, Path]]]
) -> list[tuple[int, Path]]:
    """Return the annotations that fit an image, each with the number of words between the names."""
    best: dict[Path, int] = {}
    for key, rank in _keys(stem_of(image), "image").items():
        for more, path in by_key.get(key, ()):
            if path != image:
                best[path] = min(rank + more, best.get(path, rank + more))
    return [(cost, path) for path, cost in best.items()]


def _match_at(
    cost: int, fits: Mapping[Path, Sequence[tuple[int, Path]]], pairs: dict[Path, Path]
) -> None:
    """Add the pairs whose names differ by so many words."""
    taken = set(pairs.values())
    images: dict[Path, list[Path]] = {}
    for image, fitting in fits.items():
        paths = [path for each, path in fitting if each == cost and path not in taken]
        if paths and image not in pairs:
            path = _one(image, "several annotations fit this image", _better(paths))
            images.setdefault(path, []).append(image)
    for path, claiming in images.items():
        pairs[_one(path, "several images fit this annotation", claiming)] = path


def _better(paths: Sequence[Path]) -> Sequence[Path]:
    """Leave out what Cellpose keeps for its window where it has written the labels too."""
    images = [path for path in paths if is_image_name(path)]
    return (
        images if images and all(_is_seg(path) for path in paths if path not in images) else paths
    )


def _is_seg(path: Path) -> bool:
    return path.name.lower().endswith("_seg.npy")


def _one(where: Path, what: str, found: Sequence[Path]) -> Path:
    if len(found) > 1:
        raise DataError(
            where,
            what,
            value=", ".join(path.name for path in found),
            allowed="one annotation for each image",
            hint="take the others away, or give the right one the name of the image",
        )
    return found[0]


def _keys(stem: str, role: str) -> dict[str, int]:
    """Return a name and what is left of it without a word or the suffix of an image.

    Each has the number of things that were taken away.
    """
    stem = normalized(stem)
    keys = {stem: 0} | dict.fromkeys(_without(stem, role), 1)
    for key, rank in tuple(keys.items()):
        path = Path(key)
        # Of cells.ome.tif programs make cells.ome_masks.png and cells.ome.tif.geojson.
        plain = stem_of(path if is_image_name(path) else Path(f"{key}.tif"))
        keys.setdefault(plain, rank + 1)
    return keys


def _without(stem: str, role: str) -> Iterator[str]:
    for pattern in _patterns(role):
        found = pattern.fullmatch(stem)
        if found:
            yield found["rest"]


def holds_classes(path: Path) -> bool:
    """Return whether a picture is one of classes of pixels by its name, and not of objects."""
    return re.search(_spaced(_CLASSES) + "$", annotation_stem(path), re.IGNORECASE) is not None


def _is_other(path: Path) -> bool:
    """Return whether a picture or a text is none of labels by its name."""
    named = is_image_name(path) or path.suffix.lower() == ".txt"
    return named and any(_without(normalized(stem_of(path)), "other"))


@cache
def _patterns(role: str) -> tuple[re.Pattern[str], ...]:
    words = [word for each in ANNOTATION_WORDS.values() for word in each]
    after, before = {
        "annotation": (words, _BEFORE),
        "image": (IMAGE_WORDS, IMAGE_WORDS),
        "other": (_OTHER_WORDS, ()),
    }[role]
    ends = [rf"(?P<rest>.+?)[ _.-]+{_spaced(word)}" for word in after if word != "t"]
    numbered = [rf"{_spaced(word)}(?P<rest>\d.*)" for word in before]
    begins = [rf"{_spaced(word)}[ _.-]+(?P<rest>.+)" for word in before if word != "t"]
    return tuple(re.compile(each, re.IGNORECASE) for each in (*ends, *numbered, *begins))


def _spaced(word: str) -> str:
    """Return the pattern of a word whose blanks people write in several ways."""
    return re.sub("[ _]", "[ _-]", word)
