"""Every script that is shipped for Fiji and pyimagej runs, is short, and does what it says."""

from __future__ import annotations

import csv
import runpy
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from roifile import ImagejRoi, roiwrite

from deepbacs_zoo.annotations.rois import read_rois
from deepbacs_zoo.errors import MacroError
from deepbacs_zoo.fiji import Gateway, open_worker, scripts_folder
from deepbacs_zoo.fiji.deepimagej.installed import find_deepimagej
from deepbacs_zoo.fiji.deepimagej.program import DeepImageJProgram
from deepbacs_zoo.images import Calibration, read_image, write_tiff
from deepbacs_zoo.prediction import predict
from tests.contract.test_gateways import OPENERS, opened
from tests.fiji.deepimagej import fake_fiji
from tests.fiji.gateways import gateway_setup, groovy_setup
from tests.fiji.segmenting import cells, segmenter, segmenter_of_any_size
from tests.package_writer import image as input_like
from tests.package_writer import like, write_package
from tests.tiny_networks import box

LONGEST = 60
PIXEL = Calibration(0.08, 0.08, None, "µm", 2.0)
TESTED = {
    "DeepBacs_Compare_Models.ijm",
    "DeepBacs_DeepImageJ.ijm",
    "DeepBacs_Folder.groovy",
    "DeepBacs_Folder.ijm",
    "DeepBacs_Image.groovy",
    "DeepBacs_Image.ijm",
    "DeepBacs_Rois_To_Training.ijm",
    "DeepBacs_Time_Series.groovy",
    "DeepBacs_Time_Series.ijm",
    "DeepBacs_Two_Steps.ijm",
    "compare_models.py",
    "folder.py",
    "numpy_through_macro.py",
    "one_image.py",
    "rois_to_training.py",
    "run_deepimagej.py",
    "time_series.py",
    "two_packages.py",
}


def scripts() -> dict[str, Path]:
    folders = ("macros", "groovy", "pyimagej")
    return {path.name: path for name in folders for path in (scripts_folder() / name).glob("*.*")}


def python(name: str) -> Any:
    """Return what a script defines; it is not run as a program."""
    return runpy.run_path(str(scripts()[name]))["main"]


def macro(worker: Gateway, name: str, **values: Any) -> Any:
    argument = "\n".join(f"{key}={value}" for key, value in values.items())
    return worker.run_macro(scripts()[name].read_text("utf-8"), argument)


NAMED = [name for name in OPENERS if name.startswith("Fiji")]
"""Gateways to the Fiji folder that the environment names."""


@pytest.fixture(scope="module", params=["worker", *NAMED])
def worker(request: pytest.FixtureRequest) -> Iterator[Gateway]:
    with opened(request.param) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return segmenter(tmp_path_factory.mktemp("package") / "model.zip")


