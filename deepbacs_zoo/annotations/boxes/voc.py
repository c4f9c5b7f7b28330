"""Boxes in the XML of Pascal VOC, one file for each image.

http://host.robots.ox.ac.uk/pascal/VOC/voc2012/htmldoc/devkit_doc.html: pixels count from 1 and both
corners belong to the box, so ``xmin`` 1 to ``xmax`` 10 are the first ten columns.  Programs that
count from 0 are off by one pixel, which no check can tell and no detector feels.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final
from xml.etree import ElementTree
from xml.parsers import expat

from deepbacs_zoo.annotations.boxes.notes import rotated
from deepbacs_zoo.annotations.boxes.types import (
    Box,
    BoxAnnotation,
    checked_boxes,
    checked_size,
    unreadable,
)
from deepbacs_zoo.files.atomic import write_bytes
from deepbacs_zoo.files.names import normalized
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.images.image import stem_of

__all__ = ["read_voc", "write_voc"]

_KIND: Final = "Pascal VOC (XML)"
_LARGEST: Final = 2**24
OTHER_IMAGE_NAMED: Final = Rule(
    "other-image-named",
    Severity.WARNING,
    "An annotation that names another image may belong to that one.",
    "PASCAL VOC, element filename",
)


def read_voc(
    path: Path, source: Path, size: tuple[int, int], classes: Sequence[str] | None = None
) -> BoxAnnotation:
    """Read boxes.

    Parameters
    ----------
    path
        The ``.xml`` file.
    source
        The image.
    size
        Its rows and columns.
    classes
        The names that are known; ``None`` for any.

    Raises
    ------
    DataError
        The file is damaged or no Pascal VOC, or as `checked_boxes` and `checked_size` say.
    """
    root = _parsed(path)
    stated = tuple(_number(path, root, f"size/{name}", 0.0) for name in ("height", "width"))
    checked_size(path, (int(stated[0]), int(stated[1])), size)
    boxes = [_box(path, entry) for entry in root.iter("object")]
    found = checked_boxes(path, boxes, size, classes)
    return BoxAnnotation(found.boxes, (*_name_findings(path, root, source), *found.findings))


def write_voc(path: Path, image: str, size: tuple[int, ...], boxes: Sequence[Box]) -> None:
    """Write boxes, in whole pixels.

    Parameters
    ----------
    path
        The ``.xml`` file; missing parent folders are made, an existing file is replaced.
    image
        Name of the image's file.
    size
        Its rows and columns.
    boxes
        The boxes.

    Raises
    ------
    HostError
        The disk refuses.
    """
    root = ElementTree.Element("annotation")
    ElementTree.SubElement(root, "filename").text = image
    stated = ElementTree.SubElement(root, "size")
    for name, number in (("width", size[1]), ("height", size[0]), ("depth", 1)):
        ElementTree.SubElement(stated, name).text = str(number)
    for box in boxes:
        entry = ElementTree.SubElement(root, "object")
        ElementTree.SubElement(entry, "name").text = box.name
        corners = ElementTree.SubElement(entry, "bndbox")
        edges = {"xmin": box.x0 + 1, "ymin": box.y0 + 1, "xmax": box.x1, "ymax": box.y1}
        for name, edge in edges.items():
            ElementTree.SubElement(corners, name).text = str(round(edge))
    ElementTree.indent(root)
    write_bytes(path, ElementTree.tostring(root, encoding="utf-8") + b"\n")


def _parsed(path: Path) -> ElementTree.Element:
    try:
        data = path.read_bytes()
        if len(data) > _LARGEST:
            raise ValueError(f"{len(data)} bytes are no annotation of one image")
        _refuse_entities(data)
        root = ElementTree.fromstring(data)  # noqa: S314 - see above
    except (OSError, ValueError, ElementTree.ParseError, expat.ExpatError) as error:
        raise unreadable(path, _KIND, error) from error
    if root.tag != "annotation":
        raise unreadable(path, _KIND, f"its outermost element is <{root.tag}>")
    return root


def _refuse_entities(data: bytes) -> None:
    """Refuse what could make a small file huge or open others: document types."""

    def refuse(*_: object) -> None:
        raise ValueError("it has a document type (DOCTYPE), which annotations do not need")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(data, True)


def _box(path: Path, entry: ElementTree.Element) -> Box:
    name = (entry.findtext("name") or "").strip()
    if not name:
        raise unreadable(path, _KIND, "an object has no name")
    if entry.find("bndbox") is None and entry.find("robndbox") is not None:
        raise rotated(path, f"{name}, robndbox")
    edges = [_number(path, entry, f"bndbox/{edge}") for edge in ("xmin", "ymin", "xmax", "ymax")]
    return Box(edges[0] - 1, edges[1] - 1, edges[2], edges[3], name)


def _number(
    path: Path, entry: ElementTree.Element, place: str, default: float | None = None
) -> float:
    text = entry.findtext(place)
    if text is None and default is not None:
        return default
    try:
        return float(text or "")
    except ValueError as error:
        found = "is not there" if text is None else f"is {text.strip()[:40]!r}, no number"
        raise unreadable(path, _KIND, f"{place} {found}") from error


def _name_findings(path: Path, root: ElementTree.Element, source: Path) -> tuple[Finding, ...]:
    named = (root.findtext("filename") or "").strip().replace("\\", "/").rpartition("/")[2]
    stem = normalized(stem_of(source))
    if not named or stem in {normalized(named), normalized(stem_of(Path(named)))}:
        return ()
    return (
        OTHER_IMAGE_NAMED.finding(
            path,
            f"it names another image, {named}, than the one of its own name, {source.name}",
            "the annotation of this image",
            "look whether files were renamed after they were annotated",
        ),
    )
