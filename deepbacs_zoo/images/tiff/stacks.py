"""Stacks whose pages lie in the order of named axes: tifffile's, ImageJ's, and plain ones."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from math import prod
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import tifffile

from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.images.tiff.series import (
    AXIS_ASSUMED,
    Layout,
    Series,
    arranged,
    kind_of,
    number_ranges,
)

__all__ = [
    "PAGES_LEFT_OUT",
    "imagej_layout",
    "plain_layout",
    "shaped_layout",
    "sub_pages",
    "with_other_pages",
]

PAGES_LEFT_OUT: Final = Rule(
    "image-pages-left-out",
    Severity.WARNING,
    "A page that is left out may be one that somebody expects in the result.",
)
_EMPTY: Final = Series({}, (1, 1, 1))
_SCALES: Final = (2, 3, 4)
"""Ratios of one level of a pyramid to the next (tifffile.pyramidize_series)."""
_NAMES: Final[Mapping[str, str]] = MappingProxyType({"T": "frames", "Z": "slices", "C": "channels"})
_OLD_SHAPE: Final = re.compile(r"shape=\(([\d, ]*)\)")
_SEPARATE: Final = 2
"""Planar configuration of samples that lie one after the other (TIFF 6.0, section 8)."""


def plain_layout(
    pages: Sequence[tifffile.TiffPage], where: Path, numbers: Sequence[int] | None = None
) -> Layout:
    """Return the images of pages without a description: pages of one size and type are slices.

    Smaller copies of an image (those that say so, and levels of a pyramid) are no images.

    Parameters
    ----------
    pages
        All pages of the file.
    where
        Its path.
    numbers
        The pages to look at, from 0; all if ``None``.
    """
    numbers = range(len(pages)) if numbers is None else numbers
    groups = _groups(pages, numbers)
    images = _without_levels(pages, [each for each in groups if not pages[each[0]].is_reduced])
    if not images and len(numbers) == len(pages):
        images = groups
    series = []
    for group in images:
        series += arranged("Q", [len(group)], group, where, _EMPTY)
    copies = set(numbers).difference(*images)
    return Layout(series, findings=_copies(sorted(copies), where))


def _groups(pages: Sequence[tifffile.TiffPage], numbers: Sequence[int]) -> list[list[int]]:
    """Return the numbers of pages by their kinds, in the order of the first of each kind."""
    kinds: dict[tuple[int, ...], list[int]] = {}
    for number in numbers:
        kinds.setdefault(kind_of(pages[number]), []).append(number)
    return list(kinds.values())


def _without_levels(
    pages: Sequence[tifffile.TiffPage], groups: Sequence[list[int]]
) -> list[list[int]]:
    """Return the groups of pages that are not levels of the pyramid of another one."""
    pyramids: list[list[list[int]]] = []
    for group in groups:
        above = next((levels for levels in pyramids if _is_level(pages, levels, group)), None)
        if above is None:
            pyramids.append([group])
        else:
            above.append(group)
    return [levels[0] for levels in pyramids]


def _is_level(
    pages: Sequence[tifffile.TiffPage], levels: Sequence[Sequence[int]], group: Sequence[int]
) -> bool:
    """Return whether pages are the next level of a pyramid."""
    height, width, *kind = kind_of(pages[group[0]])
    sizes = [kind_of(pages[level[0]])[:2] for level in levels]
    if len(group) != len(levels[0]) or kind != list(kind_of(pages[levels[0][0]])[2:]):
        return False
    steps = list(pairwise([*sizes, (height, width)]))
    return any(all(_is_part(*step, scale) for step in steps) for scale in _SCALES)


def _is_part(above: Sequence[int], below: Sequence[int], scale: int) -> bool:
    """Return whether sizes are those above divided by a number, rounded up or down."""
    pairs = zip(above, below, strict=True)
    return all(size in {whole // scale, -(-whole // scale)} for whole, size in pairs)


def _copies(numbers: Sequence[int], where: Path) -> tuple[Finding, ...]:
    if not numbers:
        return ()
    return (
        PAGES_LEFT_OUT.finding(
            where,
            "it holds smaller copies of its images, which are left out "
            f"(page{'s' * (len(numbers) > 1)} {number_ranges(numbers)})",
            severity=Severity.INFO,
        ),
    )


def with_other_pages(layout: Layout, pages: Sequence[tifffile.TiffPage], where: Path) -> Layout:
    """Return a layout with findings about pages that none of its images has."""
    kept: set[int] = set()
    for series in layout.series:
        kept.update(series.planes.values() if series.behind is None else [series.behind])
    others = [number for number in range(len(pages)) if number not in kept]
    copies = [number for number in others if pages[number].is_reduced]
    rest = [number for number in others if number not in copies]
    findings = _copies(copies, where)
    if rest:
        findings += (
            PAGES_LEFT_OUT.finding(
                where,
                f"its {layout.what} does not name all of its {len(pages)} pages; left out: "
                f"{number_ranges(rest)}",
                hint="open it in Fiji with File > Import > Bio-Formats to see all pages",
            ),
        )
    return replace(layout, findings=(*layout.findings, *findings))


def sub_pages(page: tifffile.TiffPage, where: Path) -> tuple[Finding, ...]:
    """Return a finding about images below a page (SubIFDs) that are larger than it.

    Smaller ones are levels of a pyramid, and nothing is lost without them.
    """
    below = [each.shaped[2:4] for each in page.pages or ()]
    larger = [(y, x) for y, x in below if y > page.imagelength or x > page.imagewidth]
    if not larger:
        return ()
    return (
        PAGES_LEFT_OUT.finding(
            where,
            f"below its first page ({page.imagelength}x{page.imagewidth}) lies a larger image "
            f"({larger[0][0]}x{larger[0][1]}), which is left out",
            hint="open it in Fiji with File > Import > Bio-Formats and save the image as TIFF",
        ),
    )


# --- tifffile -----------------------------------------------------------------------------------


def shaped_layout(pages: Sequence[tifffile.TiffPage], where: Path) -> Layout:
    """Return the images of a file of tifffile: the first page of each says the shape of its array.

    Pages that none of them names are images as those of a plain file.
    """
    series: list[Series] = []
    others: list[int] = []
    number = 0
    while number < len(pages):
        described = pages[number].shaped_description
        shape = _shape(described) if described else None
        if shape is None or (series and pages[number].is_reduced):
            others.append(number)
            number += 1
            continue
        found, count = _shaped(pages, number, shape, where)
        if not found:
            others.append(number)
        series += found
        number += count
    plain = plain_layout(pages, where, others)
    return Layout([*series, *plain.series], "description", plain.findings)


def _shape(description: str) -> Mapping[str, Any] | None:
    """Return ``shape`` and perhaps ``axes``, ``name``, ``truncated``; ``None`` without a shape."""
    if old := _OLD_SHAPE.match(description):
        return {"shape": [int(size) for size in re.findall(r"\d+", old[1])]}
    try:
        found = json.loads(description)
    except ValueError:
        return None
    shape = found.get("shape") if isinstance(found, dict) else None
    is_shape = isinstance(shape, list) and all(isinstance(n, int) and n > 0 for n in shape)
    return found if is_shape else None


def _shaped(
    pages: Sequence[tifffile.TiffPage], number: int, stated: Mapping[str, Any], where: Path
) -> tuple[list[Series], int]:
    """Return the images of an array that begins with a page, and the number of its pages."""
    page, shape = pages[number], tuple(stated["shape"])
    n_planes, rest = divmod(prod(shape), prod(page.shape))
    # The outer axes are those whose planes are pages.
    outer = next((n for n in range(len(shape) + 1) if prod(shape[:n]) == n_planes), None)
    if rest or outer is None:
        return [], 1
    axes = str(stated.get("axes", ""))
    axes = axes if len(axes) == len(shape) else "Q" * len(shape)
    n_pages = len(pages) - number
    is_behind = page.is_contiguous and (stated.get("truncated") or n_pages == 1)
    base = replace(_EMPTY, name=str(stated.get("name") or ""))
    if n_planes > 1 and is_behind:
        base = replace(base, behind=number)
        return arranged(axes[:outer], shape[:outer], _behind(page, n_planes), where, base), 1
    numbers = range(number, number + min(n_planes, n_pages))
    return arranged(axes[:outer], shape[:outer], numbers, where, base), len(numbers)


def _behind(page: tifffile.TiffPage, count: int) -> range:
    """Return the numbers of planes that lie behind the begin of a page without pages of their own.

    Raises
    ------
    ValueError
        The file ends before the last of them does.
    """
    end, size = page.dataoffsets[0] + count * page.nbytes, page.parent.filehandle.size
    if end > size:
        raise ValueError(f"page {count} would end at byte {end} of {size}")
    return range(count)


# --- ImageJ -------------------------------------------------------------------------------------


def imagej_layout(
    tiff: tifffile.TiffFile, pages: Sequence[tifffile.TiffPage], where: Path
) -> Layout:
    """Return the image of a file of ImageJ.

    Where the numbers of the description do not fit the pages, ImageJ takes all pages for slices.
    Fewer pages than it names are the first of them.
    """
    stated, page = tiff.imagej_metadata or {}, pages[0]
    numbers: Sequence[int] = next(iter(_groups(pages, range(len(pages)))))
    order, size, base = _dimensions(stated, page)
    axes, sizes = order, [size[axis] for axis in order]
    findings: tuple[Finding, ...] = ()
    n_planes = prod(sizes)
    if n_planes == 1:  # early versions wrote the number of images only
        axes, sizes = "Q", [len(numbers) if len(numbers) > 1 else _count(stated, "images")]
    elif len(numbers) > n_planes:
        axes, sizes = "Z", [len(numbers)]
        findings = (_all_slices(n_planes, len(numbers), where),)
    if len(pages) == 1 < prod(sizes) and page.is_contiguous:
        # Large stacks have one page, with all planes behind each other.
        base, numbers = replace(base, behind=0), _behind(page, prod(sizes))
    return Layout(arranged(axes, sizes, numbers, where, base), "ImageJ description", findings)


def _dimensions(
    stated: Mapping[str, Any], page: tifffile.TiffPage
) -> tuple[str, dict[str, int], Series]:
    """Return the order of the axes, their sizes, and all else about the image."""
    size = {axis: _count(stated, name) for axis, name in _NAMES.items()}
    base = _EMPTY
    if page.samplesperpixel == size["C"] > 1:
        # Bio-Formats may declare separate samples as channels; ImageJ writes color pictures so.
        base = replace(base, samples_are_channels=int(page.planarconfig or 1) == _SEPARATE)
        size["C"] = 1
    order = str(stated.get("order", "")).upper()[::-1]
    return order if sorted(order) == sorted(size) else "TZC", size, base


def _count(stated: Mapping[str, Any], name: str) -> int:
    """Return a number of ImageJ's description, at least 1."""
    value = stated.get(name)
    return value if isinstance(value, int) and value > 1 else 1


def _all_slices(named: int, pages: int, where: Path) -> Finding:
    return AXIS_ASSUMED.finding(
        where,
        f"its ImageJ description names {named} planes and it has {pages} pages, which are taken "
        "as slices",
        hint="set the dimensions in ImageJ with Image > Properties, and save it as TIFF",
        severity=Severity.WARNING,
    )
