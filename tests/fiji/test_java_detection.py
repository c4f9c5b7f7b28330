"""A package that finds boxes, from files to files: the plugin writes what `predict` writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image as Picture

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.fiji import scripts_folder
from deepbacs_zoo.fiji.gateways.macro import run_line
from deepbacs_zoo.images import Calibration, read_image, write_tiff
from deepbacs_zoo.prediction import predict
from deepbacs_zoo.results import Result, save
from tests.fiji.detecting import CLASSES, RGB, colours, detector
from tests.fiji.javac import Jvm
from tests.fiji.test_java_plugin import COMMAND, ask, line

MICROSCOPE = Calibration(0.08, 0.08, 0.3, "µm")


def images(folder: Path) -> tuple[dict[str, Path], dict[str, Path]]:
    """Images for the grey and for the colour package, of sizes between the cells of the grid."""
    folder.mkdir()
    picture = colours(93, 130)
    write_tiff(folder / "plane.tif", picture[..., 1], "yx", MICROSCOPE)
    stack = np.stack([colours(45, 61, seed)[..., 0] for seed in range(4)]).reshape(2, 2, 45, 61)
    write_tiff(folder / "stack.tif", stack, "tzyx", MICROSCOPE)
    Picture.fromarray(picture).save(folder / "photo.png")
    Picture.fromarray(picture).save(folder / "photo90.jpg", quality=90)
    tifffile.imwrite(folder / "photo.tif", picture, photometric="rgb")
    movie = np.stack([colours(50, 40, seed) for seed in range(3)])
    more: dict[str, Any] = {"photometric": "rgb", "metadata": {"axes": "TYXS"}}
    tifffile.imwrite(folder / "movie.tif", movie, imagej=True, **more)
    write_tiff(folder / "channels.tif", movie.transpose(0, 3, 1, 2), "tcyx", MICROSCOPE)
    grey = ("plane.tif", "stack.tif")
    colour = ("photo.png", "photo90.jpg", "photo.tif", "movie.tif", "channels.tif")
    return {name: folder / name for name in grey}, {name: folder / name for name in colour}


def assert_same(report: dict[str, Any], result: Result, python: Path) -> None:
    """Compare the files of both, and what the report tells of them."""
    assert report["status"] == "ok", report
    written = save(result, python)
    java = [Path(file) for file in report["files"]]
    assert [path.name for path in java] == [path.name for path in written]
    for ours, theirs in zip(written, java, strict=True):
        if ours.suffix in {".tif", ".png"}:
            one, other = read_image(ours), read_image(theirs)
            np.testing.assert_array_equal(one.data, other.data, err_msg=ours.name)
            assert one.calibration == other.calibration
        else:
            assert ours.read_bytes() == theirs.read_bytes(), ours.name
    assert report["objects"] == report["boxes"] == len(result.boxes or ())
    assert report["counts"] == result.class_counts
    assert report["tiles"] == len(result.plan.tiles)
    found = [(each["id"], each["what"]) for each in report["findings"]]
    assert found == [(each.id, each.what) for each in result.findings]


def time_series(package: Path, movie: Path, output: Path) -> str:
    """The macro for time series that comes with the plugin, with its argument written into it."""
    code = (scripts_folder() / "macros" / "DeepBacs_Time_Series.ijm").read_text("utf-8")
    argument = f"model_path={package}\\ninput_path={movie}\\noutput_folder={output}"
    return code.replace("getArgument()", f'"{argument}"')


def test_the_plugin_writes_the_files_of_python(imagej: Jvm, tmp_path: Path) -> None:
    grey, rgb = detector(tmp_path / "grey.zip"), detector(tmp_path / "rgb.zip", channels=RGB)
    plain, coloured = images(tmp_path / "images")
    plane = plain["plane.tif"]
    decode = {"score_threshold": [0.1, 0.2, 0.3], "count_factor": [0.5, 0, 0.9]}
    counted = detector(tmp_path / "counted.zip", decode=decode)
    jobs: list[tuple[Path, Path, dict[str, Any]]] = [
        *((grey, path, {}) for path in plain.values()),
        *((rgb, path, {}) for path in coloured.values()),
        (grey, plane, {"memory": 300_000}),
        (grey, plane, {"border": "halo", "pixel_size": 0.5}),
        (rgb, coloured["movie.tif"], {"memory": 150_000}),
        (counted, plane, {}),
    ]
    macros = [
        line(package, path, tmp_path / "java" / str(number), **options)
        for number, (package, path, options) in enumerate(jobs)
    ]
    bad = [(rgb, plane), (grey, coloured["photo.png"])]
    macros += [line(package, path, tmp_path / "bad") for package, path in bad]
    opened = run_line(COMMAND, {"model_path": rgb, "output_folder": tmp_path / "open"})
    macros.append(f'open("{coloured["photo.png"]}");\n{opened}')
    macros.append(time_series(rgb, coloured["movie.tif"], tmp_path / "series"))
    reported = ask(imagej, macros)
    *answers, of_active, of_macro = [answer["report"] for answer in reported]
    results = [predict(p, path, runner="onnx", **options) for p, path, options in jobs]
    for number, (answer, result) in enumerate(zip(answers, results, strict=False)):
        assert len(result.boxes or ()) > 5
        assert_same(answer, result, tmp_path / "python" / str(number))
    for answer, (package, path) in zip(answers[len(jobs) :], bad, strict=True):
        with pytest.raises(DataError) as refused:
            predict(package, path, runner="onnx")
        in_macro = refused.value.sentence(lambda option: f"{option.name}={option.value}")
        assert answer["error"]["message"] == in_macro
    assert list(results[0].class_counts or {}) == list(CLASSES)
    assert len(results[-2].plan.tiles) > 1 < len(results[-4].plan.tiles)
    assert_same(of_active, results[2], tmp_path / "python" / "open")
    assert_same(of_macro, results[5], tmp_path / "python" / "series")
    assert reported[-1]["value"] == str(tmp_path / "series" / "movie_counts.csv")
    assert not (tmp_path / "bad").exists()


def test_all_ways_of_storing_colours_give_the_same_boxes(tmp_path: Path) -> None:
    package = detector(tmp_path / "rgb.zip", channels=RGB)
    _, coloured = images(tmp_path / "images")
    png, tiff, movie, channels = (
        predict(package, coloured[name], runner="onnx")
        for name in ("photo.png", "photo.tif", "movie.tif", "channels.tif")
    )
    assert png.boxes == tiff.boxes
    assert [row.pixels for row in movie.boxes or ()] == [row.pixels for row in channels.boxes or ()]
    assert movie.counts == channels.counts
    assert movie.counts[-1].t == 2
