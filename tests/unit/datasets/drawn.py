"""Small archives in the layout of each published set, and a server that gives parts of them."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import zipfile
from collections.abc import Mapping
from email.utils import formatdate
from functools import cache
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import numpy as np
import tifffile

from deepbacs_zoo.datasets import PUBLISHED, PublishedSet
from tests.unit.files.servers import Answer, Repository, whole

BOXES = """<annotation><filename>{name}.png</filename>
<size><width>16</width><height>16</height><depth>3</depth></size>
<object><name>rod</name>
<bndbox><xmin>2</xmin><ymin>2</ymin><xmax>9</xmax><ymax>7</ymax></bndbox></object></annotation>
"""


@cache
def tiff(kind: str) -> bytes:
    content = np.zeros((16, 16), np.uint8)
    content[2:7, 2:9] = 1
    content[9:14, 3:12] = 2
    if kind == "binary":
        content = np.where(content > 0, np.uint8(255), np.uint8(0))
    if kind == "image":
        content = content * 60 + np.arange(16, dtype=np.uint8)
    file = io.BytesIO()
    tifffile.imwrite(file, content)
    return file.getvalue()


def part(source: str, target: str | None, names: list[str], kind: str = "labels"):
    files = {f"{source}/{name}.tif": tiff("image") for name in names}
    if target is not None:
        files |= {f"{target}/{name}.tif": tiff(kind) for name in names}
    return files


def boxes(source: str, target: str, names: list[str]):
    files = {f"{source}/{name}.png": b"PNG of " + name.encode() for name in names}
    return files | {f"{target}/{name}.xml": BOXES.format(name=name).encode() for name in names}


def numbered(begin: str, count: int) -> list[str]:
    return [f"{begin}{number:03d}" for number in range(count)]


def _staph(channel: str):
    top = f"{channel}_dataset"
    return (
        part(f"{top}/train/full_images/{channel}", f"{top}/train/full_images/masks", ["a", "b"])
        | part(f"{top}/train/patches/{channel}", f"{top}/train/patches/masks", numbered("p", 8))
        | part(f"{top}/test/{channel}", f"{top}/test/masks", ["t"])
    )


def _ecoli():
    files = {}
    for name, count in (("train", 19), ("test", 15)):
        names = numbered("pos", count)
        files |= part(f"{name}/brightfield", f"{name}/masks_RoiMap", names)
        files |= part(f"{name}/brightfield", f"{name}/masks_binary", names, "binary")
    return files | {"live-cell_data/roi1/t01.tif": tiff("image"), "readme.txt": b"E. coli"}


def _bsubtilis():
    files = {"pix2pix_dataset/Notes_pix2pix.txt": b"notes"}
    for use, kind in (("StarDist", "labels"), ("CARE_U-Net", "binary"), ("SplineDist", "labels")):
        for name in ("train", "test"):
            base = f"{use}_dataset/{name}"
            files |= part(f"{base}/fluorescence", f"{base}/masks", numbered(f"{name}_", 4), kind)
    return files


def _mixed():
    names = numbered("JE2_", 20) + numbered("pos_", 20) + numbered("train_", 20)
    return part("training/source", "training/target", names) | part(
        "test/source", "test/target", ["JE2_t", "pos_t", "test_t"]
    )


def _pair(source: str, target: str | None):
    return part(f"train/{source}", target and f"train/{target}", numbered("i", 5)) | part(
        f"test/{source}", target and f"test/{target}", ["t"]
    )


def _multilabel():
    files = {}
    for name in ("training", "test"):
        base = f"Multilabel_U-Net_dataset_B.subtilis/{name}"
        names = numbered("train_", 4)
        files |= part(f"{base}/source", f"{base}/instance_segmentation_GT", names)
        files |= part(f"{base}/source", f"{base}/target", names)
    return files


def _antibiotics():
    return (
        boxes("train", "train", numbered("x", 6))
        | boxes("test_individual_treatment", "test_individual_treatment", ["s0", "s1"])
        | boxes("test_stitched_images", "test_stitched_images", ["m"])
    )


ARCHIVES: Mapping[str, Mapping[str, bytes]] = {
    "saureus-brightfield": _staph("brightfield") | _staph("fluorescence"),
    "saureus-fluorescence": _staph("brightfield") | _staph("fluorescence"),
    "ecoli-brightfield": _ecoli(),
    "bsubtilis-fluorescence": _bsubtilis(),
    "bsubtilis-multilabel": _multilabel(),
    "mixed": _mixed(),
    "ecoli-stationary": _pair("brightfield", "masks"),
    "ecoli-growth-stage": boxes("training/source", "training/target", numbered("g", 5))
    | boxes("test/source", "test/target", ["t"]),
    "ecoli-antibiotics": _antibiotics(),
    "ecoli-hns": _pair("low_SNR", "high_SNR"),
    "ecoli-mreb": {f"DeepBacs_MreB/{k}": v for k, v in _pair("low_SNR", "high_SNR").items()},
    "bsubtilis-vercini": _pair("movies", None),
    "ecoli-membrane": _pair("brightfield", "fluorescence"),
    "ecoli-membrane-paint": _pair("brightfield", "PAINT"),
    "ecoli-sim": _pair("WF", "SIM"),
    "saureus-sim": _pair("WF", "SIM"),
}


def zipped(files: Mapping[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, (2021, 10, 5, 0, 0, 0))
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return data.getvalue()


def unpacked(files: Mapping[str, bytes], folder: Path) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def with_sum(name: str, data: bytes) -> PublishedSet:
    """Return a published set as if the sum of these bytes had been published."""
    entry = PUBLISHED[name]
    archive = dataclasses.replace(
        entry.archive,
        file=entry.archive.file or "images.zip",
        sha256=hashlib.sha256(data).hexdigest(),
    )
    return dataclasses.replace(entry, archive=archive)


def path_of(entry: PublishedSet) -> str:
    return f"/records/{entry.archive.record}/files/{entry.archive.file}?download=1"


def parts(tag: str = '"first"', *, heed: bool = True, most: int | None = None) -> Answer:
    """Return an answer that knows ranges, sends a validator, and ends after ``most`` bytes."""

    def answer(handler: BaseHTTPRequestHandler, data: bytes) -> None:
        begin = handler.headers.get("Range")
        expected = int(begin.removeprefix("bytes=").removesuffix("-")) if begin else 0
        if begin and heed and handler.headers.get("If-Range") != tag:
            expected = 0
        if expected >= len(data):
            handler.send_error(416)
            return
        handler.send_response(206 if expected else 200)
        if tag.startswith(('"', "W/")):
            handler.send_header("ETag", tag)
        elif tag:
            handler.send_header("Last-Modified", tag)
        if expected:
            handler.send_header("Content-Range", f"bytes {expected}-{len(data) - 1}/{len(data)}")
        handler.send_header("Content-Length", str(len(data) - expected))
        handler.end_headers()
        end = len(data) if most is None else min(expected + most, len(data))
        handler.wfile.write(data[expected:end])

    return answer


DATE = formatdate(1633392000, usegmt=True)
"""What ``Last-Modified`` says."""


class Ranges:
    """An answer around others that notes the ranges asked for."""

    def __init__(self, repository: Repository, answer: Answer = whole) -> None:
        self.seen: list[str | None] = []
        self._answer = answer
        repository.usual = self

    def __call__(self, handler: BaseHTTPRequestHandler, data: bytes) -> None:
        self.seen.append(handler.headers.get("Range"))
        self._answer(handler, data)
