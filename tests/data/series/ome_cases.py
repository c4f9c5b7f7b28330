"""Cases of OME-TIFF in the golden table; see `files` for the sources of the rules."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from tests.data.series.case import Case
from tests.data.series.writers import (
    GREY,
    image,
    ome,
    pages,
    pixels,
    plane,
    stack,
)

__all__ = ["one_image", "sets_of_files", "several_images", "tiff_data"]

OWN, OTHER = "urn:uuid:1", "urn:uuid:2"


def tiff_data(ifd: int | None = None, file: str = "", uuid: str = OTHER, **first: int) -> str:
    """Return an element ``TiffData``; ``first`` are its other attributes."""
    stated = ({} if ifd is None else {"IFD": ifd}) | first
    text = "".join(f' {name}="{value}"' for name, value in stated.items())
    inside = f'<UUID FileName="{file}">{uuid}</UUID>' if file else ""
    return f"<TiffData{text}>{inside}</TiffData>"


def one_image() -> Iterator[Case]:
    all_six = {"z": 3, "c": 2}
    channels = '<Channel Name="DNA"/><Channel Name="wall"/>'
    two_samples = '<Channel SamplesPerPixel="1"/><Channel SamplesPerPixel="3"/>'
    rows: dict[str, tuple[int, str]] = {
        "no IFD": (6, pixels(tiff_data(), **all_six)),
        "no TiffData": (6, pixels("", **all_six)),
        "PlaneCount": (6, pixels(tiff_data(0, PlaneCount=6), **all_six)),
        "NumPlanes": (6, pixels(tiff_data(0, NumPlanes=6), **all_six)),
        "one IFD": (6, pixels(tiff_data(2), **all_six)),
        "planes one by one": (
            2, pixels(tiff_data(1, FirstT=0) + tiff_data(0, FirstT=1), t=2),
        ),
        "channel names": (2, pixels(tiff_data(), c=2, channels=channels)),
        "one name for two channels": (
            1, pixels(tiff_data(0, FirstC=1), c=2, channels='<Channel Name="DNA"/>'),
        ),
        "second channel alone": (1, pixels(tiff_data(0, FirstC=1), c=2, channels=channels)),
        "order unknown": (6, pixels(tiff_data(), order="XYQQQ", **all_six)),
        "order missing": (6, pixels(tiff_data(), order="", **all_six)),
        "more frames than pages": (2, pixels(tiff_data(0, PlaneCount=2), t=4)),
        "more frames named than pages": (2, pixels(tiff_data(0, PlaneCount=4), t=4)),
        "last frame incomplete": (5, pixels(tiff_data(0, PlaneCount=5), t=3, z=2, order="XYZTC")),
        "a frame in the middle missing": (
            2, pixels(tiff_data(0, FirstT=0) + tiff_data(1, FirstT=2), t=3),
        ),
        "one channel in one slice": (
            4, pixels("".join(tiff_data(z, FirstZ=z) for z in range(3))
                      + tiff_data(3, FirstZ=1, FirstC=1), z=3, c=2),
        ),
        "scattered planes": (
            2, pixels(tiff_data(0) + tiff_data(1, FirstT=1, FirstZ=1, FirstC=1), t=2, z=2, c=2),
        ),
        "IFD beyond the pages": (2, pixels(tiff_data(7, FirstT=0) + tiff_data(1, FirstT=1), t=2)),
        "FirstT beyond the frames": (2, pixels(tiff_data(0) + tiff_data(1, FirstT=5), t=2)),
        "pages that it does not name": (4, pixels(tiff_data(0, PlaneCount=2), t=2)),
        "size as text": (2, pixels(tiff_data(), t="two")),  # type: ignore[arg-type]
        "size zero": (2, pixels(tiff_data(), t=0)),
        "size negative": (2, pixels(tiff_data(), t=-2)),
        "of another size": (2, pixels(tiff_data(), t=2, y=30, x=40)),
        "channels of differing samples": (2, pixels(tiff_data(), c=4, channels=two_samples)),
        "pixel size": (2, pixels(tiff_data(), t=2, PhysicalSizeX="0.1", PhysicalSizeY="0.2",
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
        content = pixels(tiff_data(), z=2, c=3, t=2, order=order)
        yield Case(
            "OME", "one image", f"order {order}",
            lambda path, content=content: pages(path, list(stack(12)), ome(image(content))),
        )  # fmt: skip
    documents = {
        "broken": ome(image(pixels(tiff_data(), t=2))).replace("<Pixels", "<<Pixels"),
        "entities": ome(image(pixels(tiff_data(), t=2)), head="<!DOCTYPE a [<!ENTITY b 'c'>]>"),
        "without an image": ome("<Instrument/>"),
        "without pixels": ome("<Image/>"),
        "blanks at the end": ome(image(pixels(tiff_data(), t=2))) + "\n  ",
        "other elements": ome("<StructuredAnnotations/>" + image(pixels(tiff_data(), t=2))),
        "without a schema": ome(image(pixels(tiff_data(), t=2))).replace(" xmlns=", " about="),
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
        content = pixels(tiff_data(), channels=three * (size["c"] // 3), **size)
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


def several_images() -> Iterator[Case]:
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
        image(pixels("".join(tiff_data(2 * t + n, FirstT=t) for t in range(3)), t=3), f"Pos{n}")
        for n in range(2)
    )
    first = image(pixels(tiff_data(0), PhysicalSizeX="0.1", PhysicalSizeY="0.1"), "a" * 60)
    second = image(pixels(tiff_data(1), PhysicalSizeX="0.2", PhysicalSizeY="0.2"), "b")
    no_data = image(pixels("", t=3), "Pos0") + image(pixels("", t=3), "Pos1")
    wrong = image(pixels(tiff_data(0), y=9), "a") + image(pixels(tiff_data(1)), "b")
    documents = {"in turn": in_turn, "sizes": first + second, "no TiffData": no_data}
    documents["one of another size"] = wrong
    for kind, content in documents.items():
        yield Case(
            "OME", "several images", kind,
            lambda path, content=content: pages(path, list(stack(6)), ome(content)),
        )  # fmt: skip


def sets_of_files() -> Iterator[Case]:
    names = [f"set_Z{z + 1}.ome.tif" for z in range(3)]
    uuids = [f"urn:uuid:{z}" for z in range(3)]
    parts = zip(names, uuids, strict=True)
    data = "".join(tiff_data(0, n, u, FirstZ=z) for z, (n, u) in enumerate(parts))
    master = image(pixels(data, z=3))
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
        lambda path: companion(path, ome(image(pixels(tiff_data(0), z=3)))), names[1],
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
    one_file = image(pixels("".join(tiff_data(t, "first.tif", FirstT=t) for t in range(2)), t=2))
    yield Case(
        "OME", "set", "one file with another name",
        lambda path: pages(path, list(stack(2)), ome(one_file)), "copy.tif",
    )  # fmt: skip
    positions = "".join(
        image(pixels(tiff_data(0, f"Pos{n}.tif", f"urn:uuid:{n}", PlaneCount=2), t=2), f"Pos{n}")
        for n in range(3)
    )
    yield Case(
        "OME", "set", "one image in each file",
        lambda path: pages(path, list(stack(2)), ome(positions, "urn:uuid:1")), "Pos1.tif",
    )  # fmt: skip
    many = "".join(tiff_data(0, f"f{n}.tif", f"urn:uuid:{n}", FirstT=n) for n in range(9))
    yield Case(
        "OME", "set", "nine files",
        lambda path: pages(path, [plane(5)], ome(image(pixels(many, t=9)), "urn:uuid:4")), "f4.tif",
    )  # fmt: skip
