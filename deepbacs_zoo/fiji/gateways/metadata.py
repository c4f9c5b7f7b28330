"""Labels, look-up tables, outlines and names of channels as plain values that pass as JSON.

ImageJ has no names of channels: it labels planes.  An image with names of channels and no labels of
its own has the name of its channel on each plane; if it has labels as well, or one channel only, a
second line of the label, which ImageJ does not show, names the channel.  So names go where
ImageJ's commands put the planes.  Labels that are the same on all planes of a channel, and of which
there are several, are names of channels.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.images import Image, ImagejMetadata

if TYPE_CHECKING:
    from roifile import ImagejRoi

__all__ = ["metadata_from", "outlines_from", "plain_metadata", "plain_outlines"]

_CHANNEL: Final = "\nchannel: "
_LUT: Final = (3, 256)


def plain_metadata(image: Image, rgb: bool, where: str) -> dict[str, Any]:
    """Return what Java sets beside pixels and calibration.

    Parameters
    ----------
    image
        The image.
    rgb
        Whether it becomes an RGB image, whose planes have three channels.
    where
        Its name in messages.

    Returns
    -------
    dict
        ``labels``: one for each plane, or none; ``luts``: base64 of 768 bytes each; ``ranges``;
        ``roi`` and ``overlay``: base64 of ImageJ's ROI format.

    Raises
    ------
    DataError
        There are more or fewer labels, look-up tables or ranges than the image needs.
    """
    own, sizes = image.imagej, image.data.sizes
    channels = 1 if rgb else sizes["c"]
    planes = sizes["t"] * sizes["z"] * channels
    _check_count(where, "labels of its planes", len(own.slice_labels), {0, planes})
    _check_count(where, "look-up tables", len(own.luts), {0} if rgb else {0, 1, channels})
    _check_count(where, "ranges of its look-up tables", len(own.ranges), {0, len(own.luts)})
    names = () if rgb or "c" not in image.data.coords else image.data.coords["c"].values
    return {
        "labels": _labels(own.slice_labels, tuple(map(str, names)), planes),
        "luts": [_encoded(_lut(each, where).tobytes()) for each in own.luts],
        "ranges": [list(map(float, each)) for each in own.ranges],
        "roi": next(iter(plain_outlines([own.roi], where)), None) if own.roi is not None else None,
        "overlay": plain_outlines(own.overlay, where),
    }


def _check_count(where: str, what: str, found: int, allowed: set[int]) -> None:
    if found not in allowed:
        raise DataError(
            where,
            f"the number of {what} is not right",
            value=found,
            allowed=" or ".join(map(str, sorted(allowed))),
            hint="give one for each, or none",
        )


def _labels(labels: Sequence[str], names: Sequence[str], planes: int) -> list[str]:
    if not any(names):
        return list(labels)
    given = [names[plane % len(names)] for plane in range(planes)]
    if not labels and len(names) > 1 and all(names) and not any("\n" in name for name in names):
        return given
    shown = [label or name for label, name in zip(labels or [""] * planes, given, strict=True)]
    return [f"{label}{_CHANNEL}{name}" for label, name in zip(shown, given, strict=True)]


def _lut(table: NDArray[np.uint8], where: str) -> NDArray[np.uint8]:
    table = np.asarray(table)
    if table.shape != _LUT or table.dtype != np.uint8:
        raise DataError(
            where,
            "this is no look-up table of ImageJ",
            value=f"{table.dtype}, {' x '.join(map(str, table.shape))}",
            allowed="uint8, 3 x 256: red, green and blue of each brightness",
            hint="transpose it, or use its 256 colors",
        )
    return table


def plain_outlines(outlines: Sequence[ImagejRoi], where: str) -> list[str]:
    """Return outlines in ImageJ's format, as base64."""
    try:
        return [_encoded(outline.tobytes()) for outline in outlines]
    except (AttributeError, TypeError, ValueError, OverflowError) as error:
        raise DataError(
            where,
            "one of its outlines is none that ImageJ can read",
            value=error,
            allowed="objects of the class roifile.ImagejRoi",
            hint="make them with roifile.ImagejRoi.frompoints",
        ) from error


def outlines_from(encoded: Sequence[str]) -> tuple[ImagejRoi, ...]:
    """Return outlines from base64 of ImageJ's format."""
    if not encoded:
        return ()
    from roifile import ImagejRoi

    return tuple(ImagejRoi.frombytes(base64.b64decode(each)) for each in encoded)


def metadata_from(
    plain: Mapping[str, Any], shape: Sequence[int], rgb: bool
) -> tuple[tuple[str, ...], ImagejMetadata]:
    """Return the names of channels, empty without, and the rest, from Java's answer.

    Parameters
    ----------
    plain
        As in `plain_metadata`; what is missing is empty.
    shape
        Sizes along ``t z c y x``.
    rgb
        Whether it is an RGB image.
    """
    labels: list[str] = list(plain.get("labels") or ())
    names: tuple[str, ...] = ()
    if any(labels) and not rgb and len(labels) == math.prod(shape[:3]):
        labels, names = _separated(labels, shape[2])
    luts = [np.frombuffer(base64.b64decode(each), np.uint8) for each in plain.get("luts") or ()]
    selection = outlines_from([plain["roi"]] if plain.get("roi") else [])
    return names, ImagejMetadata(
        slice_labels=tuple(labels) if any(labels) else (),
        luts=tuple(table.reshape(_LUT) for table in luts),
        ranges=tuple((float(low), float(high)) for low, high in plain.get("ranges") or ()),
        roi=next(iter(selection), None),
        overlay=outlines_from(plain.get("overlay") or ()),
    )


def _separated(labels: list[str], channels: int) -> tuple[list[str], tuple[str, ...]]:
    """Return labels of planes and names of channels."""
    parts = [label.partition(_CHANNEL) for label in labels]
    marked = all(separator for _, separator, _ in parts)
    given = [name if marked else label for label, _, name in parts]
    names = tuple(given[:channels])
    same = all(name == names[plane % channels] for plane, name in enumerate(given))
    if marked and same:
        rest = ["" if label == name else label for label, _, name in parts]
        return rest, names
    if same and channels > 1 and all(names):
        return [], names
    return labels, ()


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
