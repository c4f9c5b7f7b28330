"""Images, tables and texts between Python and the Java in its process."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.fiji.gateways.exchange import Header, Outgoing, as_image, outgoing, titled
from deepbacs_zoo.fiji.gateways.jpype_module import JAVA_PACKAGE, load_jpype
from deepbacs_zoo.fiji.gateways.outcome import MacroOutcome
from deepbacs_zoo.images.arrays import ImageLike
from deepbacs_zoo.images.image import Image

__all__ = [
    "add_images",
    "columns_of",
    "image_of_java",
    "imageplus_of",
    "imageplus_with",
    "images_of",
    "is_java",
    "outcome_of",
]

# One direct buffer of Java holds less than 2 GiB.
_CHUNK: Final = 2**30
# As ImageJ2 names the types of ImageJ 1.
_NATIVE: Final = ("8-bit uint", "16-bit uint", "32-bit float", "RGB")


def imageplus_with(image: Outgoing) -> Any:  # noqa: ANN401 - a Java object
    """Return an image as ImageJ has it, with pixels of its own."""
    jpype = load_jpype()
    text = json.dumps(image.header.plain())
    header = jpype.JClass(f"{JAVA_PACKAGE}.ImageHeader").parse(text)
    pixels = jpype.JClass(f"{JAVA_PACKAGE}.Pixels")(header)
    plane = math.prod(image.header.shape[-2:])
    for block in image.blocks():
        pixels.take(block.size // plane, _stream(block))
    return pixels.image()


def _stream(row: NDArray[Any]) -> Any:  # noqa: ANN401 - a Java object
    """Share pixels with Java; they must outlive it."""
    jpype = load_jpype()
    row = row.view(np.int8)
    chunks = [
        jpype.nio.convertToDirectBuffer(row[start : start + _CHUNK])
        for start in range(0, row.size, _CHUNK)
    ]
    buffers = jpype.JArray(jpype.JClass("java.nio.ByteBuffer"))(chunks)
    return jpype.JClass(f"{JAVA_PACKAGE}.PixelStream").of(buffers)


def outcome_of(found: Any) -> MacroOutcome:  # noqa: ANN401 - a Java object
    """Return the report of the Java side about a run."""
    tables = {}
    for table in found.tables:
        tables[str(table.title)] = columns_of(table)
    return MacroOutcome(
        value=_text(found.value),
        log=str(found.log),
        failure=_text(found.failure),
        line=int(found.line),
        trace=_text(found.trace),
        report=_text(found.report),
        outputs=_text(found.outputs),
        unknown=tuple(map(str, found.unknown)),
        tables=tables,
        rois=[str(each) for each in found.rois],
    )


def columns_of(table: Any) -> dict[str, list[float] | list[str]]:  # noqa: ANN401 - a Java object
    """Return the columns of one of Java's tables by heading."""
    columns = zip(table.names, table.values, strict=True)
    return {str(name): _cells(cells) for name, cells in columns}


def _text(found: Any) -> str | None:  # noqa: ANN401 - a Java object
    return None if found is None else str(found)


def _cells(cells: Any) -> list[float] | list[str]:  # noqa: ANN401 - a Java object
    if isinstance(cells, load_jpype().JArray(load_jpype().JDouble)):
        return [float(value) for value in np.asarray(cells)]
    return [str(value) for value in cells]


def is_java(given: object) -> bool:
    """Return whether this is an object of the Java in this process."""
    jpype = sys.modules.get("jpype")
    return jpype is not None and isinstance(given, jpype.JObject)


@contextmanager
def add_images(task: Any, images: Mapping[str, ImageLike]) -> Iterator[list[Any]]:  # noqa: ANN401 - a Java object
    """Open images for a macro, those of Java itself without a copy.

    Parameters
    ----------
    task
        Java's object of the macro, which does not run yet.
    images
        By title: images or arrays ``y x`` or with named axes, of any dtype; or Java's own.

    Yields
    ------
    list
        Each ``ImagePlus`` of Java's own; it has its title meanwhile, and is not closed.
    """
    described = outgoing({title: each for title, each in images.items() if not is_java(each)})
    made = {each.header.title: each for each in described}
    lent: dict[str, Any] = {}
    for title, each in images.items():
        if title in made:
            task.add(imageplus_with(made[title]))
        else:
            image = imageplus_of(each, f"image '{title}'")
            if image is each:
                lent[title] = image
                task.lend(image)
            else:
                image.setTitle(title)
                task.add(image)
    titles = [(image, image.getTitle()) for image in lent.values()]
    try:
        for title, image in lent.items():
            image.setTitle(title)
        yield list(lent.values())
    finally:
        for image, title in titles:
            image.setTitle(title)


def imageplus_of(given: Any, where: str) -> Any:  # noqa: ANN401 - Java objects
    """Return an image of Java as ImageJ 1 has it: itself, or a copy of a ``Dataset``.

    Raises
    ------
    DataError
        It is no image, or one of numbers that ImageJ 1 does not have.
    """
    jpype = load_jpype()
    if isinstance(given, jpype.JClass("ij.ImagePlus")):
        return given
    try:
        dataset = jpype.JClass("net.imagej.Dataset")
    except TypeError:  # without ImageJ2
        dataset = None
    if dataset is None or not isinstance(given, dataset):
        raise DataError(
            where,
            "this object of Java is no image",
            value=given.getClass().getName(),
            allowed="an ImagePlus or a Dataset",
            hint="convert it to one of them",
        )
    numbers = str(given.getTypeLabelShort())
    if numbers not in _NATIVE:
        raise DataError(
            where,
            "ImageJ 1 would change the numbers of this Dataset without a word",
            value=numbers,
            allowed=", ".join(_NATIVE),
            hint="hand over ij.py.from_java(dataset), whose numbers are checked",
        )
    service = jpype.JClass("org.scijava.convert.ConvertService")
    converter = given.getContext().getService(service.class_)
    # What it converts to reads from the Dataset, and forgets what is written.
    return converter.convert(given, jpype.JClass("ij.ImagePlus").class_).duplicate()


def image_of_java(image: Any) -> tuple[Header, Image]:  # noqa: ANN401 - a Java object
    """Return an ``ImagePlus`` as an image with pixels of its own, and its header."""
    jpype = load_jpype()
    text = jpype.JClass(f"{JAVA_PACKAGE}.ImageHeader").of(image).text()
    header = Header.read(json.loads(str(text)))
    pixels = np.empty(header.shape, header.stored)
    jpype.JClass(f"{JAVA_PACKAGE}.Pixels").write(image, _stream(pixels.reshape(-1)))
    return header, as_image(header, pixels)


def images_of(found: Any, lent: Sequence[Any]) -> dict[str, Image]:  # noqa: ANN401 - Java objects
    """Return the images that are open at the end of a run, by title; of those lent, themselves."""
    left: list[tuple[Header, Image]] = []
    for image in found.images:
        own = next((each for each in lent if each.equals(image)), None)
        if own is None:
            left.append(image_of_java(image))
        else:
            left.append((Header(str(own.getTitle()), "", (), False, ()), own))
    return titled(left)
