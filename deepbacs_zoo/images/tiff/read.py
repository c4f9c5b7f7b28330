"""Read one image of a TIFF file into named axes."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
import tifffile
from numpy.typing import NDArray

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.images.calibration import calibration_of, channel_names_of
from deepbacs_zoo.images.image import COLORS, Decoded
from deepbacs_zoo.images.options import ReadOptions
from deepbacs_zoo.images.order import in_image_order
from deepbacs_zoo.images.tiff.colors import Colors, alpha_of, check_colors, colors_of
from deepbacs_zoo.images.tiff.micromanager import micromanager_layout
from deepbacs_zoo.images.tiff.ome import ome_layout
from deepbacs_zoo.images.tiff.page_chain import check_chain, check_ends
from deepbacs_zoo.images.tiff.series import Layout, Series, assumed_slices, n_assumed
from deepbacs_zoo.images.tiff.stacks import (
    imagej_layout,
    plain_layout,
    shaped_layout,
    sub_pages,
    with_other_pages,
)
from deepbacs_zoo.images.tiff.vendors import VendorImage, is_vendors, vendor_images
from deepbacs_zoo.options import Option

__all__ = ["read_tiff"]

SERIES_LEFT_OUT: Final = Rule(
    "image-series-left-out",
    Severity.WARNING,
    "A file of several images gives one result; the others may be what was meant.",
    "Bio-Formats: series; OME-TIFF: Image elements; Micro-Manager: positions",
)
_MOST_NAMED: Final = 5
_LONGEST_NAME: Final = 40

Image = TypeVar("Image", Series, VendorImage)

# Without a handler of its own the logger of tifffile would print every oddity of a damaged file.
logging.getLogger("tifffile").addHandler(logging.NullHandler())


def read_tiff(path: Path, options: ReadOptions) -> Decoded:
    """Read one image of a TIFF file; other files of its set are images of their own.

    Parameters
    ----------
    path
        The file.
    options
        The image to read.

    Raises
    ------
    UsageError
        It has no image of this number.
    DataError
        Its planes are in other files, or it has more axes than an image.
    Exception
        Errors of tifffile about files that are damaged.
    """
    with path.open("rb") as file:
        check_chain(file)
    with tifffile.TiffFile(path, _multifile=False) as tiff:
        if is_vendors(tiff):
            return _read_vendors(tiff, path, options)
        pages = [page for page in tiff.pages if isinstance(page, tifffile.TiffPage)]
        check_ends(pages, tiff.filehandle.size)
        layout = _layout(tiff, pages, path)
        series = _chosen(layout.series, options, path)
        page = pages[series.first_page]
        check_colors(page, path)
        calibration, odd_units = calibration_of(tiff, series.ome, path)
        findings = (
            *layout.findings,
            *_others([_named(each, pages) for each in layout.series], options, path),
            *_elsewhere(layout, path),
            *series.findings(path, layout.what),
            *sub_pages(page, path),
            *odd_units,
        )
        block = series.block()
        planes = [series.planes[plane] for plane in block.planes()]
        names = channel_names_of(tiff, planes, block.shape[2])
        if series.ome is not None:
            stated = len(series.channels) == series.sizes[2]
            names = tuple(series.channels[c] for c in block.c) if stated else ()
        array = _stacked(tiff, pages, series)
        colors = colors_of(tiff, page)
    axes = "tzc" + page.axes.lower()
    if series.samples_are_channels:
        axes, array = "tz" + page.axes.lower().replace("s", "c"), array[:, :, 0]
    decoded = Decoded(array, calibration, names, findings=findings)
    return _in_order(decoded, axes, colors, path, options)


def _layout(tiff: tifffile.TiffFile, pages: Sequence[tifffile.TiffPage], where: Path) -> Layout:
    """Return all images of a file by the first statement about its pages that can be used."""
    if tiff.is_shaped:
        return shaped_layout(pages, where)
    if tiff.is_mmstack:
        stack = micromanager_layout(tiff, pages, _ome_series(tiff, pages, where))
        if stack is not None:
            return with_other_pages(stack, pages, where)
    findings: tuple[Finding, ...] = ()
    if tiff.is_ome:
        layout = ome_layout(tiff, pages, where)
        if layout.series:
            return with_other_pages(layout, pages, where)
        findings = layout.findings
    if tiff.is_imagej:
        layout = with_other_pages(imagej_layout(tiff, pages, where), pages, where)
    else:
        layout = plain_layout(pages, where)
    return replace(layout, findings=(*findings, *layout.findings))


def _ome_series(
    tiff: tifffile.TiffFile, pages: Sequence[tifffile.TiffPage], where: Path
) -> Sequence[Series]:
    """Return the images of the OME-XML of a file that is known by another statement, too."""
    try:
        return ome_layout(tiff, pages, where).series if tiff.is_ome else ()
    except DataError:
        return ()


# --- which image --------------------------------------------------------------------------------


def _chosen(images: Sequence[Image], options: ReadOptions, where: Path) -> Image:
    options.check_series(len(images), where)
    return images[(options.series or 1) - 1]


def _others(images: Sequence[str], options: ReadOptions, where: Path) -> tuple[Finding, ...]:
    """Return a finding about images that are left out without being asked for."""
    if options.series is not None or len(images) == 1:
        return ()
    named = [f"{number} {text}" for number, text in enumerate(images, start=1)]
    more = ["..."] if len(named) > _MOST_NAMED else []
    return (
        SERIES_LEFT_OUT.finding(
            where,
            f"it holds {len(images)} images, of which the first is read: "
            + ", ".join(named[:_MOST_NAMED] + more),
            hint="choose another one with " + Option("series", 2),
        ),
    )


def _elsewhere(layout: Layout, where: Path) -> tuple[Finding, ...]:
    """Return a finding about images of a set that are in other files."""
    if not layout.elsewhere:
        return ()
    held = len(layout.series)
    return (
        SERIES_LEFT_OUT.finding(
            where,
            f"its {layout.what} names {held + layout.elsewhere} images, of which this file holds "
            f"{held}",
            hint="give the other files, too, to have their images",
            severity=Severity.INFO,
        ),
    )


def _named(series: Series, pages: Sequence[tifffile.TiffPage]) -> str:
    page, (t, z, c) = pages[series.first_page], series.block().shape
    colors = page.samplesperpixel - alpha_of(page)
    return _text(series.name, (t, z, max(c, colors), page.imagelength, page.imagewidth))


def _text(name: str, shape: tuple[int, ...]) -> str:
    """Return an image as it stands in a list: its name, and its sizes ``t z c y x``."""
    short = name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + "..."
    return f"{short or 'without a name'} ({'x'.join(map(str, shape))})"


# --- pixels -------------------------------------------------------------------------------------


def _stacked(
    tiff: tifffile.TiffFile, pages: Sequence[tifffile.TiffPage], series: Series
) -> NDArray[np.generic]:
    """Return the planes of an image, axes ``t z c`` and those of a page."""
    page, block = pages[series.first_page], series.block()
    numbers = [series.planes[plane] for plane in block.planes()]
    is_behind = series.behind is not None
    count = max(series.planes.values()) + 1 if is_behind else len(numbers)
    held = [page] if is_behind else [pages[number] for number in numbers]
    if not all(each.dataoffsets for each in held):
        raise ValueError("a page has no pixels")
    stack = tifffile.TiffPageSeries(
        held,
        (count, *page.shape),
        page.dtype,
        "I" + page.axes,
        parent=tiff,
        truncated=is_behind,
        squeeze=False,
    )
    array: NDArray[np.generic] = np.asarray(stack.asarray())
    if is_behind:
        array = array[numbers]
    return array.reshape(*block.shape, *page.shape)


def _in_order(
    decoded: Decoded, axes: str, colors: Colors, where: Path, options: ReadOptions
) -> Decoded:
    """Return pixels with the axes ``t z c y x``; samples of colors become channels."""
    array = decoded.array
    if "s" not in axes:
        array, rgb, found = colors.applied(in_image_order(array, axes), where, options)
        findings = (*decoded.findings, *found)
        names = COLORS if rgb else decoded.names
        return replace(decoded, array=array, names=names, rgb=rgb, findings=findings)
    if "c" in axes:
        channels, samples = array.shape[axes.index("c")], array.shape[axes.index("s")]
        if channels > 1:
            raise DataError(
                where,
                "it has channels of colour pictures, and one of the two must be chosen",
                value=f"{channels} channels of {samples} samples",
                allowed="channels or an RGB picture",
                hint="split the channels in ImageJ with Image > Color > Split Channels",
            )
        array, axes = array.squeeze(axes.index("c")), axes.replace("c", "")
    array = in_image_order(array, axes.replace("s", "c"))
    array = array[:, :, : array.shape[2] - colors.alpha]  # alpha comes after the colors
    rgb = colors.rgb and array.shape[2] == len(COLORS)
    return replace(decoded, array=array, names=COLORS if rgb else decoded.names, rgb=rgb)


def _read_vendors(tiff: tifffile.TiffFile, path: Path, options: ReadOptions) -> Decoded:
    """Read an image of a microscope's or scanner's own kind of TIFF."""
    images = vendor_images(tiff, path)
    image = _chosen(images, options, path)
    check_colors(image.page, path)
    shapes = [(*each.sizes, each.page.imagelength, each.page.imagewidth) for each in images]
    texts = [_text(each.name, shape) for each, shape in zip(images, shapes, strict=True)]
    calibration, odd_units = calibration_of(tiff, None, path)
    assumed = n_assumed(image.series.axes, image.series.shape)
    findings = (*_others(texts, options, path), *assumed_slices(assumed, path), *odd_units)
    decoded = Decoded(image.read(), calibration, findings=findings)
    return _in_order(decoded, image.axes, colors_of(tiff, image.page), path, options)
