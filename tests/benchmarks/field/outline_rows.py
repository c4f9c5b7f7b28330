"""Outlines as labels, and the names by which annotations are found."""

from __future__ import annotations

import json
import unicodedata
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from roifile import ROI_TYPE, ImagejRoi, roiwrite

from tests.benchmarks.field import notes
from tests.benchmarks.field.annotation_rows import (
    BOXES,
    FIELD,
    LABELS,
    SIZE,
    AnnotationRow,
    Labels,
)
from tests.benchmarks.field.label_rows import (
    EMPTY,
    GAP,
    THREE,
    label_row,
    noted,
    write_png,
    write_tiff,
)
from tests.benchmarks.field.rows import Refused

__all__ = ["corners", "name_rows", "outline_rows", "write_labelme", "write_rois"]


# --- outlines -------------------------------------------------------------------------------------


def corners(box: tuple[int, int, int, int]) -> list[list[int]]:
    """Return the corners of a box, x and y."""
    x0, y0, x1, y1 = box
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]


def drawn(box: tuple[int, int, int, int]) -> list[list[int]]:
    """Return corners for labelme, which draws the edge of a shape as pixels of the object."""
    x0, y0, x1, y1 = box
    return corners((x0, y0, x1 - 1, y1 - 1))


def _roi(box: tuple[int, int, int, int], kind: str) -> ImagejRoi:
    if kind == "polygon":
        return ImagejRoi.frompoints(np.array(corners(box), float))
    x0, y0, x1, y1 = box
    return ImagejRoi(roitype=ROI_TYPE.RECT, left=x0, top=y0, right=x1, bottom=y1)


def write_rois(target: Path, kind: str = "rectangle", name: str = "f0.zip", extra: int = 0) -> None:
    found = [_roi(box, kind) for box in BOXES]
    for number, roi in enumerate(found, 1):
        roi.name = f"{number:04}-{number:04}"
    roiwrite(target / name, found)
    if extra:
        with zipfile.ZipFile(target / name, "a") as archive:
            archive.writestr("__MACOSX/._0001-0001.roi", b"\0\5\x16\7")


def write_labelme(target: Path, **changes: Any) -> None:
    content = {
        "version": "5.4.1",
        "flags": {},
        "shapes": [
            {"label": "cell", "shape_type": "polygon", "points": drawn(box), "group_id": None}
            for box in BOXES
        ],
        "imagePath": "f0.tif",
        "imageData": None,
        "imageHeight": SIZE[0],
        "imageWidth": SIZE[1],
    }
    content |= {key: value for key, value in changes.items() if key in content}
    text = json.dumps(content, indent=2)
    _text(target / "f0.json", text, **{k: v for k, v in changes.items() if k not in content})


def _geojson(target: Path, **changes: Any) -> None:
    polygons = [_feature([[*corners(box), corners(box)[0]]]) for box in BOXES]
    features = changes.pop("features", polygons)
    content: Any = {"type": "FeatureCollection", "features": features}
    if changes.pop("bare", False):  # QuPath's older form: the list alone
        content = features
    _text(target / "f0.geojson", json.dumps(content), **changes)


def _feature(rings: Any, kind: str = "Polygon") -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": kind, "coordinates": rings},
        "properties": {"objectType": "annotation"},
    }


def _text(path: Path, text: str, encoding: str = "utf-8", newline: str = "\n") -> None:
    path.write_text(text, encoding, newline=newline)


def _seg(target: Path, masks: np.ndarray = LABELS, name: str = "f0_seg.npy") -> None:
    """Write what Cellpose's program saves: a dictionary in an array of objects."""
    content = {
        "masks": masks.astype(np.uint16),
        "outlines": np.zeros(SIZE, np.uint16),
        "chan_choose": [0, 0],
        "filename": "f0.tif",
        "flows": [np.zeros((1, *SIZE), np.float32)],
        "est_diam": 30.0,
    }
    np.save(target / name, content, allow_pickle=True)


