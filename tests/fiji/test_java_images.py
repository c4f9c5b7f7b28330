"""Images as Java reads them against those that Python reads."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image as Picture

from deepbacs_zoo.errors import DeepbacsZooError
from deepbacs_zoo.findings import Finding
from deepbacs_zoo.images import Calibration, read_image, write_tiff
from tests.data.pixels.files import GOLDEN, write_files
from tests.data.series.files import GOLDEN as SERIES
from tests.data.series.files import write_cases
from tests.fiji.javac import Harness

RAMP = np.arange(2 * 3 * 4 * 5 * 6, dtype=np.uint16).reshape(2, 3, 4, 5, 6)
RNG = np.random.default_rng(0)
NOISE = RNG.integers(0, 65536, (70, 91)).astype(np.uint16)
GREY = {"photometric": "minisblack"}
COLOURS = RNG.integers(0, 256, (40, 53, 3)).astype(np.uint8)


@dataclass
class Reader:
    harness: Harness
    folder: Path

    def all(
        self, paths: list[Path], options: list[dict[str, Any]] | None = None, **more: Any
    ) -> list[dict[str, Any]]:
        targets = [self.folder / f"values{number}.bin" for number in range(len(paths))]
        asked = [
            {"path": str(path), "target": str(target), **own, **more}
            for path, target, own in zip(paths, targets, options or [{}] * len(paths), strict=True)
        ]
        answers = self.harness.ask("ImagesTest", asked)
        for answer, target in zip(answers, targets, strict=True):
            if "error" not in answer:
                shape = list(map(int, answer["shape"].split("x")))
                answer["values"] = np.fromfile(target, "<f8").reshape(shape)
        return answers


@pytest.fixture
def reader(harness: Harness, tmp_path: Path) -> Reader:
    folder = tmp_path / "read"
    folder.mkdir()
    return Reader(harness, folder)


def assert_alike(path: Path, answer: dict[str, Any]) -> None:
    """Java's answer is what Python reads, or the sentence that Python says."""
    try:
        image = read_image(path)
    except DeepbacsZooError as error:
        assert answer.get("error") == type(error).__name__, (path.name, answer, error)
        return
    assert "error" not in answer, (path.name, answer)
    np.testing.assert_array_equal(answer["values"], image.data.values, err_msg=path.name)
    assert answer["rgb"] == image.rgb, path.name
    assert answer["findings"] == list(map(_line, image.findings)), path.name
    assert answer["stem"] == image.stem
    calibration = image.calibration
    sizes = [calibration.x, calibration.y, calibration.z, calibration.frame_interval]
    assert answer["unit"] == calibration.unit, path.name
    for found, expected in zip(answer["sizes"], sizes, strict=True):
        assert found == (expected if expected is None else pytest.approx(expected)), path.name


def _line(finding: Finding) -> str:
    return f"{finding.id}: {finding.where}: {finding.sentence()}"


def assert_all_alike(reader: Reader, paths: list[Path]) -> None:
    for path, answer in zip(paths, reader.all(paths), strict=True):
        assert_alike(path, answer)


