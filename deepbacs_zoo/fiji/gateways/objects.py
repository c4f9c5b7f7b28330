"""Objects of the Java in this process as objects of Python, and back.

Images pass by direct buffers, in one copy: 5 to 20 times faster than by pyimagej, with all that
ImageJ keeps with them.  Tables and outlines of ImageJ 1 are known here; lists, maps, texts, numbers
and tables of ImageJ2 are left to scyjava.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import xarray as xr

from deepbacs_zoo.errors import HostError, MissingExtraError
from deepbacs_zoo.fiji.gateways.exchange import outgoing
from deepbacs_zoo.fiji.gateways.jpype_exchange import (
    columns_of,
    image_of_java,
    imageplus_of,
    imageplus_with,
    is_java,
)
from deepbacs_zoo.fiji.gateways.jpype_module import JAVA_PACKAGE, load_jpype
from deepbacs_zoo.fiji.gateways.metadata import outlines_from, plain_outlines
from deepbacs_zoo.fiji.gateways.protocol import Table
from deepbacs_zoo.images.arrays import ImageLike
from deepbacs_zoo.images.image import Image

if TYPE_CHECKING:
    from roifile import ImagejRoi

__all__ = ["from_java", "to_imageplus", "to_java"]

_IMAGES: Final = ("ij.ImagePlus", "net.imagej.Dataset")


def to_imageplus(image: ImageLike, title: str = "image") -> Any:  # noqa: ANN401 - a Java object
    """Return an image as an ``ImagePlus`` of a live session, with pixels of its own.

    Parameters
    ----------
    image
        An `Image`, an array with named axes, or ``y x``, of any dtype; numbers that ImageJ does not
        have are converted or refused as everywhere (see `numbers`).
    title
        Its title.

    Returns
    -------
    ij.ImagePlus
        Not shown: ``show()`` makes it the current image.

    Raises
    ------
    DataError
        It holds a value that ImageJ cannot, or does not say which axis is which.
    HostError
        No Java runs in this process, or one without our plugin.
    """
    _check_live()
    (described,) = outgoing({title: image})
    return imageplus_with(described)


def to_java(given: object) -> Any:  # noqa: ANN401 - a Java object
    """Return an object of Python as one of Java.

    Parameters
    ----------
    given
        An image as for `to_imageplus`; a `Table` (an ``ij.measure.ResultsTable``); an outline of
        roifile (an ``ij.gui.Roi``); anything that scyjava converts.

    Raises
    ------
    DataError, HostError
        As for `to_imageplus`.
    MissingExtraError
        It needs scyjava, which is not installed.
    """
    _check_live()
    if is_java(given):
        return given
    if isinstance(given, Table):
        return _results_table(given)
    if type(given).__name__ == "ImagejRoi":
        (text,) = plain_outlines([given], "the outline")  # type: ignore[list-item]
        return load_jpype().JClass(f"{JAVA_PACKAGE}.Metadata").decoded(text)
    if isinstance(given, Image | xr.DataArray | np.ndarray):
        return to_imageplus(given)
    return _scyjava().to_java(given)


def from_java(found: Any) -> Any:  # noqa: ANN401 - any object of Java
    """Return an object of Java as one of Python, which shares nothing with it.

    Parameters
    ----------
    found
        An ``ImagePlus``, or a ``Dataset`` of numbers that ImageJ 1 has: an `Image`, see
        `to_xarray`; an ``ij.measure.ResultsTable``: a `Table`; a ``Roi``: an outline of roifile; an
        ``Overlay`` or the ``RoiManager``: several; else what scyjava makes of it.  An object of
        Python is returned as it is.

    Raises
    ------
    DataError
        A Dataset has numbers that ImageJ 1 does not have.
    HostError
        No Java runs in this process, or one without our plugin.
    MissingExtraError
        It needs scyjava, which is not installed.
    """
    if not is_java(found):
        return found
    _check_live()
    if any(_is_a(found, name) for name in _IMAGES):
        return image_of_java(imageplus_of(found, "the image"))[1]
    if _is_a(found, "ij.measure.ResultsTable"):
        columns = load_jpype().JClass(f"{JAVA_PACKAGE}.Columns")("", found)
        return Table.of(columns_of(columns))
    if _is_a(found, "ij.gui.Roi"):
        return _outlines([found])[0]
    if _is_a(found, "ij.gui.Overlay"):
        return _outlines(found.toArray())
    if _is_a(found, "ij.plugin.frame.RoiManager"):
        return _outlines(found.getRoisAsArray())
    return _scyjava().to_python(found)


def _outlines(found: Any) -> tuple[ImagejRoi, ...]:  # noqa: ANN401 - an array of Java
    metadata = load_jpype().JClass(f"{JAVA_PACKAGE}.Metadata")
    return outlines_from([str(metadata.encoded(each)) for each in found])


def _results_table(table: Table) -> Any:  # noqa: ANN401 - a Java object
    jpype = load_jpype()
    made = jpype.JClass("ij.measure.ResultsTable")(jpype.JClass("java.lang.Integer")(len(table)))
    for name, cells in table.columns.items():
        if not isinstance(cells, tuple):
            made.setValues(name, jpype.JArray(jpype.JDouble)(cells))
            continue
        for row, text in enumerate(cells):
            if name == "Label":
                made.setLabel(text, row)
            else:
                made.setValue(name, row, jpype.JString(text))
    return made


def _is_a(found: Any, name: str) -> bool:  # noqa: ANN401 - a Java object
    try:
        return isinstance(found, load_jpype().JClass(name))
    except TypeError:  # there is no such class
        return False


def _check_live() -> None:
    jpype = load_jpype()
    try:
        if jpype.isJVMStarted():
            jpype.JClass(f"{JAVA_PACKAGE}.Metadata")
            return
        what = "no Java runs in this process"
    except TypeError:
        what = "its Java does not have our plugin"
    raise HostError(
        "ImageJ inside Python",
        what,
        allowed="a live session, with the jar of the plugin on Java's class path",
        hint="call start_pyimagej or open_embedded first",
    )


def _scyjava() -> Any:  # noqa: ANN401 - it has no types
    try:
        return import_module("scyjava")
    except ImportError as error:
        raise MissingExtraError.of("fiji", "scyjava", "lists and maps of Java") from error
