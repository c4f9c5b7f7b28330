"""Boxes: Pascal VOC, YOLO, COCO, outlines and label images, with the oddities that they have."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.field import notes
from tests.benchmarks.field.annotation_rows import BOXES, SIZE, AnnotationRow, Boxes, folder_of
from tests.benchmarks.field.outline_rows import corners, write_labelme, write_rois
from tests.benchmarks.field.rows import Refused

__all__ = ["box_rows"]

PART = "box format x oddity"
HEIGHT, WIDTH = SIZE
Box = tuple[float, float, float, float]


def boxes(*found: Box, name: str = "cell") -> list[tuple[float, float, float, float, str]]:
    return [(*box, name) for box in found]


THREE = Boxes({"f0": boxes(*BOXES)})
NOTHING = Boxes({"f0": []}, (notes.NO_OBJECT,))


def box_rows() -> Iterator[AnnotationRow]:
    """Every format with every oddity that it can have."""
    yield from _voc_rows()
    yield from _yolo_rows()
    yield from _coco_rows()
    yield _row("roi zip/outlines", write_rois, THREE, classes=["cell"])
    drawn = Boxes({"f0": boxes(*((a, b, c - 1, d - 1) for a, b, c, d in BOXES))})
    yield _row("labelme/outlines", write_labelme, drawn, classes=["cell"])


def _row(
    name: str,
    annotate: Callable[[Path], object],
    expected: Boxes | Refused,
    images: Sequence[str] = ("f0",),
    classes: Sequence[str] | None = None,
) -> AnnotationRow:
    write = folder_of(annotate, images)
    return AnnotationRow(name, PART, "boxes", write, expected, classes)


def _noted(*ids: str) -> Boxes:
    return Boxes(THREE.images, ids)


# --- Pascal VOC -----------------------------------------------------------------------------------


def _voc(
    target: Path,
    found: Sequence[Box] = BOXES,
    *,
    shift: float = 1,
    size: tuple[int, int] = SIZE,
    inside: str = "",
    encoding: str = "utf-8",
    newline: str = "\n",
    name: str = "f0.xml",
) -> None:
    """Write boxes; pixels count from 1, and both corners belong to the box."""
    objects = "\n".join(
        f"<object><name>cell</name><bndbox><xmin>{x0 + shift:g}</xmin><ymin>{y0 + shift:g}</ymin>"
        f"<xmax>{x1:g}</xmax><ymax>{y1:g}</ymax></bndbox></object>"
        for x0, y0, x1, y1 in found
    )
    text = (
        f"<annotation><filename>f0.tif</filename>\n<size><width>{size[1]}</width>"
        f"<height>{size[0]}</height><depth>1</depth></size>\n{objects}{inside}</annotation>\n"
    )
    (target / name).write_text(text, encoding, newline=newline)


ROTATED_VOC = (
    "<object><type>robndbox</type><name>cell</name><robndbox><cx>12</cx><cy>12</cy><w>6</w><h>4</h>"
    "<angle>0.5</angle></robndbox></object>"
)


def _voc_rows() -> Iterator[AnnotationRow]:
    yield _row("voc/plain", _voc, THREE)
    yield _row("voc/BOM", partial(_voc, encoding="utf-8-sig"), THREE)
    yield _row("voc/CRLF", partial(_voc, newline="\r\n"), THREE)
    yield _row("voc/UTF-16", partial(_voc, encoding="utf-16"), THREE)
    yield _row("voc/size of zero", partial(_voc, size=(0, 0)), THREE)
    yield _row("voc/no object", partial(_voc, found=()), NOTHING)
    half = Boxes({"f0": boxes(*((a + 0.5, b + 0.5, c, d) for a, b, c, d in BOXES))})
    yield _row("voc/fractions", partial(_voc, shift=1.5), half)
    inside = (
        "<object><name>cell</name><part><name>tip</name></part><difficult>1</difficult>"
        "<bndbox><xmin>3</xmin><ymin>3</ymin><xmax>10</xmax><ymax>8</ymax></bndbox></object>"
    )
    write = partial(_voc, found=(), inside=inside)
    yield _row("voc/parts and difficult", write, Boxes({"f0": boxes(BOXES[0])}))
    refused = Refused("DataError", "")
    yield _row("voc/rotated", partial(_voc, inside=ROTATED_VOC), Refused("DataError", "rotated"))
    for name, found in {
        "beyond the image": [(20, 2, 40, 8)],
        "off the image": [(100, 2, 140, 8)],
        "no area": [(6, 2, 5, 8)],
    }.items():
        yield _row(f"voc/{name}", partial(_voc, found=found), refused)
    cut = Boxes({"f0": boxes((20, 2, 32, 8))}, (notes.CUT,))
    yield _row("voc/two pixels beyond", partial(_voc, found=[(20, 2, 34, 8)]), cut)
    other = Refused("DataError", "it was drawn on an image of another size")
    yield _row("voc/other size", partial(_voc, size=(100, 100)), other)
    yield _row("voc/not XML", partial(_text, name="f0.xml", text="boxes"), refused)
    entity = '<!DOCTYPE a [<!ENTITY b "c">]><annotation></annotation>'
    yield _row("voc/document type", partial(_text, name="f0.xml", text=entity), refused)


def _text(target: Path, name: str, text: str) -> None:
    (target / name).write_text(text, "utf-8")


# --- YOLO -----------------------------------------------------------------------------------------


def _line(box: Box, *, more: str = "", number: str = "0") -> str:
    x0, y0, x1, y1 = box
    shares = ((x0 + x1) / 2 / WIDTH, (y0 + y1) / 2 / HEIGHT, (x1 - x0) / WIDTH, (y1 - y0) / HEIGHT)
    return f"{number} {' '.join(f'{share:.6f}' for share in shares)}{more}"


def _polygon(box: Box, *, points: int = 4) -> str:
    places = corners(box)  # type: ignore[arg-type]
    if points > 4:
        places = [*places, [places[0][0], (places[0][1] + places[3][1]) / 2]]
    return "0 " + " ".join(f"{x / WIDTH:.6f} {y / HEIGHT:.6f}" for x, y in places)


def _rotated(box: Box, turned: float = 0.4) -> str:
    """Return the corners of a box that is turned around its center."""
    middle = np.add(box[:2], box[2:]) / 2
    turn = np.array([[np.cos(turned), np.sin(turned)], [-np.sin(turned), np.cos(turned)]])
    places = (np.array(corners(box)) - middle) * 0.7 @ turn + middle  # type: ignore[arg-type]
    return "0 " + " ".join(f"{x / WIDTH:.6f} {y / HEIGHT:.6f}" for x, y in places)


def _diamond(box: Box) -> str:
    """Return four corners that are no rectangle: the middles of a box's edges."""
    x0, y0, x1, y1 = box
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    places = [(x, y0), (x1, y), (x, y1), (x0, y)]
    return "0 " + " ".join(f"{x / WIDTH:.6f} {y / HEIGHT:.6f}" for x, y in places)


