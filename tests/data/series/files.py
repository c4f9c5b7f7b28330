"""Files of one and several images, sets of files, and what is read of each: the golden table.

``python -m tests.data.series.files`` writes what Python reads into ``cases.json``, to be looked
through before it is committed.  A row has the container, the axes and the kind of case, and for
each number of an image the planes that are read (by the number that fills them), in the order
``t z c``.

The rules are those of the containers: OME-TIFF (TiffData, UUID, BinaryOnly: OME Model 6.3 of
docs.openmicroscopy.org; Bio-Formats reads an ``Image`` as a series), Micro-Manager's index map
(micro-manager.org/Micro-Manager_File_Formats), ImageJ's description (ij.io.FileOpener), and
tifffile's shape; of the last two and of plain pages tifffile itself is the oracle.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import tifffile

from deepbacs_zoo.errors import DeepbacsZooError
from deepbacs_zoo.images import ReadOptions, read_image
from tests.data.packed import pack
from tests.data.series.case import Case
from tests.data.series.ome_cases import one_image, sets_of_files, several_images, tiff_data
from tests.data.series.writers import (
    GREY,
    image,
    imagej,
    mm_stack,
    ome,
    pages,
    pixels,
    plane,
    shaped,
    stack,
)

__all__ = ["GOLDEN", "PACKED", "Case", "described", "write_cases"]

GOLDEN: Final = Path(__file__).parent / "cases.json"
PACKED: Final = GOLDEN.with_name("files.zip")
"""The files of the table, as JUnit reads them."""


# --- tifffile's shape, plain pages, ImageJ --------------------------------------------------------


def _shaped() -> Iterator[Case]:
    sizes = {"R": 2, "P": 2, "M": 2, "A": 2, "E": 2, "H": 2, "L": 2, "V": 2, "B": 2}
    sizes |= {"T": 2, "Z": 3, "C": 2, "Q": 3, "I": 3}
    for axes in (
        *("Q", "I", "T", "Z", "C", "TZC", "CZT", "TQ", "ZQ", "QQ", "R", "TR", "RT", "RTZC", "P"),
        *("M", "A", "E", "H", "L", "V", "B", "RM", "PQ"),
    ):
        array = stack(*(sizes[axis] for axis in axes))
        yield Case(
            "shaped", axes, "one array",
            lambda path, array=array, axes=axes: shaped(path, array, axes=axes + "YX"),
        )  # fmt: skip
    yield Case("shaped", "", "no axes", lambda path: shaped(path, stack(2, 3)))
    yield Case("shaped", "Q", "two arrays", lambda path: shaped(path, stack(3), stack(2, first=11)))
    yield Case(
        "shaped", "YX", "arrays of several sizes",
        lambda path: shaped(path, plane(1), plane(2, 5, 6), plane(3, dtype="uint16"), name="field"),
    )  # fmt: skip
    yield Case("shaped", "T", "one page", lambda path: shaped(path, (stack(3), {"truncate": True})))
    yield Case(
        "shaped", "Z", "a page without a shape",
        lambda path: shaped(path, stack(3), (plane(9), {"metadata": None})),
    )  # fmt: skip
    yield Case(
        "shaped", "Z", "a smaller copy",
        lambda path: shaped(path, stack(2), (plane(9, 2, 2), {"subfiletype": 1})),
    )  # fmt: skip
    yield Case("shaped", "YX", "levels below the page", _levels_below)
    rgb = np.arange(2 * 3 * 4 * 3, dtype=np.uint8).reshape(2, 3, 4, 3)
    for axes, array in (("QYXS", rgb), ("CYXS", rgb), ("RYXS", rgb), ("YXS", rgb[0])):
        yield Case(
            "shaped", axes, "colors",
            lambda path, array=array, axes=axes: shaped(
                path, (array, {"photometric": "rgb"}), axes=axes
            ),
        )  # fmt: skip
    yield Case(
        "shaped", "Z", "old description",
        lambda path: pages(path, list(stack(3)), "shape=(3, 3, 4)"),
    )  # fmt: skip
    yield Case(
        "shaped", "Z", "a shape of more pages",
        lambda path: pages(path, list(stack(3)), '{"shape": [5, 3, 4], "axes": "ZYX"}'),
    )  # fmt: skip
    yield Case(
        "shaped", "Z", "a shape of another image",
        lambda path: pages(path, list(stack(3)), '{"shape": [3, 7, 7], "axes": "ZYX"}'),
    )  # fmt: skip


def _levels_below(path: Path) -> None:
    with tifffile.TiffWriter(path) as writer:
        writer.write(plane(1, 16, 16), subifds=1, **GREY)
        writer.write(plane(2, 8, 8), subfiletype=1, **GREY)


def _larger_below(path: Path) -> None:
    with tifffile.TiffWriter(path) as writer:
        writer.write(plane(1, 4, 4), subifds=1, metadata=None, **GREY)
        writer.write(plane(2, 16, 16), metadata=None, **GREY)


def _plain() -> Iterator[Case]:
    big, wide = plane(1, 16, 16), plane(5, dtype="uint16")
    color = np.full((3, 4, 3), 7, np.uint8)
    small = {"subfiletype": 1}
    rows: dict[str, list[Any]] = {
        "one page": [plane(1)],
        "three pages": [plane(1), plane(2), plane(3)],
        "a thumbnail that says so": [plane(1), plane(2), (plane(9, 2, 2), small)],
        "a thumbnail first": [(plane(9, 2, 2), small), plane(1), plane(2)],
        "thumbnails alone": [(plane(1), small), (plane(2), small)],
        "label and macro": [big, plane(2, 7, 5), plane(3, 5, 9)],
        "a pyramid": [big, plane(2, 8, 8), plane(3, 4, 4)],
        "a pyramid of stacks": [big, big + 1, plane(3, 8, 8), plane(4, 8, 8)],
        "a pyramid by three": [plane(1, 18, 18), plane(2, 6, 6), plane(3, 2, 2)],
        "no steady pyramid": [big, plane(2, 8, 8), plane(3, 2, 2)],
        "types in turn": [plane(1), wide, plane(2), wide + 1],
        "grey and colors": [plane(1), plane(2), (color, {"photometric": "rgb"})],
        "six sizes": [plane(n, n + 2, 9) for n in range(1, 7)],
        "compressed and not": [plane(1), (plane(2), {"compression": "lzw"}), plane(3)],
        "black and white": [plane(1), (plane(2), {"photometric": "miniswhite"})],
    }
    for kind, planes in rows.items():
        axes = "Q" if len(planes) > 1 else "YX"
        yield Case("plain", axes, kind, lambda path, planes=planes: pages(path, planes))
    yield Case("plain", "YX", "a larger image below", _larger_below)
    yield Case("plain", "Q", "text", lambda path: pages(path, list(stack(2)), "from a camera"))
    yield Case(
        "plain", "Q", "BigTIFF",
        lambda path: tifffile.imwrite(path, stack(2), bigtiff=True, metadata=None, **GREY),
    )  # fmt: skip
    yield Case("plain", "ZYX", "a volume", _volume, refused="volumes, TIFF tag 32997")
    yield Case(
        "plain", "YX", "Aperio SVS",
        lambda path: pages(path, [big, (plane(2, 7, 5), {})], "Aperio Image Library v1\nx"),
        refused="Aperio SVS",
    )  # fmt: skip
    yield Case(
        "plain", "I", "ScanImage",
        lambda path: pages(path, list(stack(3)), "state.configName='x'\r"),
        refused="ScanImage",
    )  # fmt: skip


def _volume(path: Path) -> None:
    array = np.arange(16**3, dtype=np.uint16).reshape(16, 16, 16)
    tifffile.imwrite(path, array, volumetric=True, tile=(16, 16, 16), metadata=None, **GREY)


def _imagej() -> Iterator[Case]:
    lines: dict[str, tuple[int, tuple[str, ...]]] = {
        "frames": (3, ("images=3", "frames=3", "hyperstack=true")),
        "slices": (3, ("images=3", "slices=3")),
        "channels": (2, ("images=2", "channels=2", "hyperstack=true")),
        "hyperstack": (8, ("images=8", "channels=2", "slices=2", "frames=2", "hyperstack=true")),
        "order zct": (6, ("images=6", "channels=2", "slices=3", "order=zct")),
        "order tzc": (6, ("images=6", "channels=2", "frames=3", "order=tzc")),
        "order unknown": (4, ("images=4", "channels=2", "slices=2", "order=default")),
        "order broken": (4, ("images=4", "channels=2", "slices=2", "order=xyz")),
        "images alone": (3, ("images=3",)),
        "images without a number": (3, ("images=three",)),
        "no number at all": (3, ()),
        "fewer images": (4, ("images=2",)),
        "more images": (3, ("images=7",)),
        "more images on one page": (1, ("images=7",)),
        "fewer frames": (5, ("images=3", "frames=3")),
        "more frames": (3, ("images=5", "frames=5", "hyperstack=true")),
        "last frame incomplete": (5, ("images=6", "frames=3", "slices=2", "hyperstack=true")),
        "last slice incomplete": (3, ("images=4", "slices=2", "channels=2", "hyperstack=true")),
        "images and slices differ": (6, ("images=6", "slices=3")),
        "zero slices": (2, ("images=2", "slices=0")),
        "negative frames": (2, ("images=2", "frames=-3")),
    }
    for kind, (count, stated) in lines.items():
        yield Case(
            "ImageJ", "TZC", kind,
            lambda path, count=count, stated=stated: imagej(path, count, *stated),
        )  # fmt: skip
    text = "ImageJ=1.54p\nimages=2\nslices=2\n"
    thumbnail = (plane(9, 2, 2), {"subfiletype": 1})
    yield Case("ImageJ", "Z", "thumbnail", lambda path: pages(path, [*stack(2), thumbnail], text))
    yield Case(
        "ImageJ", "Z", "another size", lambda path: pages(path, [*stack(2), plane(9, 2, 2)], text)
    )
    yield Case(
        "ImageJ", "Z", "SCIFIO",
        lambda path: pages(path, list(stack(2)), "SCIFIO=1\nimages=2\nslices=2\n"),
    )  # fmt: skip
    yield Case(
        "ImageJ", "TZC", "one page",
        lambda path: tifffile.imwrite(
            path, stack(2, 2, 2), imagej=True, truncate=True, metadata={"axes": "TZCYX"}
        ),
    )  # fmt: skip
    yield Case(
        "ImageJ", "Z", "old and one page",
        lambda path: path.write_bytes(_without_slices(path)),
    )  # fmt: skip
    yield Case(
        "ImageJ", "Z", "one page compressed",
        lambda path: imagej(path, 1, "images=3", "slices=3", compression="lzw"),
    )  # fmt: skip
    colors = np.arange(2 * 3 * 4 * 3, dtype=np.uint8).reshape(2, 3, 4, 3)
    yield Case("ImageJ", "ZS", "colors", lambda path: tifffile.imwrite(path, colors, imagej=True))


def _without_slices(path: Path) -> bytes:
    """Return a stack on one page whose description has the number of images alone."""
    tifffile.imwrite(path, stack(3), imagej=True, truncate=True, metadata={"axes": "ZYX"})
    return path.read_bytes().replace(b"slices=3", b"nothing3").replace(b"hyperstack", b"hyperstuck")


# --- Micro-Manager --------------------------------------------------------------------------------


def _micromanager() -> Iterator[Case]:
    def rows(t: int = 1, z: int = 1, c: int = 1, r: int = 1) -> list[tuple[int, int, int, int]]:
        return [
            (channel, slice_, frame, position)
            for frame in range(t) for position in range(r)
            for slice_ in range(z) for channel in range(c)
        ]  # fmt: skip

    def sizes(t: int = 1, z: int = 1, c: int = 1, r: int = 1) -> dict[str, int]:
        return {"Frames": t, "Slices": z, "Channels": c, "Positions": r}

    cases: dict[str, tuple[list[tuple[int, int, int, int]], dict[str, int]]] = {
        "one position": (rows(2, 3, 2), sizes(2, 3, 2)),
        "two positions": (rows(3, r=2), sizes(3, r=2)),
        "two positions of stacks": (rows(2, 2, 2, 2), sizes(2, 2, 2, 2)),
        "second of two positions": ([(0, 0, t, 1) for t in range(2)], sizes(2, r=2)),
        "stopped": (rows(3, 2)[:5], sizes(10, 2)),
        "stopped in the first frame": (rows(1, 3)[:2], sizes(4, 3)),
        "second file of a long one": ([(0, 0, t, 0) for t in (4, 5)], sizes(6)),
        "one channel in one slice": ([(0, z, 0, 0) for z in range(3)] + [(1, 1, 0, 0)],
                                     sizes(1, 3, 2)),
        "a frame of one position missing": (rows(2, r=2)[:3], sizes(2, r=2)),
        "summary too small": (rows(3), sizes(1)),
        "summary without sizes": (rows(2, r=2), {}),
        "six positions": (rows(r=6), sizes(r=6)),
    }  # fmt: skip
    for kind, (places, summary) in cases.items():
        yield Case(
            "Micro-Manager", "TRZC", kind,
            lambda path, places=places, summary=summary: mm_stack(path, places, "", **summary),
            "a_MMStack_Pos0.ome.tif",
        )  # fmt: skip
    described = "".join(
        image(
            pixels("".join(tiff_data(2 * t + n, FirstT=t) for t in range(2)), t=2,
                   channels='<Channel Name="GFP"/>', PhysicalSizeX="0.1", PhysicalSizeY="0.1"),
            f"Pos{n}",
        )
        for n in range(2)
    )  # fmt: skip
    elsewhere = '<BinaryOnly MetadataFile="a_MMStack_Pos0.ome.tif" UUID="urn:uuid:0"/>'
    for kind, content in (
        ("with OME-XML", described),
        ("with OME-XML in another file", elsewhere),
        ("with OME-XML of another size", image(pixels(tiff_data(0, PlaneCount=4), t=4, y=9))),
    ):
        yield Case(
            "Micro-Manager", "TR", kind,
            lambda path, content=content: mm_stack(
                path, rows(2, r=2), ome(content), **sizes(2, r=2)
            ), "a_MMStack_Pos1.ome.tif",
        )  # fmt: skip
    for kind, marker in (
        ("without an index map", (54773648, 1)),
        ("of a later kind", (3453623, 5)),
    ):
        yield Case(
            "Micro-Manager", "TR", kind,
            lambda path, marker=marker: _spoil(path, rows(2, r=2), ome(described), *marker),
            "a_MMStack_Pos0.ome.tif",
        )  # fmt: skip


def _spoil(path: Path, rows: Any, xml: str, number: int, other: int) -> None:
    """Write a stack of which one of the marks of its header is another number."""
    mm_stack(path, rows, xml, Frames=2, Positions=2)
    old, new = (value.to_bytes(4, "little") for value in (number, other))
    path.write_bytes(path.read_bytes().replace(old, new))


# --- the table ------------------------------------------------------------------------------------


def all_cases() -> list[Case]:
    """Return all cases in the order of the table."""
    parts = (_shaped, _plain, _imagej, one_image, several_images, sets_of_files, _micromanager)
    return [case for part in parts for case in part()]


def write_cases(folder: Path) -> list[Case]:
    """Write all files, each into a folder of its own, and return their cases."""
    cases = all_cases()
    for case in cases:
        path = folder / case.file
        path.parent.mkdir(parents=True)
        case.write(path)
    return cases


def described(path: Path, series: int | None = None) -> dict[str, Any]:
    """Return what Python reads in a file, or its error, without the folder's name."""
    try:
        image = read_image(path, ReadOptions(series=series))
    except DeepbacsZooError as error:
        return {"error": type(error).__name__, "message": str(error).replace(str(path), path.name)}
    found = image.data.values
    size = image.calibration.x
    return {
        "shape": "x".join(map(str, image.shape)),
        "planes": found[..., 0, 0].ravel().tolist(),
        "rgb": image.rgb,
        **({"channels": [str(n) for n in image.data.c.values]} if "c" in image.data.coords else {}),
        **({"pixel": size} if size else {}),
        "findings": [
            f"{each.id}: {Path(each.where).name}: {each.sentence()}" for each in image.findings
        ],
    }


def rows_of(folder: Path) -> list[dict[str, Any]]:
    """Return the rows of the table: a file is read without a number, and by up to three."""
    rows = []
    for case in write_cases(folder):
        path = folder / case.file
        row = {"container": case.container, "axes": case.axes, "kind": case.kind, "file": case.file}
        row |= {"refused": case.refused} if case.refused else {}
        read = {"": described(path)}
        for number in (1, 2, 3):
            if "error" not in read[[*read][-1]]:
                read[str(number)] = described(path, number)
        if read.get("1") == read[""]:
            del read["1"]
        rows.append({**row, "read": read})
    return rows


def main() -> None:
    """Write the golden table, and its files for JUnit."""
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows_of(Path(name)))
        pack(Path(name), PACKED)
    GOLDEN.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
