"""Images, tables and texts between Python and the Java in its process."""

from __future__ import annotations

import json
import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.fiji.gateways.exchange import Header, Outgoing, as_image, titled
from deepbacs_zoo.fiji.gateways.jpype_module import JAVA_PACKAGE, load_jpype
from deepbacs_zoo.fiji.gateways.outcome import MacroOutcome
from deepbacs_zoo.images.image import Image

__all__ = ["images_of", "outcome_of", "to_java"]

# One direct buffer of Java holds less than 2 GiB.
_CHUNK: Final = 2**30


def to_java(image: Outgoing) -> Any:  # noqa: ANN401 - a Java object
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
        columns = zip(table.names, table.values, strict=True)
        tables[str(table.title)] = {str(name): _cells(cells) for name, cells in columns}
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
    )


def _text(found: Any) -> str | None:  # noqa: ANN401 - a Java object
    return None if found is None else str(found)


def _cells(cells: Any) -> list[float] | list[str]:  # noqa: ANN401 - a Java object
    if isinstance(cells, load_jpype().JArray(load_jpype().JDouble)):
        return [float(value) for value in np.asarray(cells)]
    return [str(value) for value in cells]


def images_of(found: Any) -> dict[str, Image]:  # noqa: ANN401 - a Java object
    """Return the images that are open at the end of a run, by title."""
    left: list[tuple[Header, Image]] = []
    for index, image in enumerate(found.images):
        header = Header.read(json.loads(str(found.header(index).text())))
        pixels = np.empty(header.shape, header.stored)
        row = pixels.reshape(-1)
        load_jpype().JClass(f"{JAVA_PACKAGE}.Pixels").write(image, _stream(row))
        left.append((header, as_image(header, pixels)))
    return titled(left)
