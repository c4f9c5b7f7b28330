"""Small files whose pixels, colors, units and channels Python and Java read alike.

``python -m tests.data.pixels.files`` writes what Python reads into ``cases.json``, to be looked
through before it is committed.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np
import tifffile
from PIL import Image as Picture

from deepbacs_zoo.errors import DeepbacsZooError
from deepbacs_zoo.images import AS_IT_IS, AS_LABELS, ReadOptions, read_image
from tests.data.packed import pack

__all__ = ["GOLDEN", "described", "write_files"]

GOLDEN: Final = Path(__file__).parent / "cases.json"
PACKED: Final = GOLDEN.with_name("files.zip")
"""The files of the table, as JUnit reads them."""

RNG: Final = np.random.default_rng(12)
RAMP: Final = np.arange(256)
GREY: Final = np.stack([RAMP] * 3, 1)
TABLES: Final = {
    "photo": RNG.integers(0, 256, (256, 3)),
    "grey": GREY,
    "falling": GREY[::-1],
    "greys": GREY[RNG.permutation(256)],
    "red": GREY * [1, 0, 0],
    "fire": np.stack([(3 * RAMP).clip(0, 255), (3 * RAMP - 255).clip(0, 255), RAMP // 4], 1),
    "hilo": np.concatenate([[[0, 0, 255]], GREY[1:-1], [[255, 0, 0]]]),
    "black": 0 * GREY,
}
PLANE: Final = RNG.integers(0, 256, (3, 5)).astype(np.uint8)
PLANES: Final = np.random.default_rng(5).integers(0, 60000, (2, 3, 4, 5)).astype(np.uint16)
COLORS: Final = RNG.integers(0, 256, (3, 5, 3)).astype(np.uint8)


def chunk(name: bytes, content: bytes) -> bytes:
    """Return one part of a PNG file."""
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)


def png(rows: np.ndarray, kind: int, bits: int, extra: Iterable[tuple[bytes, bytes]] = ()) -> bytes:
    """Return a PNG file: rows of samples, its color type, bits of a sample, and other parts."""
    height, width = rows.shape[:2]
    flat = rows.reshape(height, -1)
    if bits < 8:
        split = np.unpackbits(flat.astype(np.uint8)[..., None], axis=2)[..., 8 - bits :]
        flat = np.packbits(split.reshape(height, -1), axis=1)
    lines = b"".join(b"\0" + line.astype(">u2" if bits == 16 else "u1").tobytes() for line in flat)
    header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    parts = [(b"IHDR", header), *extra, (b"IDAT", zlib.compress(lines)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def indexed(table: np.ndarray, bits: int, transparent: bool = False) -> bytes:
    """Return a PNG file with a palette."""
    colors = table[: 2**bits].astype(np.uint8).tobytes()
    extra = [(b"PLTE", colors)] + ([(b"tRNS", b"\0\x80\xff")] if transparent else [])
    return png(PLANE & (2**bits - 1), 3, bits, extra)


def palette_tiff(path: Path, table: np.ndarray, bits: int = 8, description: str = "") -> None:
    """Write a TIFF file with a palette, whose numbers have 4 or 8 bits."""
    values = PLANE & (2**bits - 1)
    tags = (table[: 2**bits] * 257).T.astype(np.uint16)
    extra = [(320, 3, tags.size, tags.ravel().tolist(), True)]
    data: Any = {"data": values}
    if bits < 8:
        split = np.unpackbits(values[..., None], axis=2)[..., 8 - bits :]
        packed = np.packbits(split.reshape(len(values), -1), axis=1).tobytes()
        data = {"data": iter([packed]), "shape": values.shape, "dtype": np.uint8}
        data |= {"bitspersample": bits, "rowsperstrip": len(values)}
    tifffile.imwrite(
        path, photometric="minisblack", extratags=extra, metadata=None,
        description=description or None, **data,
    )  # fmt: skip
    with tifffile.TiffFile(path, mode="r+") as tiff:
        tiff.pages.first.tags["PhotometricInterpretation"].overwrite(3)


def imagej(path: Path, lines: Iterable[str], pixels: tuple[float, float] = (12.5, 10)) -> None:
    """Write a file of ImageJ whose description has these lines, as they stand."""
    text = "ImageJ=1.54p\nimages=1\n" + "".join(f"{line}\n" for line in lines)
    tifffile.imwrite(
        path, PLANE, description=text.encode(), resolution=pixels, metadata=None,
        photometric="minisblack",
    )  # fmt: skip


def ome(path: Path, **stated: Any) -> None:
    """Write an OME-TIFF with statements about the sizes of its pixels."""
    tifffile.imwrite(path, PLANE, metadata={"axes": "YX", **stated})


def _palettes() -> dict[str, Callable[[Path], object]]:
    files: dict[str, Callable[[Path], object]] = {}
    for name, table in TABLES.items():
        files[f"{name}.png"] = lambda path, table=table: path.write_bytes(indexed(table, 8))
        files[f"{name}.tif"] = lambda path, table=table: palette_tiff(path, table)
        files[f"{name}_imagej.tif"] = lambda path, table=table: palette_tiff(
            path, table, 8, "ImageJ=1.54p\nimages=1\n"
        )
    for bits in (1, 2, 4):
        for name in ("photo", "greys"):
            table = TABLES[name]
            files[f"{name}_{bits}.png"] = lambda path, table=table, bits=bits: path.write_bytes(
                indexed(table, bits, transparent=True)
            )
            files[f"{name}_{bits}.tif"] = lambda path, table=table, bits=bits: palette_tiff(
                path, table, bits
            )
    ramp = np.repeat(np.arange(16)[:, None] * 17, 3, 1)
    files["ramp_4.png"] = lambda path: path.write_bytes(indexed(ramp, 4))
    files["ramp_4.tif"] = lambda path: palette_tiff(path, ramp, 4)
    short = [(b"PLTE", TABLES["photo"][:99].astype(np.uint8).tobytes())]
    files["short.png"] = lambda path: path.write_bytes(png(PLANE, 3, 8, short))
    return files


def _pictures() -> dict[str, Callable[[Path], object]]:
    wide = COLORS.astype(np.uint16) * 251
    alpha = np.dstack([COLORS, COLORS[..., :1]])
    grey = COLORS[..., :2]
    one, three = (b"tRNS", b"\0\x01"), (b"tRNS", b"\0\x07\0\x08\0\x09")
    pictures = {
        **{f"grey_{bits}.png": png(PLANE & (2**bits - 1), 0, bits) for bits in (1, 2, 4, 8)},
        **{f"key_{bits}.png": png(PLANE & (2**bits - 1), 0, bits, [one]) for bits in (1, 4, 8)},
        "grey_16.png": png(PLANE.astype(np.uint16) * 251, 0, 16),
        "rgb.png": png(COLORS, 2, 8),
        "rgb_key.png": png(COLORS, 2, 8, [three]),
        "rgb_16.png": png(wide, 2, 16),
        "profile.png": png(PLANE, 0, 8, [(b"iCCP", b"x\0\0no profile")]),
        "alpha.png": png(alpha, 6, 8),
        "alpha_16.png": png(alpha.astype(np.uint16) * 251, 6, 16),
        "grey_alpha.png": png(grey, 4, 8),
        "grey_alpha_16.png": png(grey.astype(np.uint16) * 251, 4, 16),
    }
    return {name: lambda path, data=data: path.write_bytes(data) for name, data in pictures.items()}


def _colors() -> dict[str, Callable[[Path], object]]:
    files: dict[str, Callable[[Path], object]] = {}
    four = np.dstack([COLORS, COLORS[..., :1]])
    samples = {
        "rgb": (COLORS, {"photometric": "rgb"}),
        "rgb_16": (COLORS.astype(np.uint16) * 251, {"photometric": "rgb"}),
        "rgb_alpha": (four, {"photometric": "rgb", "extrasamples": ["unassalpha"]}),
        "grey_alpha": (
            COLORS[..., :2],
            {"photometric": "minisblack", "extrasamples": ["assocalpha"], "planarconfig": "contig"},
        ),
        "white": (PLANE, {"photometric": "miniswhite"}),
        "white_16": (PLANE.astype(np.uint16) * 9, {"photometric": "miniswhite"}),
        "white_1": (PLANE > 99, {"photometric": "miniswhite"}),
        "cmyk": (four, {"photometric": "separated"}),
        "lab": (COLORS, {"photometric": "cielab"}),
        "ycbcr": (COLORS, {"photometric": "ycbcr"}),
        "bayer": (PLANE, {"photometric": "cfa"}),
    }
    for name, (pixels, more) in samples.items():
        files[f"{name}.tif"] = lambda path, pixels=pixels, more=more: tifffile.imwrite(
            path, pixels, metadata=None, **more
        )
    files["printed.jpg"] = lambda path: Picture.new("CMYK", (8, 8)).save(path)
    return files


def _units() -> dict[str, Callable[[Path], object]]:
    lines = [
        ["unit=micrometers"], ["unit=Microns"], ["unit=\\u00B5m"], ["unit=Angstrom"],
        ["unit=\\u00C5"], ["unit=pm"], ["unit=furlong"], ["unit=pixel"], ["unit=um", "yunit=nm"],
        ["unit=um", "yunit=foo"], ["unit=um", "yunit=pixel"], ["unit=foo", "yunit=bar"],
        ["unit=nm", "spacing=40", "zunit=um"], ["unit=um", "spacing=4", "zunit=foo"],
        ["unit=um", "spacing=4", "zunit=pixel"], ["unit=5"], ["unit=1e3"], ["unit="],
        ["unit=um", "finterval=500", "tunit=msec"], ["finterval=2", "tunit=min"],
        ["unit=foo", "finterval=2", "tunit=fortnight"], ["finterval=2", "tunit=frames"],
        ["unit=" + 60 * "x"], ["unit=µm"], ["unit=µm/pixel"],
    ]  # fmt: skip
    files: dict[str, Callable[[Path], object]] = {
        f"unit{number}.tif": lambda path, each=each: imagej(path, each)
        for number, each in enumerate(lines)
    }
    files["dots.tif"] = lambda path: imagej(path, ["unit=inch"], (72, 72))
    files["inch.tif"] = lambda path: imagej(path, ["unit=inch"], (254_000, 254_000))
    for number, unit in enumerate(["pm", "Å", "Mm", "reference frame", "foo", "in"]):
        sizes = {"PhysicalSizeX": 65, "PhysicalSizeY": 66}
        units = {"PhysicalSizeXUnit": unit, "PhysicalSizeYUnit": unit}
        files[f"unit{number}.ome.tif"] = lambda path, each={**sizes, **units}: ome(path, **each)
    files["mixed.ome.tif"] = lambda path: ome(
        path, PhysicalSizeX=65, PhysicalSizeXUnit="nm", PhysicalSizeY=0.065, PhysicalSizeZ=2,
        PhysicalSizeZUnit="foo", TimeIncrement=3, TimeIncrementUnit="bar",
    )  # fmt: skip
    return files


CHANNELS: Final = {
    "names.ome.tif": ["GFP", "gfp", "Gfp", "2", "4", "foo", " DAPI "],
    "some.ome.tif": ["DAPI", "2", "cy5"],
    "digits.tif": ["1", "2", "3"],
    "stack.tif": ["Phase", "2", "0"],
    "second_line.tif": ["red", "DIC"],
    "same_labels.tif": ["file", "1"],
    "samples.tif": ["2", "3", "-1", "+1", "1.0"],
    "rgb.png": ["green", "Blue", "3", "alpha"],
    "rgb.tif": ["red"],
    "photo.png": ["green"],
    "grey.png": ["1", "2"],
    "many.tif": ["14", "x"],
}
"""Channels to choose, by file."""


def _channels() -> dict[str, Callable[[Path], object]]:
    stacks = {
        "digits.tif": (PLANES[0, :2], "CYX", {"Labels": ["3", "1"]}),
        "stack.tif": (PLANES, "ZCYX", {"Labels": ["phase", "GFP", "mCherry"] * 2}),
        "second_line.tif": (
            PLANES[0, :2],
            "CYX",
            {"Labels": ["a\nchannel: red", "b\nchannel: DIC"]},
        ),
        "same_labels.tif": (PLANES[:, 0], "CYX", {"Labels": ["file", "file"]}),
        "many.tif": (np.tile(PLANES[0, 0], (14, 1, 1)), "CYX", {}),
    }
    files: dict[str, Callable[[Path], object]] = {
        name: lambda path, each=each: tifffile.imwrite(
            path, each[0], imagej=True, metadata={"axes": each[1], **each[2]}
        )
        for name, each in stacks.items()
    }
    names = {"names.ome.tif": ["DAPI", "GFP", "gfp"], "some.ome.tif": ["DAPI", "", "Cy5"]}
    for name, each in names.items():
        metadata = {"axes": "CYX", "Channel": {"Name": each}}
        files[name] = lambda path, metadata=metadata: tifffile.imwrite(
            path, PLANES[0], metadata=metadata, photometric="minisblack"
        )
    files["samples.tif"] = lambda path: tifffile.imwrite(
        path, np.moveaxis(PLANES[0, :2], 0, 2), photometric="minisblack", planarconfig="contig",
        metadata=None,
    )  # fmt: skip
    return files


def write_files(folder: Path) -> list[Path]:
    """Write all files and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, write in {
        **_palettes(),
        **_pictures(),
        **_colors(),
        **_units(),
        **_channels(),
    }.items():
        write(folder / name)
        paths.append(folder / name)
    return paths


def described(path: Path, options: ReadOptions = AS_IT_IS) -> dict[str, Any]:
    """Return what Python reads in a file, or its error, without the folder's name."""
    try:
        image = read_image(path, options)
    except DeepbacsZooError as error:
        return {"error": type(error).__name__, "message": str(error).replace(str(path), path.name)}
    calibration = image.calibration
    return {
        "dtype": str(image.dtype),
        "shape": "x".join(map(str, image.shape)),
        "values": image.data.values.ravel().tolist(),
        "rgb": image.rgb,
        "sizes": [calibration.x, calibration.y, calibration.z, calibration.frame_interval],
        "findings": [
            f"{each.id}: {Path(each.where).name}: {each.sentence()}" for each in image.findings
        ],
    }


def main() -> None:
    """Write the golden table, and its files for JUnit."""
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        rows = []
        for path in write_files(Path(name)):
            row = {"file": path.name, "image": described(path)}
            labels = described(path, AS_LABELS)
            rows.append(row if labels == row["image"] else {**row, "labels": labels})
            for channel in CHANNELS.get(path.name, ()):
                image = described(path, ReadOptions(channel=channel))
                rows.append({"file": path.name, "channel": channel, "image": image})
        pack(Path(name), PACKED)
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    GOLDEN.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