@pytest.fixture(scope="module")
def smoothing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that gives an image."""
    return image_model(tmp_path_factory.mktemp("package") / "smoothing.zip", box())


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("image") / "cells.tif"
    write_tiff(path, picture(0), "yx", PIXEL)
    return path


@pytest.fixture(scope="module")
def movie(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("image") / "movie.tif"
    write_tiff(path, np.stack([picture(seed) for seed in range(3)]), "tyx", PIXEL)
    return path


def picture(seed: int) -> np.ndarray:
    return (cells(61, 90, seed) * 1000 + 2000).astype(np.uint16)


def image_model(path: Path, network: Any) -> Path:
    source = input_like("raw")
    outputs = [like(source, "restored")]
    return write_package(path, inputs=[source], outputs=outputs, network=network, weights=("onnx",))


def labels_of(package: Path, source: Any) -> np.ndarray:
    return predict(package, source).content.array


def test_every_script_is_run_by_a_test() -> None:
    assert set(scripts()) == TESTED


@pytest.mark.parametrize("name", sorted(TESTED))
def test_a_script_is_short(name: str) -> None:
    assert len(scripts()[name].read_text("utf-8").splitlines()) <= LONGEST


def test_the_macro_for_an_image_writes_its_results(worker, package, image, tmp_path) -> None:
    words = {"model_path": package, "input_path": image, "output_folder": tmp_path}
    macro(worker, "DeepBacs_Image.ijm", **words)
    found = read_image(tmp_path / "cells_labels.tif").data.values
    np.testing.assert_array_equal(found[:, :, 0], labels_of(package, image))


def test_the_macro_for_a_folder_runs_every_image(worker, package, image, movie, tmp_path) -> None:
    for path in (image, movie):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "broken.tif").write_bytes(image.read_bytes()[:100])
    (tmp_path / "._cells.tif").write_bytes(b"a note of macOS")
    words = {"model_path": package, "input_folder": tmp_path, "output_folder": tmp_path / "out"}
    done = macro(worker, "DeepBacs_Folder.ijm", **words)
    assert done.value == "2 done, 1 failed"
    assert "broken.tif: " in done.log


def test_the_macro_for_a_time_series_counts_and_plots(worker, package, movie, tmp_path) -> None:
    words = {"model_path": package, "input_path": movie, "output_folder": tmp_path}
    macro(worker, "DeepBacs_Time_Series.ijm", **words)
    rows = list(csv.reader((tmp_path / "movie_counts.csv").read_text("utf-8").splitlines()))
    counts = labels_of(package, movie).max(axis=(1, 2, 3)).tolist()
    assert rows[1:] == [[str(t), str(2 * t), str(count)] for t, count in enumerate(counts)]
    plot = read_image(tmp_path / "movie_counts.png").data.values
    assert plot.min() == 0
    assert plot.max() == 255


def test_the_macro_compares_two_models(worker, package, image, tmp_path) -> None:
    words = {"first_model": package, "second_model": package, "input_path": image}
    done = macro(worker, "DeepBacs_Compare_Models.ijm", **words, output_folder=tmp_path)
    rows = list(csv.reader(Path(done.value).read_text("utf-8").splitlines()))
    labels = labels_of(package, image)
    same = [str(labels.max()), str(np.count_nonzero(labels))]
    assert rows[1:] == [["1", *same], ["2", *same], ["both / any", "", "1.0000"]]
    shown = read_image(tmp_path / "cells_comparison.png").data.values
    assert (shown[0, 0][:, labels[0, 0] > 0] == 255).all(), "white where both find a cell"


def test_the_macro_runs_two_models_one_after_the_other(
    worker, smoothing, package, image, tmp_path
) -> None:
    words = {"first_model": smoothing, "second_model": package, "input_path": image}
    macro(worker, "DeepBacs_Two_Steps.ijm", **words, output_folder=tmp_path)
    between = tmp_path / "cells_restored.tif"
    found = read_image(tmp_path / "cells_restored_labels.tif").data.values
    np.testing.assert_array_equal(found[:, :, 0], labels_of(package, between))


@pytest.fixture
def outlines(tmp_path: Path) -> Path:
    """Two outlines that overlap, as the ROI Manager saves them."""
    corners = ([[10, 10], [40, 10], [40, 30], [10, 30]], [[30, 20], [60, 20], [60, 50], [30, 50]])
    path = tmp_path / "outlines.zip"
    roiwrite(
        path, [ImagejRoi.frompoints(np.array(each), name=f"{i}") for i, each in enumerate(corners)]
    )
    return path


def test_the_macro_makes_training_data_of_outlines(worker, image, outlines, tmp_path) -> None:
    words = {"input_path": image, "roi_path": outlines, "training_folder": tmp_path / "data"}
    assert macro(worker, "DeepBacs_Rois_To_Training.ijm", **words).value == "2"
    check_training_folder(tmp_path / "data", image, outlines)


def test_the_script_makes_training_data_of_outlines(image, outlines, tmp_path) -> None:
    assert python("rois_to_training.py")(str(tmp_path / "data"), str(image), str(outlines)) == 2
    check_training_folder(tmp_path / "data", image, outlines)
    with pytest.raises(SystemExit, match="exists already"):
        python("rois_to_training.py")(str(tmp_path / "data"), str(image), str(outlines))


def check_training_folder(folder: Path, image: Path, outlines: Path) -> None:
    source, target = (read_image(folder / name / "cells.tif") for name in ("source", "target"))
    np.testing.assert_array_equal(source.data, read_image(image).data)
    np.testing.assert_array_equal(target.data[0, 0, 0], read_rois(outlines, (61, 90)))
    assert source.calibration.x == target.calibration.x == 0.08


def test_the_script_for_an_image_gives_its_cells(worker, package, image, tmp_path) -> None:
    found = python("one_image.py")(worker, str(package), str(image), str(tmp_path / "out"))
    assert found == labels_of(package, image).max()


def test_the_script_for_a_folder_goes_on_after_a_bad_image(
    worker, package, image, tmp_path
) -> None:
    (tmp_path / "good.tif").write_bytes(image.read_bytes())
    (tmp_path / "broken.tif").write_bytes(image.read_bytes()[:100])
    (tmp_path / "._cells.tif").write_bytes(b"a note of macOS")
    summary = python("folder.py")(worker, str(package), str(tmp_path), str(tmp_path / "out"))
    rows = list(csv.DictReader(summary.read_text("utf-8").splitlines()))
    assert [row["image"] for row in rows] == ["broken.tif", "good.tif"]
    assert rows[0]["error"]
    assert rows[1]["cells"] == str(labels_of(package, image).max())


def test_the_script_for_a_time_series_counts_and_plots(worker, package, movie, tmp_path) -> None:
    plot = tmp_path / "counts.png"
    counts = python("time_series.py")(worker, str(package), str(movie), str(plot))
    assert counts == labels_of(package, movie).max(axis=(1, 2, 3)).tolist()
    assert read_image(plot).data.values.min() < 100


def test_the_script_compares_two_models(worker, package, image) -> None:
    agreement = python("compare_models.py")(worker, str(package), str(package), str(image))
    assert agreement.same_objects
    assert agreement.pixel_share == 1


def test_the_script_runs_two_packages_one_after_the_other(
    worker, smoothing, package, image, tmp_path
) -> None:
    words = [str(each) for each in (smoothing, package, image, tmp_path / "out")]
    count = python("two_packages.py")(worker, *words)
    expected = labels_of(package, tmp_path / "out" / "cells_restored.tif")
    assert count == expected.max()
    found = read_image(tmp_path / "out" / "cells_restored_labels.tif").data.values
    np.testing.assert_array_equal(found[:, :, 0], expected)


def test_the_script_sends_an_image_through_a_macro(worker) -> None:
    mask, areas = python("numpy_through_macro.py")(worker)
    assert mask.shape == (128, 128)
    assert len(areas) == 3
    assert all(abs(area - np.pi * 12**2) < 45 for area in areas)


@pytest.fixture(scope="module", params=["worker with Groovy", *NAMED])
def groovy(request: pytest.FixtureRequest) -> Iterator[Gateway]:
    if request.param in NAMED:
        with opened(request.param) as gateway:
            yield gateway
        return
    with open_worker(groovy_setup()) as gateway:
        yield gateway


def run_groovy(gateway: Gateway, name: str, *images: Path, **values: Any) -> Any:
    given = {path.stem: read_image(path) for path in images}
    return gateway.run_script(scripts()[name], parameters=values, images=given)


@pytest.mark.slow
def test_the_menu_script_for_an_image_gives_labels_and_a_table(groovy, package, image) -> None:
    done = run_groovy(groovy, "DeepBacs_Image.groovy", image, model=package)
    expected = labels_of(package, image)
    assert done.outputs["count"] == expected.max()
    (labels,) = (each for title, each in done.images.items() if "labels" in title)
    np.testing.assert_array_equal(labels.data.values[:, :, 0], expected)
    (table,) = done.tables.values()
    assert len(table) == expected.max()


@pytest.mark.slow
def test_the_menu_script_for_a_folder_goes_on(groovy, package, image, movie, tmp_path) -> None:
    for path in (image, movie):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "broken.tif").write_bytes(image.read_bytes()[:100])
    (tmp_path / "._cells.tif").write_bytes(b"a note of macOS")
    (tmp_path / "out").mkdir()
    words = {"model": package, "input": tmp_path, "output": tmp_path / "out"}
    done = run_groovy(groovy, "DeepBacs_Folder.groovy", **words)
    count = sum(int(labels_of(package, each).max(axis=(1, 2, 3)).sum()) for each in (image, movie))
    assert done.outputs["summary"] == f"2 images done, 1 failed, {count} objects"
    assert "broken.tif: " in done.log
    assert (tmp_path / "out" / "cells_labels.tif").is_file()


@pytest.mark.slow
def test_the_menu_script_for_a_time_series_counts_and_plots(groovy, package, movie) -> None:
    done = run_groovy(groovy, "DeepBacs_Time_Series.groovy", movie, model=package)
    counts = labels_of(package, movie).max(axis=(1, 2, 3)).tolist()
    assert done.outputs["counts"] == " ".join(map(str, counts))
    (table,) = done.tables.values()
    assert table.columns["objects"].tolist() == counts
    assert table.columns["seconds"].tolist() == [0, 2, 4]
    assert any("Objects of" in title for title in done.images), "the plot"


@pytest.fixture(scope="module")
def fiji(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A Fiji folder with the stand-in of deepImageJ."""
    with fake_fiji(tmp_path_factory.mktemp("fiji") / "Fiji.app") as folder:
        yield folder


