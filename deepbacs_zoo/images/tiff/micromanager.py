"""Stacks of Micro-Manager: the index map tells frame, slice, channel and position of each page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import tifffile

from deepbacs_zoo.images.tiff.series import Layout, Plane, Series, alike

__all__ = ["micromanager_layout"]

_WHAT: Final = "Micro-Manager summary"
_SIZES: Final = ("Frames", "Slices", "Channels")


def micromanager_layout(
    tiff: tifffile.TiffFile, pages: Sequence[tifffile.TiffPage], ome: Sequence[Series]
) -> Layout | None:
    """Return the positions in a file of a Micro-Manager stack, each an image.

    The index map is the one of this file; other files of the set are images of their own.

    Parameters
    ----------
    tiff
        The open file.
    pages
        Its pages.
    ome
        The images of its OME-XML, which know sizes of pixels and names; those of a file of a set
        are often incomplete.

    Returns
    -------
    Layout or None
        ``None`` where no page of the file is in the index map, or there is none.
    """
    stated = tifffile.read_micromanager_metadata(tiff.filehandle, {"Summary", "IndexMap"})
    summary, index_map = stated.get("Summary") or {}, stated.get("IndexMap")
    if index_map is None:
        return None
    positions = _positions(index_map.tolist(), {page.offset: n for n, page in enumerate(pages)})
    if not positions:
        return None
    t, z, c = _sizes(summary, positions)
    known = {page: image for image in ome for page in image.planes.values()}
    n_positions = max(_number(summary, "Positions"), max(positions) + 1)
    series = []
    for position in sorted(positions):
        planes = alike(positions[position], pages)
        image = known.get(planes[min(planes)], Series(planes, (t, z, c)))
        name = f"position {position + 1}" if n_positions > 1 else ""
        series.append(replace(image, planes=planes, sizes=(t, z, c), name=name, files=()))
    return Layout(series, _WHAT, elsewhere=n_positions - len(series))


def _sizes(summary: dict[str, Any], positions: dict[int, dict[Plane, int]]) -> Plane:
    """Return the numbers of frames, slices and channels: of the summary, or more that are there."""
    held = [plane for planes in positions.values() for plane in planes]
    t, z, c = (
        max(_number(summary, name), *(plane[axis] + 1 for plane in held))
        for axis, name in enumerate(_SIZES)
    )
    return t, z, c


def _positions(
    index_map: Sequence[Sequence[int]], numbers: Mapping[int, int]
) -> dict[int, dict[Plane, int]]:
    """Return the planes of each position, by the numbers of the pages at places in the file."""
    positions: dict[int, dict[Plane, int]] = {}
    for channel, slice_, frame, position, place in index_map:
        if place in numbers:
            positions.setdefault(position, {})[frame, slice_, channel] = numbers[place]
    return positions


def _number(summary: dict[str, Any], name: str) -> int:
    """Return a number of the summary, at least 1."""
    value = summary.get(name)
    return value if isinstance(value, int) and value > 1 else 1
