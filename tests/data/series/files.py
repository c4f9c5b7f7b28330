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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import tifffile

from deepbacs_zoo.errors import DeepbacsZooError
from deepbacs_zoo.images import ReadOptions, read_image
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

__all__ = ["GOLDEN", "Case", "described", "write_cases"]

GOLDEN: Final = Path(__file__).parent / "cases.json"


class Case(NamedTuple):
    """One file of the table.

    Parameters
    ----------
    container, axes, kind
        Its row.
    write
        Writes it, and other files of its set into the same folder.
    name
        Its name.
    refused
        What Java calls it, where Java refuses what only tifffile knows.
    """

    container: str
    axes: str
    kind: str
    write: Callable[[Path], object]
    name: str = "image.tif"
    refused: str = ""

    @property
    def file(self) -> str:
        """Its path inside the folder of all cases, without blanks."""
        folder = f"{self.container} {self.axes} {self.kind}".lower().replace(" ", "-")
        return f"{folder}/{self.name}"


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


# --- OME-TIFF -------------------------------------------------------------------------------------

OWN, OTHER = "urn:uuid:1", "urn:uuid:2"


def _data(ifd: int | None = None, file: str = "", uuid: str = OTHER, **first: int) -> str:
    """Return an element ``TiffData``; ``first`` are its other attributes."""
    stated = ({} if ifd is None else {"IFD": ifd}) | first
    text = "".join(f' {name}="{value}"' for name, value in stated.items())
    inside = f'<UUID FileName="{file}">{uuid}</UUID>' if file else ""
    return f"<TiffData{text}>{inside}</TiffData>"


def _ome_one() -> Iterator[Case]:
    all_six = {"z": 3, "c": 2}
    channels = '<Channel Name="DNA"/><Channel Name="wall"/>'
    two_samples = '<Channel SamplesPerPixel="1"/><Channel SamplesPerPixel="3"/>'
    rows: dict[str, tuple[int, str]] = {
        "no IFD": (6, pixels(_data(), **all_six)),
        "no TiffData": (6, pixels("", **all_six)),
        "PlaneCount": (6, pixels(_data(0, PlaneCount=6), **all_six)),
        "NumPlanes": (6, pixels(_data(0, NumPlanes=6), **all_six)),
        "one IFD": (6, pixels(_data(2), **all_six)),
        "planes one by one": (
            2, pixels(_data(1, FirstT=0) + _data(0, FirstT=1), t=2),
        ),
        "channel names": (2, pixels(_data(), c=2, channels=channels)),
        "one name for two channels": (
            1, pixels(_data(0, FirstC=1), c=2, channels='<Channel Name="DNA"/>'),
        ),
        "second channel alone": (1, pixels(_data(0, FirstC=1), c=2, channels=channels)),
        "order unknown": (6, pixels(_data(), order="XYQQQ", **all_six)),
        "order missing": (6, pixels(_data(), order="", **all_six)),
        "more frames than pages": (2, pixels(_data(0, PlaneCount=2), t=4)),
        "more frames named than pages": (2, pixels(_data(0, PlaneCount=4), t=4)),
        "last frame incomplete": (5, pixels(_data(0, PlaneCount=5), t=3, z=2, order="XYZTC")),
        "a frame in the middle missing": (
            2, pixels(_data(0, FirstT=0) + _data(1, FirstT=2), t=3),
        ),
        "one channel in one slice": (
            4, pixels("".join(_data(z, FirstZ=z) for z in range(3))
                      + _data(3, FirstZ=1, FirstC=1), z=3, c=2),
        ),
        "scattered planes": (
            2, pixels(_data(0) + _data(1, FirstT=1, FirstZ=1, FirstC=1), t=2, z=2, c=2),
        ),
        "IFD beyond the pages": (2, pixels(_data(7, FirstT=0) + _data(1, FirstT=1), t=2)),
        "FirstT beyond the frames": (2, pixels(_data(0) + _data(1, FirstT=5), t=2)),
        "pages that it does not name": (4, pixels(_data(0, PlaneCount=2), t=2)),
        "size as text": (2, pixels(_data(), t="two")),  # type: ignore[arg-type]
        "size zero": (2, pixels(_data(), t=0)),
        "size negative": (2, pixels(_data(), t=-2)),
        "of another size": (2, pixels(_data(), t=2, y=30, x=40)),
        "channels of differing samples": (2, pixels(_data(), c=4, channels=two_samples)),
        "pixel size": (2, pixels(_data(), t=2, PhysicalSizeX="0.1", PhysicalSizeY="0.2",
                                 TimeIncrement="3")),
    }  # fmt: skip
    for kind, (count, content) in rows.items():
        yield Case(
            "OME", "one image", kind,
            lambda path, count=count, content=content: pages(
                path, list(stack(count)), ome(image(content))
            ),
        )  # fmt: skip
    for order in ("XYZCT", "XYZTC", "XYCZT", "XYCTZ", "XYTCZ", "XYTZC"):
        content = pixels(_data(), z=2, c=3, t=2, order=order)
        yield Case(
            "OME", "one image", f"order {order}",
            lambda path, content=content: pages(path, list(stack(12)), ome(image(content))),
        )  # fmt: skip
    documents = {
        "broken": ome(image(pixels(_data(), t=2))).replace("<Pixels", "<<Pixels"),
        "entities": ome(image(pixels(_data(), t=2)), head="<!DOCTYPE a [<!ENTITY b 'c'>]>"),
        "without an image": ome("<Instrument/>"),
        "without pixels": ome("<Image/>"),
        "blanks at the end": ome(image(pixels(_data(), t=2))) + "\n  ",
        "other elements": ome("<StructuredAnnotations/>" + image(pixels(_data(), t=2))),
        "without a schema": ome(image(pixels(_data(), t=2))).replace(" xmlns=", " about="),
    }
    for kind, text in documents.items():
        yield Case(
            "OME", "document", kind,
            lambda path, text=text: pages(path, list(stack(2)), text),
        )  # fmt: skip
    both = "ImageJ=1.54p\nimages=2\nframes=2\n"
    yield Case(
        "OME", "document", "not used, with ImageJ's",
        lambda path: pages(
            path, [(plane(1), {"extratags": [(270, 2, len(both) + 1, both, False)]}), plane(2)],
            ome("<Instrument/>"),
        ),
    )  # fmt: skip
    yield from _ome_colors()