def outline_rows() -> Iterator[AnnotationRow]:
    for kind in ("rectangle", "polygon"):
        yield label_row(f"roi zip/{kind}", partial(write_rois, kind=kind), THREE)
    by_predict = partial(write_rois, name="f0_rois.zip")
    yield label_row("roi zip/name of predict", by_predict, noted(notes.CORRECTED))
    yield label_row("roi zip/notes of macOS", partial(write_rois, extra=1), THREE)
    yield label_row("roi/one", _one_roi, Labels({"f0": (LABELS == 1).astype(np.int32)}))
    yield label_row("roi zip/empty", _empty_zip, Refused("DataError", "there is no outline in it"))
    yield label_row("seg.npy/plain", _seg, THREE)
    yield label_row("seg.npy/gap", partial(_seg, masks=GAP), noted(notes.RENUMBERED))
    nothing = Labels({"f0": EMPTY}, (notes.NO_OBJECT,))
    yield label_row("seg.npy/empty", partial(_seg, masks=EMPTY), nothing)
    yield label_row("labelme/polygons", write_labelme, THREE)
    yield label_row("geojson/polygons", _geojson, THREE)
    yield label_row("geojson/list alone", partial(_geojson, bare=True), THREE)
    for name, changes in {
        "BOM": {"encoding": "utf-8-sig"},
        "CRLF": {"newline": "\r\n"},
    }.items():
        yield label_row(f"labelme/{name}", partial(write_labelme, **changes), THREE)
        yield label_row(f"geojson/{name}", partial(_geojson, **changes), THREE)
    rectangles = [
        {"label": "cell", "shape_type": "rectangle", "points": [drawn(b)[0], drawn(b)[2]]}
        for b in BOXES
    ]
    yield label_row("labelme/rectangles", partial(write_labelme, shapes=rectangles), THREE)
    yield label_row("labelme/empty", partial(write_labelme, shapes=[]), nothing)
    yield label_row("geojson/empty", partial(_geojson, features=[]), nothing)
    several = [_feature([[[*corners(box), corners(box)[0]]] for box in BOXES[:2]], "MultiPolygon")]
    joined = Labels({"f0": ((LABELS == 1) | (LABELS == 2)).astype(np.int32)})
    yield label_row("geojson/polygon of two parts", partial(_geojson, features=several), joined)
    holed = LABELS * (LABELS == 3)
    holed[15:18, 10:20] = 0
    hole = (
        [[5, 14], [25, 14], [25, 20], [5, 20], [5, 14]],
        [
            [10, 15],
            [20, 15],
            [20, 18],
            [10, 18],
            [10, 15],
        ],
    )
    expected = Labels({"f0": (holed > 0).astype(np.int32)})
    yield label_row("geojson/hole", partial(_geojson, features=[_feature(list(hole))]), expected)


def _one_roi(target: Path) -> None:
    _roi(BOXES[0], "rectangle").tofile(target / "f0.roi")


def _empty_zip(target: Path) -> None:
    with zipfile.ZipFile(target / "f0.zip", "w"):
        pass


# --- names ----------------------------------------------------------------------------------------


def _flat(folder: Path, names: tuple[str, str]) -> None:
    tifffile.imwrite(folder / names[0], FIELD)
    values = LABELS.astype(np.uint16)
    if names[1].endswith(".png"):
        write_png(folder, values, names[1])
    elif names[1].endswith("_seg.npy"):
        _seg(folder, name=names[1])
    else:
        write_tiff(folder, values, names[1])


def _beside(folder: Path, names: tuple[str, str], hidden: bool = False) -> None:
    for place, name in zip(("source", "target"), names, strict=True):
        (folder / place).mkdir()
        array = FIELD if place == "source" else LABELS.astype(np.uint16)
        if name.endswith(".png"):
            write_png(folder / place, array, name)
        else:
            tifffile.imwrite(folder / place / name, array)
        if hidden:
            for other in (f"._{name}", ".DS_Store", "Thumbs.db", "desktop.ini"):
                (folder / place / other).write_bytes(b"\0\5\x16\7" + bytes(60))


def name_rows() -> Iterator[AnnotationRow]:
    part = "names of annotations"
    for suffix in ("_masks", "_cp_masks", "_label", "_labels", "_mask"):
        for kind, expected in (("tif", ".tif"), ("png", ".png")):
            names = ("img_0.tif", f"img_0{suffix}{expected}")
            row = partial(_flat, names=names)
            yield AnnotationRow(
                f"one folder/{suffix}.{kind}", part, "labels", row, Labels({"img_0": LABELS})
            )
            row = partial(_beside, names=names)
            yield AnnotationRow(
                f"two folders/{suffix}.{kind}", part, "labels", row, Labels({"img_0": LABELS})
            )
    row = partial(_flat, names=("img_0.tif", "img_0_seg.npy"))
    expected = Labels({"img_0": LABELS})
    yield AnnotationRow("one folder/_seg.npy", part, "labels", row, expected)
    forms = {form: unicodedata.normalize(form, "Zélle 細菌") for form in ("NFC", "NFD")}
    for here, there in (("NFC", "NFD"), ("NFD", "NFC"), ("NFD", "NFD")):
        row = partial(_beside, names=(f"{forms[here]}.tif", f"{forms[there]}.tif"))
        expected = Labels({forms["NFC"]: LABELS})
        yield AnnotationRow(f"two folders/{here} and {there}", part, "labels", row, expected)
    row = partial(_beside, names=("f0.tif", "f0.tif"), hidden=True)
    yield AnnotationRow("two folders/files of systems", part, "labels", row, THREE)
    row = partial(_beside, names=("f0.TIF", "f0.tiff"))
    yield AnnotationRow("two folders/TIF and tiff", part, "labels", row, THREE)
    row = partial(_beside, names=("f0.ome.tif", "f0.png"))
    yield AnnotationRow("two folders/ome.tif and png", part, "labels", row, THREE)
    row = partial(_beside, names=("f0.tif", "f1.tif"))
    refused = Refused("DataError", "it has no partner of the same name")
    yield AnnotationRow("two folders/other name", part, "labels", row, refused)