@pytest.mark.slow
def test_the_script_runs_a_package_by_deepimagej(fiji, image, tmp_path) -> None:
    package = segmenter_of_any_size(tmp_path / "model.zip")
    program = DeepImageJProgram(find_deepimagej(fiji), gateway_setup(), timeout=120)
    words = (str(package), str(image), str(tmp_path / "out"))
    assert python("run_deepimagej.py")(program, *words) == labels_of(package, image).max()
    assert (tmp_path / "out" / "cells_labels.tif").is_file()


@pytest.mark.slow
def test_the_macro_runs_a_folder_by_deepimagej(fiji, image, tmp_path, monkeypatch) -> None:
    with zipfile.ZipFile(segmenter_of_any_size(tmp_path / "model.zip")) as archive:
        archive.extractall(tmp_path / "model")
    images = tmp_path / "images"
    images.mkdir()
    (images / "field 1.tif").write_bytes(image.read_bytes())
    (images / "notes.txt").write_text("no image")
    words = {"model_path": tmp_path / "model", "input_folder": images}
    monkeypatch.chdir(fiji)  # where deepImageJ looks for its engines
    words["output_folder"] = tmp_path / "out"
    with open_worker(gateway_setup(), folder=fiji) as gateway:
        done = [macro(gateway, "DeepBacs_DeepImageJ.ijm", **words).value for _ in range(2)]
        assert done == ["1 done, 0 failed", "0 done, 0 failed"], "what exists is not made again"
        write_tiff(images / "two channels.tif", np.stack([picture(1)] * 2), "cyx", PIXEL)
        with pytest.raises(MacroError, match="Tiling cannot happen"):
            macro(gateway, "DeepBacs_DeepImageJ.ijm", **words)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["field1_probabilities.tif"]