TYPES = ["bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "float16", "float32"]


def test_every_number_type_and_byte_order(reader: Reader, tmp_path: Path) -> None:
    paths = []
    for dtype in (*TYPES, "float64", "int64", "uint64"):
        values = NOISE > 30000 if dtype == "bool" else (NOISE // 3).astype(dtype)
        if np.dtype(dtype).kind == "f":
            values = (NOISE / np.float64(31)).astype(dtype)
        for order in "<>":
            path = tmp_path / f"{dtype}_{'le' if order == '<' else 'be'}.tif"
            tifffile.imwrite(path, values, byteorder=order, photometric="minisblack")
            paths.append(path)
    assert_all_alike(reader, paths)


@pytest.mark.parametrize("compression", [None, "lzw", "zlib", "packbits"])
def test_compressions_strips_tiles_and_predictors(
    reader: Reader, tmp_path: Path, compression: str | None
) -> None:
    paths = []
    for dtype in ("uint8", "uint16", "float32"):
        for name, more in {
            "strips": {"rowsperstrip": 8},
            "whole": {"rowsperstrip": 70},
            "tiles": {"tile": (32, 48)},
            "bigtiff": {"bigtiff": True},
        }.items():
            for predictor in (False, True):
                if predictor and compression not in {"lzw", "zlib"}:
                    continue
                path = tmp_path / f"{dtype}_{name}_{predictor}.tif"
                tifffile.imwrite(
                    path,
                    NOISE.astype(dtype),
                    photometric="minisblack",
                    compression=compression,
                    predictor=predictor,
                    **more,
                )
                paths.append(path)
    assert_all_alike(reader, paths)


def test_hyperstacks_and_their_calibration(reader: Reader, tmp_path: Path) -> None:
    paths = []
    for unit in ("um", "micron", "\\u00B5m", "nm", "inch", "cm", "pixel", "furlong"):
        for pixels in (12.5, 250_000):
            path = tmp_path / f"unit{len(paths)}.tif"
            tifffile.imwrite(
                path,
                RAMP,
                imagej=True,
                resolution=(pixels, pixels * 2),
                metadata={"axes": "TZCYX", "unit": unit, "spacing": 0.3, "finterval": 5.0},
            )
            paths.append(path)
    own = tmp_path / "own.ome.tiff"
    write_tiff(own, RAMP, "tzcyx", Calibration(0.08, 0.09, 0.2, "µm", 4.0))
    assert_all_alike(reader, [*paths, own])


def test_a_stack_with_one_page_and_all_planes_behind_it(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "virtual.tif"
    tifffile.imwrite(path, RAMP, imagej=True, truncate=True, metadata={"axes": "TZCYX"})
    with tifffile.TiffFile(path) as tiff:
        assert len(tiff.pages) == 1  # what ImageJ writes beyond 4 GiB
    assert_all_alike(reader, [path])


@pytest.mark.parametrize("axes", ["TZCYX", "TCZYX", "ZTCYX", "CZTYX"])
def test_ome_in_every_order(reader: Reader, tmp_path: Path, axes: str) -> None:
    path = tmp_path / "cells.ome.tif"
    order = ["TZCYX".index(axis) for axis in axes]
    metadata = {
        "axes": axes,
        "PhysicalSizeX": 65,
        "PhysicalSizeXUnit": "nm",
        "PhysicalSizeY": 0.065,
        "TimeIncrement": 2,
        "TimeIncrementUnit": "min",
    }
    tifffile.imwrite(path, RAMP.transpose(order), metadata=metadata)
    assert_all_alike(reader, [path])


def test_plain_and_shaped_stacks(reader: Reader, tmp_path: Path) -> None:
    plain, shaped, named, deep = (tmp_path / f"{n}.tif" for n in ("a", "b", "c", "d"))
    tifffile.imwrite(plain, RAMP[0, :, 0], metadata=None, **GREY)
    tifffile.imwrite(shaped, RAMP[0, :, 0], **GREY)
    tifffile.imwrite(named, RAMP[:, 0, 0], metadata={"axes": "TYX"}, **GREY)
    tifffile.imwrite(deep, RAMP, **GREY)  # three axes without a name
    unlike = tmp_path / "unlike.tif"
    with tifffile.TiffWriter(unlike) as writer:
        writer.write(NOISE, metadata=None)
        writer.write(NOISE[:10, :10], metadata=None)
    assert_all_alike(reader, [plain, shaped, named, deep, unlike])


def test_colours_and_channels(reader: Reader, tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.tif" for name in ("rgb", "planar", "alpha", "wide", "two", "ij")]
    tifffile.imwrite(paths[0], COLOURS, photometric="rgb")
    planar = np.ascontiguousarray(np.moveaxis(COLOURS, 2, 0))
    tifffile.imwrite(paths[1], planar, photometric="rgb", planarconfig="separate")
    alpha = np.dstack([COLOURS, COLOURS[..., :1]])
    tifffile.imwrite(paths[2], alpha, photometric="rgb", extrasamples=["unassalpha"])
    tifffile.imwrite(paths[3], COLOURS.astype(np.uint16) * 200, photometric="rgb")
    two = np.dstack([NOISE, NOISE + 1])
    tifffile.imwrite(paths[4], two, photometric="minisblack", planarconfig="contig")
    tifffile.imwrite(paths[5], COLOURS[None], imagej=True, photometric="rgb")
    assert_all_alike(reader, paths)


def test_pictures(reader: Reader, tmp_path: Path) -> None:
    grey = Picture.fromarray(COLOURS[..., 0])
    made = {
        "grey.png": grey,
        "wide.png": Picture.fromarray(NOISE),
        "rgb.png": Picture.fromarray(COLOURS),
        "alpha.png": Picture.fromarray(np.dstack([COLOURS, COLOURS[..., 0]])),
        "grey_alpha.png": Picture.fromarray(COLOURS[..., :2], "LA"),
        "bits.png": Picture.fromarray(COLOURS[..., 0] > 100),
        "palette.png": Picture.fromarray(COLOURS).quantize(16),
        "grey.jpg": grey,
    }
    for name, picture in made.items():
        picture.save(tmp_path / name)
    misnamed = tmp_path / "png_inside.tif"
    misnamed.write_bytes((tmp_path / "grey.png").read_bytes())
    assert_all_alike(reader, [*(tmp_path / name for name in made), misnamed])


def test_small_files_are_those_of_the_golden_table(reader: Reader, tmp_path: Path) -> None:
    write_files(tmp_path / "files")
    rows = json.loads(GOLDEN.read_text("utf-8"))
    paths = [tmp_path / "files" / row["file"] for row in rows]
    answers = reader.all(
        paths, [{"channel": row["channel"]} if "channel" in row else {} for row in rows]
    )
    for path, row, answer in zip(paths, rows, answers, strict=True):
        expected = row["image"]
        if "error" in expected:
            message = answer["message"].replace(str(path), path.name)
            assert {"error": answer["error"], "message": message} == expected
            continue
        found = {name: answer[name] for name in ("dtype", "shape", "rgb")}
        found |= {"values": answer["values"].ravel().tolist(), "sizes": answer["sizes"]}
        found["findings"] = [each.replace(str(path), path.name) for each in answer["findings"]]
        expected["sizes"] = [size and pytest.approx(size) for size in expected["sizes"]]
        assert found == expected, (path.name, row.get("channel"))


def test_images_of_files_are_those_of_the_golden_table(reader: Reader, tmp_path: Path) -> None:
    write_cases(tmp_path / "series")
    rows = json.loads(SERIES.read_text("utf-8"))
    for series in ("", "1", "2", "3"):
        chosen = [row for row in rows if series in row["read"]]
        paths = [tmp_path / "series" / row["file"] for row in chosen]
        answers = reader.all(paths, **({"series": int(series)} if series else {}))
        for path, row, answer in zip(paths, chosen, answers, strict=True):
            expected = row["read"][series]
            if "refused" in row:
                assert f"({row['refused']}); allowed: " in answer["message"], row["file"]
                continue
            if "error" in expected:
                message = answer["message"].replace(str(path), path.name)
                assert {"error": answer["error"], "message": message} == expected
                continue
            assert "error" not in answer, (row["file"], answer)
            assert answer["shape"] == expected["shape"], row["file"]
            assert answer["values"][..., 0, 0].ravel().tolist() == expected["planes"], row["file"]
            findings = [each.replace(str(path), path.name) for each in answer["findings"]]
            assert findings == expected["findings"], row["file"]
            assert answer["rgb"] == expected["rgb"], row["file"]
            assert answer["sizes"][0] == expected.get("pixel"), row["file"]


def test_jpeg_colours_differ_by_rounding_at_most(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "rgb.jpg"
    Picture.fromarray(COLOURS).save(path, quality=95)
    (answer,) = reader.all([path])
    assert answer["rgb"]
    assert np.abs(answer["values"] - read_image(path).data.values).max() <= 2


def _written(tmp_path: Path, kind: str) -> bytes:
    path = tmp_path / f"whole.{kind.rpartition('.')[2]}"
    match kind:
        case "imagej.tif":
            tifffile.imwrite(path, RAMP, imagej=True, metadata={"axes": "TZCYX"})
        case "pages.tif":
            tifffile.imwrite(path, RAMP[0], metadata=None, **GREY)
        case "lzw.tif":
            tifffile.imwrite(path, RAMP[0], compression="lzw", metadata=None, **GREY)
        case "zlib.tif":
            tifffile.imwrite(path, NOISE, compression="zlib", tile=(16, 16), metadata=None)
        case "ome.tif":
            path = tmp_path / "whole.ome.tif"
            tifffile.imwrite(path, RAMP, metadata={"axes": "TZCYX", "PhysicalSizeX": 0.1})
        case "grey.png":
            Picture.fromarray(NOISE).save(path)
        case _:
            Picture.fromarray(COLOURS).save(path)
    return path.read_bytes()


@pytest.mark.parametrize(
    "kind",
    ["imagej.tif", "pages.tif", "lzw.tif", "zlib.tif", "ome.tif", "grey.png", "rgb.jpg"],
)
def test_a_file_that_is_cut_off_is_refused_wherever_it_is_cut(
    reader: Reader, tmp_path: Path, kind: str
) -> None:
    whole = _written(tmp_path, kind)
    suffix = kind.rpartition(".")[2]
    paths = []
    for number, cut in enumerate(np.linspace(0, len(whole) - 2, 40).astype(int)):
        path = tmp_path / f"cut{number}.{suffix}"
        path.write_bytes(whole[:cut])
        paths.append(path)
    for path, answer in zip(paths, reader.all(paths), strict=True):
        try:
            read_image(path)
        except DeepbacsZooError as error:
            assert answer.get("error") == type(error).__name__ == "DataError", (path, answer)
            assert "the file is cut off or damaged" in answer["message"]


def test_what_is_no_image_is_refused_in_the_words_of_python(reader: Reader, tmp_path: Path) -> None:
    nan = NOISE.astype(np.float32)
    nan[0, :3] = np.nan, np.inf, -np.inf
    tifffile.imwrite(tmp_path / "nan.tif", nan)
    (tmp_path / "text.tif").write_text("not an image at all")
    (tmp_path / "empty.tif").write_bytes(b"")
    (tmp_path / "table.csv").write_text("a,b")
    (tmp_path / "folder.tif").mkdir()
    tifffile.imwrite(tmp_path / "complex.tif", NOISE.astype(np.complex64))
    names = ["nan.tif", "text.tif", "table.csv", "folder.tif", "missing.tif", "complex.tif"]
    paths = [tmp_path / name for name in (*names, "empty.tif")]
    answers = reader.all(paths)
    for path, answer in zip(paths, answers, strict=True):
        with pytest.raises(DeepbacsZooError) as caught:
            read_image(path)
        assert answer["error"] == type(caught.value).__name__, answer
        if path.name in {"nan.tif", "table.csv", "folder.tif", "missing.tif"}:
            assert answer["message"] == str(caught.value)


def test_a_compression_that_cannot_be_read_is_named(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, COLOURS[..., 0], compression="zstd")
    (answer,) = reader.all([path])
    assert answer["error"] == "DataError"
    assert "Zstandard, TIFF compression 50000" in answer["message"]
    assert "no compression, LZW, Deflate (ZIP) or PackBits" in answer["message"]


def test_twelve_bits_are_read(reader: Reader, tmp_path: Path) -> None:
    values = NOISE[:, :90] >> 4
    bits = np.unpackbits(values.astype(">u2").view(np.uint8).reshape(70, 90, 2), axis=2)
    packed = np.packbits(bits[..., 4:].reshape(70, -1), axis=1)
    path = tmp_path / "twelve.tif"
    tifffile.imwrite(
        path,
        iter([packed.tobytes()]),
        shape=(70, 90),
        dtype=np.uint16,
        bitspersample=12,
        rowsperstrip=70,
        photometric="minisblack",
        metadata=None,
    )
    (answer,) = reader.all([path])
    np.testing.assert_array_equal(answer["values"][0, 0, 0], values)


def test_an_open_image_is_the_one_of_the_file(reader: Reader, tmp_path: Path) -> None:
    stack, signed, colours, real = (tmp_path / f"{n}.tif" for n in ("a", "signed", "rgb", "real"))
    write_tiff(stack, RAMP, "tzcyx", Calibration(0.08, 0.08, 0.2, "µm", 4.0))
    tifffile.imwrite(signed, (NOISE.astype(np.int32) - 32768).astype(np.int16))
    tifffile.imwrite(colours, COLOURS, photometric="rgb")
    tifffile.imwrite(real, NOISE / np.float32(7))
    paths = [stack, signed, colours, real]
    for path, answer in zip(paths, reader.all(paths, open=True), strict=True):
        assert_alike(path, answer)
    dtypes = [answer["dtype"] for answer in reader.all(paths, open=True)]
    assert dtypes == ["uint16", "int16", "uint8", "float32"]


def test_an_open_image_says_of_its_table_and_unit_what_its_file_says(
    reader: Reader, tmp_path: Path
) -> None:
    write_files(tmp_path / "files")
    names = ["photo_imagej.tif", "red_imagej.tif", "falling_imagej.tif", "grey_imagej.tif"]
    names += ["white.tif", "unit6.tif", "unit0.tif"]
    paths = [tmp_path / "files" / name for name in names]
    for path, answer in zip(paths, reader.all(paths, open=True), strict=True):
        image = read_image(path)
        np.testing.assert_array_equal(answer["values"], image.data.values, err_msg=path.name)
        expected = [_line(finding).replace(str(path), path.name) for finding in image.findings]
        assert answer["findings"] == expected, path.name


def test_open_images_with_nan_are_refused(reader: Reader, tmp_path: Path) -> None:
    values = NOISE.astype(np.float32)
    values[3, 4] = np.nan
    tifffile.imwrite(tmp_path / "a.tif", values)
    (answer,) = reader.all([tmp_path / "a.tif"], open=True)
    assert answer["error"] == "DataError"
    assert f"1 of {values.size}" in answer["message"]


def test_the_middle_of_a_damaged_picture_is_noticed(reader: Reader, tmp_path: Path) -> None:
    stream = io.BytesIO()
    Picture.fromarray(NOISE).save(stream, format="png")
    data = bytearray(stream.getvalue())
    data[len(data) // 2] ^= 0xFF
    (tmp_path / "a.png").write_bytes(data)
    (answer,) = reader.all([tmp_path / "a.png"])
    assert answer["error"] == "DataError"