def _yolo(
    target: Path,
    lines: Sequence[str],
    *,
    classes: str = "cell\n",
    encoding: str = "utf-8",
    newline: str = "\n",
    list_name: str = "classes.txt",
) -> None:
    options: dict[str, Any] = {"encoding": encoding, "newline": newline}
    text = "".join(f"{line}\n" for line in lines)
    (target / "f0.txt").write_text(text, **options)
    (target / list_name).write_text(classes, **options)


def _yolo_rows() -> Iterator[AnnotationRow]:
    plain = [_line(box) for box in BOXES]
    yield _row("yolo/plain", partial(_yolo, lines=plain), THREE)
    yield _row("yolo/BOM", partial(_yolo, lines=plain, encoding="utf-8-sig"), THREE)
    yield _row("yolo/CRLF", partial(_yolo, lines=plain, newline="\r\n"), THREE)
    yield _row(
        "yolo/tabs", partial(_yolo, lines=[each.replace(" ", "\t") for each in plain]), THREE
    )
    yield _row("yolo/blank lines", partial(_yolo, lines=["", *plain, "  "]), THREE)
    numbers = [each.replace("0 ", "0.0 ", 1) for each in plain]
    yield _row("yolo/class as a fraction", partial(_yolo, lines=numbers), THREE)
    for name, text in (("list", "names: [cell]\n"), ("mapping", "names:\n  0: cell\n")):
        write = partial(_yolo, lines=plain, classes=text, list_name="data.yaml")
        yield _row(f"yolo/data.yaml with a {name}", write, THREE)
    sure = [_line(box, more=" 0.575787") for box in BOXES]
    yield _row("yolo/confidence", partial(_yolo, lines=sure), _noted(notes.CONFIDENCE))
    for points in (4, 5):
        shapes = [_polygon(box, points=points) for box in BOXES]
        name = f"yolo/polygons of {points} corners"
        yield _row(name, partial(_yolo, lines=shapes), _noted(notes.BOX_OF_POLYGON))
    shapes = [_diamond(box) for box in BOXES]
    yield _row("yolo/diamonds", partial(_yolo, lines=shapes), _noted(notes.BOX_OF_POLYGON))
    sure = [f"{_polygon(box, points=5)} 0.9" for box in BOXES]
    said = _noted(notes.BOX_OF_POLYGON, notes.CONFIDENCE)
    yield _row("yolo/polygons with confidence", partial(_yolo, lines=sure), said)
    for name, lines in {
        "rotated": [_rotated(box) for box in BOXES],
        "angle": [_line(box, more=" 37.5") for box in BOXES],
    }.items():
        yield _row(f"yolo/{name}", partial(_yolo, lines=lines), Refused("DataError", "rotated"))
    yield _row("yolo/empty file", partial(_yolo, lines=[]), NOTHING)
    said_of_none = (notes.NO_FILE, notes.NO_OBJECT)
    nothing = Boxes({"f0": boxes(*BOXES), "f1": []}, said_of_none)
    yield _row("yolo/no file", partial(_yolo, lines=plain), nothing, images=("f0", "f1"))
    refused = Refused("DataError", "")
    for name, lines in {
        "in pixels": ["0 6 5 8 6"],
        "unknown class": [_line(BOXES[0], number="7")],
        "four numbers": ["0 0.5 0.5 0.1"],
        "words": ["cell 0.5 0.5 0.1 0.1"],
        "decimal commas": [plain[0].replace(".", ",")],
        "not a number": ["0 nan 0.5 0.1 0.1"],
        "no size": ["0 0.5 0.5 0 0"],
    }.items():
        yield _row(f"yolo/{name}", partial(_yolo, lines=lines), refused)
    write = partial(_text, name="f0.txt", text="\n".join(plain))
    yield _row("yolo/no list of classes", write, Refused("DataError", "number their classes"))


