"""Planes of a movie or a stack that outlines belong to.

A ROI has a position in a hyperstack (channel, slice, frame), or the number of a plane, or a name
that begins with one (``0003-0120-0045``), or none of these: ImageJ then shows it on every plane.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Final, Protocol

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.images.rois.roi import Position, named_slice

__all__ = ["PlacedRois", "place_rois"]


class _Outline(Protocol):
    """An outline of ImageJ or another program with its position in a stack, as ``Roi`` has it."""

    @property
    def name(self) -> str: ...
    @property
    def position(self) -> Position: ...


Plane = tuple[int, int]
"""Frame and slice, from 0."""
_FIRST: Final = "the first plane"
_MOST_NAMED: Final = 5
_HINT: Final = "give each image the outlines of its own planes"
OUTLINE_ON_EVERY_PLANE: Final = Rule(
    "outline-on-every-plane",
    Severity.WARNING,
    "An outline without a position is shown on every plane of a stack, where the object perhaps "
    "is not.",
    "ImageJ 1.54p, class ImageCanvas",
)
OUTLINE_OF_STACK: Final = Rule(
    "outline-of-stack",
    Severity.WARNING,
    "Outlines of one plane of a stack fit the image only if it is that plane.",
)


@dataclass(frozen=True)
class PlacedRois:
    """The planes of outlines.

    Parameters
    ----------
    planes
        For each outline the planes that it belongs to.
    findings
        What was taken for granted.
    """

    planes: Sequence[Sequence[Plane]]
    findings: tuple[Finding, ...] = ()


def place_rois(
    path: Path, rois: Sequence[_Outline], planes: tuple[int, ...], channels: int = 1
) -> PlacedRois:
    """Find the planes of outlines in an image.

    Parameters
    ----------
    path
        Their file.
    rois
        The outlines.
    planes
        Frames and slices of the image.
    channels
        Its channels.

    Raises
    ------
    DataError
        An outline belongs to a plane that the image does not have, or, where it has a single one,
        outlines belong to several.
    """
    frames, slices = planes
    if frames * slices == 1:
        return _on_one_plane(path, rois, channels)
    found = [_planes_of(roi, (frames, slices), channels) for roi in rois]
    for roi, on in zip(rois, found, strict=True):
        if not on:
            raise DataError(
                f"{path}: {roi.name}",
                "it belongs to a plane that the image does not have",
                value=_stated(roi),
                allowed=f"the {frames} frames and {slices} slices of the image",
                hint=_HINT,
            )
    without = sum(_stated(roi) is None for roi in rois)
    if not without:
        return PlacedRois(found)
    what = f"{without} of {len(rois)} outlines belong to no plane and are taken for every one"
    hint = "draw them with Associate 'Show All' ROIs with slices, an option of the ROI Manager"
    finding = OUTLINE_ON_EVERY_PLANE.finding(path, what, "outlines with a position", hint)
    return PlacedRois(found, (finding,))


def _on_one_plane(path: Path, rois: Sequence[_Outline], channels: int) -> PlacedRois:
    """Take outlines of one plane, which need not be the first of the stack that they are from."""
    stated: dict[str, _Outline] = {}
    for roi in rois:
        plane = _stated(roi, channels)
        if plane is not None:
            stated.setdefault(plane, roi)
    if len(stated) > 1:
        raise DataError(
            f"{path}: {list(stated.values())[1].name}",
            "its outlines belong to several planes of a stack, and the image has one",
            value=", ".join(list(stated)[:_MOST_NAMED]),
            allowed="outlines of one plane",
            hint=_HINT,
        )
    found = [[(0, 0)]] * len(rois)
    plane = next(iter(stated), _FIRST)
    if plane == _FIRST:
        return PlacedRois(found)
    what = f"its outlines belong to {plane} of a stack, and the image has one plane"
    hint = "look whether the image is this plane"
    finding = OUTLINE_OF_STACK.finding(path, what, "outlines drawn on this image", hint)
    return PlacedRois(found, (finding,))


def _stated(roi: _Outline, channels: int = 1) -> str | None:
    """Return the plane that a ROI states, in words; ``None`` where it states none."""
    number, _, z, t = roi.position
    if z or t:
        words = [f"{axis} {index}" for axis, index in (("t", t), ("z", z)) if index > 1]
        return ", ".join(words) or _FIRST
    number = number or named_slice(roi.name)
    if not number:
        return None
    return f"plane {number}" if number > channels else _FIRST


def _planes_of(roi: _Outline, planes: Plane, channels: int) -> Sequence[Plane]:
    """Return the planes of a ROI in a stack; none where the stack does not have them."""
    if roi.position.z or roi.position.t:
        return _in_hyperstack(roi.position, planes)
    frames, slices = planes
    number = roi.position.plane or named_slice(roi.name)
    if not number:
        return list(product(range(frames), range(slices)))
    if number > frames * slices or min(planes) > 1:
        number = -(-number // channels)
    return _numbered(number, planes)


def _in_hyperstack(position: Position, planes: Plane) -> Sequence[Plane]:
    if min(planes) == 1:
        # Programs take frames for slices and the other way round.
        number, other = max(position.t, position.z), min(position.t, position.z)
        return _numbered(number, planes) if other <= 1 else []
    frames, slices = (
        [number - 1] if number else range(size)
        for number, size in zip((position.t, position.z), planes, strict=True)
    )
    return [(t, z) for t, z in product(frames, slices) if t < planes[0] and z < planes[1]]


def _numbered(number: int, planes: Plane) -> Sequence[Plane]:
    t, z = divmod(number - 1, planes[1])
    return [(t, z)] if t < planes[0] else []