def _ome_colors() -> Iterator[Case]:
    colors = np.arange(2 * 3 * 4 * 3, dtype=np.uint8).reshape(2, 3, 4, 3)
    rgb = {"photometric": "rgb"}
    three = '<Channel SamplesPerPixel="3"/>'
    for kind, size in (("frames", {"t": 2, "c": 3}), ("channels", {"c": 6})):
        content = pixels(_data(), channels=three * (size["c"] // 3), **size)
        yield Case(
            "OME", "colors", kind,
            lambda path, content=content: pages(
                path, [(each, rgb) for each in colors], ome(image(content))
            ),
        )  # fmt: skip
    for axes in ("TZCYX", "TCZYX", "ZTCYX", "CZTYX"):
        yield Case(
            "OME", axes, "written by tifffile",
            lambda path, axes=axes: tifffile.imwrite(
                path, stack(2, 3, 2), metadata={"axes": axes}, **GREY
            ), "image.ome.tif",
        )  # fmt: skip
    yield Case("OME", "YX", "pyramid", _ome_pyramid, "image.ome.tif")


def _ome_pyramid(path: Path) -> None:
    with tifffile.TiffWriter(path, ome=True) as writer:
        writer.write(plane(1, 16, 16), subifds=1, metadata={"axes": "YX"}, **GREY)
        writer.write(plane(2, 8, 8), subfiletype=1, **GREY)


def _ome_images() -> Iterator[Case]:
    def several(path: Path, *arrays: Any) -> None:
        with tifffile.TiffWriter(path, ome=True) as writer:
            for number, array in enumerate(arrays):
                axes = "TYX" if array.ndim == 3 else "YX"
                writer.write(array, metadata={"axes": axes, "Name": f"Pos{number}"}, **GREY)

    rows = {
        "two": (plane(1), plane(2)),
        "two of frames": (stack(2), stack(3, first=11)),
        "of several sizes": (plane(1), stack(2, first=2), plane(4, 5, 6), plane(5, dtype="uint16")),
        "seven": tuple(plane(n) for n in range(1, 8)),
    }
    for kind, arrays in rows.items():
        yield Case(
            "OME", "several images", kind,
            lambda path, arrays=arrays: several(path, *arrays), "image.ome.tif",
        )  # fmt: skip
    in_turn = "".join(
        image(pixels("".join(_data(2 * t + n, FirstT=t) for t in range(3)), t=3), f"Pos{n}")
        for n in range(2)
    )
    first = image(pixels(_data(0), PhysicalSizeX="0.1", PhysicalSizeY="0.1"), "a" * 60)
    second = image(pixels(_data(1), PhysicalSizeX="0.2", PhysicalSizeY="0.2"), "b")
    no_data = image(pixels("", t=3), "Pos0") + image(pixels("", t=3), "Pos1")
    wrong = image(pixels(_data(0), y=9), "a") + image(pixels(_data(1)), "b")
    documents = {"in turn": in_turn, "sizes": first + second, "no TiffData": no_data}
    documents["one of another size"] = wrong
    for kind, content in documents.items():
        yield Case(
            "OME", "several images", kind,
            lambda path, content=content: pages(path, list(stack(6)), ome(content)),
        )  # fmt: skip


def _ome_sets() -> Iterator[Case]:
    names = [f"set_Z{z + 1}.ome.tif" for z in range(3)]
    uuids = [f"urn:uuid:{z}" for z in range(3)]
    parts = zip(names, uuids, strict=True)
    master = image(pixels("".join(_data(0, n, u, FirstZ=z) for z, (n, u) in enumerate(parts)), z=3))
    only = '<BinaryOnly MetadataFile="{}" UUID="urn:uuid:0"/>'

    def part(path: Path, number: int, content: str, uuid: str = "") -> None:
        pages(path, [plane(number + 1)], ome(content, uuid or uuids[number]))

    def with_master(path: Path) -> None:
        part(path.parent / names[0], 0, master)
        part(path, 1, only.format(names[0]))

    def companion(path: Path, document: str = "", file: str = "set.companion.ome") -> None:
        text = document or ome(master)
        (path.parent / "set.companion.ome").write_text(text, encoding="utf-8-sig")
        part(path, 1, only.format(file))

    yield Case("OME", "set", "first file", lambda path: part(path, 0, master), names[0])
    yield Case("OME", "set", "second with all", lambda path: part(path, 1, master), names[1])
    yield Case("OME", "set", "master beside it", with_master, names[1])
    yield Case(
        "OME", "set", "master missing", lambda path: part(path, 1, only.format(names[0])), names[1]
    )
    yield Case("OME", "set", "companion beside it", companion, names[1])
    yield Case(
        "OME", "set", "companion with a path",
        lambda path: companion(path, "", "C:\\data\\set.companion.ome"), names[1],
    )  # fmt: skip
    yield Case(
        "OME", "set", "companion of other files",
        lambda path: companion(path, ome(master).replace("set_", "other_").replace(":1<", ":9<")),
        names[1],
    )  # fmt: skip
    yield Case("OME", "set", "companion broken", lambda path: companion(path, "<OME"), names[1])
    yield Case(
        "OME", "set", "companion without files",
        lambda path: companion(path, ome(image(pixels(_data(0), z=3)))), names[1],
    )  # fmt: skip
    yield Case("OME", "set", "another name", lambda path: part(path, 1, master), "copy.ome.tif")
    yield Case(
        "OME", "set", "another UUID", lambda path: part(path, 1, master, "urn:uuid:9"), names[1]
    )
    yield Case(
        "OME", "set", "no plane of its own",
        lambda path: part(path, 1, master, "urn:uuid:9"), "copy.ome.tif",
    )  # fmt: skip
    yield Case(
        "OME", "set", "name in capitals",
        lambda path: pages(path, [plane(3)], ome(master)), names[2].upper().replace("TIF", "tif"),
    )  # fmt: skip
    one_file = image(pixels("".join(_data(t, "first.tif", FirstT=t) for t in range(2)), t=2))
    yield Case(
        "OME", "set", "one file with another name",
        lambda path: pages(path, list(stack(2)), ome(one_file)), "copy.tif",
    )  # fmt: skip
    positions = "".join(
        image(pixels(_data(0, f"Pos{n}.tif", f"urn:uuid:{n}", PlaneCount=2), t=2), f"Pos{n}")
        for n in range(3)
    )
    yield Case(
        "OME", "set", "one image in each file",
        lambda path: pages(path, list(stack(2)), ome(positions, "urn:uuid:1")), "Pos1.tif",
    )  # fmt: skip
    many = "".join(_data(0, f"f{n}.tif", f"urn:uuid:{n}", FirstT=n) for n in range(9))
    yield Case(
        "OME", "set", "nine files",
        lambda path: pages(path, [plane(5)], ome(image(pixels(many, t=9)), "urn:uuid:4")), "f4.tif",
    )  # fmt: skip


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
            pixels("".join(_data(2 * t + n, FirstT=t) for t in range(2)), t=2,
                   channels='<Channel Name="GFP"/>', PhysicalSizeX="0.1", PhysicalSizeY="0.1"),
            f"Pos{n}",
        )
        for n in range(2)
    )  # fmt: skip
    elsewhere = '<BinaryOnly MetadataFile="a_MMStack_Pos0.ome.tif" UUID="urn:uuid:0"/>'
    for kind, content in (
        ("with OME-XML", described),
        ("with OME-XML in another file", elsewhere),
        ("with OME-XML of another size", image(pixels(_data(0, PlaneCount=4), t=4, y=9))),
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
    parts = (_shaped, _plain, _imagej, _ome_one, _ome_images, _ome_sets, _micromanager)
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
    """Write the golden table."""
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows_of(Path(name)))
    GOLDEN.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