# --- COCO -----------------------------------------------------------------------------------------


def _coco(
    target: Path,
    change: Callable[[dict[str, Any]], None] = lambda content: None,
    encoding: str = "utf-8",
    newline: str = "\n",
) -> None:
    content: dict[str, Any] = {
        "images": [{"id": 1, "file_name": "f0.tif", "width": WIDTH, "height": HEIGHT}],
        "categories": [{"id": 1, "name": "cell"}],
        "annotations": [
            {
                "id": number,
                "image_id": 1,
                "category_id": 1,
                "bbox": [x0, y0, x1 - x0, y1 - y0],
                "area": (x1 - x0) * (y1 - y0),
                "iscrowd": 0,
                "segmentation": [[each for point in corners((x0, y0, x1, y1)) for each in point]],
            }
            for number, (x0, y0, x1, y1) in enumerate(BOXES, 1)
        ],
    }
    change(content)
    text = json.dumps(content, indent=1)
    (target / "annotations.json").write_text(text, encoding, newline=newline)


def _each(**values: Any) -> Callable[[dict[str, Any]], None]:
    """Return a change of every annotation; ``None`` takes the entry out."""

    def change(content: dict[str, Any]) -> None:
        for entry in content["annotations"]:
            entry.update(values)
            for key in [key for key, value in values.items() if value is None]:
                del entry[key]

    return change


def _crowd(content: dict[str, Any]) -> None:
    whole = {"counts": [0, WIDTH * HEIGHT], "size": [HEIGHT, WIDTH]}
    box = [0, 0, WIDTH, HEIGHT]
    crowd = {"iscrowd": 1, "bbox": box, "segmentation": whole, "area": WIDTH * HEIGHT}
    content["annotations"].append({**content["annotations"][0], "id": 99, **crowd})


def _masks(content: dict[str, Any]) -> None:
    """Put run lengths, column by column, in place of boxes."""
    for entry, (x0, y0, x1, y1) in zip(content["annotations"], BOXES, strict=True):
        del entry["bbox"]
        counts = [x0 * HEIGHT + y0]
        for column in range(x0, x1):
            counts.append(y1 - y0)
            counts.append(HEIGHT - (y1 - y0) if column < x1 - 1 else 0)
        counts[-1] = WIDTH * HEIGHT - sum(counts[:-1])
        entry["segmentation"] = {"counts": counts, "size": [HEIGHT, WIDTH]}


def _coco_rows() -> Iterator[AnnotationRow]:
    yield _row("coco/plain", _coco, THREE)
    yield _row("coco/BOM", partial(_coco, encoding="utf-8-sig"), THREE)
    yield _row("coco/CRLF", partial(_coco, newline="\r\n"), THREE)
    yield _row("coco/crowd", partial(_coco, change=_crowd), _noted(notes.CROWD))
    for name, change in {
        "polygons alone": _each(bbox=None),
        "run lengths alone": _masks,
        "empty bbox": _each(bbox=[]),
    }.items():
        yield _row(f"coco/{name}", partial(_coco, change=change), _noted(notes.BOX_OF_POLYGON))
    refused = Refused("DataError", "")
    turned = _each(bbox=[12, 12, 6, 4, 30])
    yield _row("coco/rotated", partial(_coco, change=turned), Refused("DataError", "rotated"))
    nothing = _each(bbox=None, segmentation=None)
    yield _row("coco/neither box nor outline", partial(_coco, change=nothing), refused)
    yield _row("coco/unknown class", partial(_coco, change=_each(category_id=7)), refused)
    yield _row("coco/unknown image", partial(_coco, change=_each(image_id=7)), refused)
    yield _row("coco/no area", partial(_coco, change=_each(bbox=[3, 3, 0, 0])), refused)
    yield _row("coco/off the image", partial(_coco, change=_each(bbox=[300, 3, 8, 8])), refused)
    write = partial(_coco, change=lambda content: content["images"][0].update(width=99))
    yield _row("coco/other size", write, Refused("DataError", "an image of another size"))

    def windows(content: dict[str, Any]) -> None:
        content["images"][0]["file_name"] = "images\\f0.tif"

    yield _row("coco/path of Windows", partial(_coco, change=windows), THREE)

    def none(content: dict[str, Any]) -> None:
        content["annotations"] = []

    yield _row("coco/no annotation", partial(_coco, change=none), NOTHING)
    write = partial(_text, name="annotations.json", text='{"images": [')
    yield _row("coco/cut off", write, refused)
