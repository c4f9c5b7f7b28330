"""Prediction in Java against prediction in Python, each with its own ONNX Runtime."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from deepbacs_zoo.errors import DeepbacsZooError
from deepbacs_zoo.images import Calibration, write_tiff
from deepbacs_zoo.package import Package, open_package
from deepbacs_zoo.prediction import predict
from deepbacs_zoo.results import Result, save
from tests.fiji.javac import Harness
from tests.fiji.segmenting import cells, segmenter
from tests.packages import CASES, REFUSED, image, like, write_package
from tests.tiny_networks import Network

TOLERANCE = 1e-5


def ask(harness: Harness, tmp_path: Path, requests: list[dict], **more: Any) -> list[dict]:
    """Run requests in one Java; numbers and labels come back as arrays."""
    given = []
    for number, request in enumerate(requests):
        folder = str(tmp_path / f"numbers{number}")
        texts = {key: str(v) if isinstance(v, Path) else v for key, v in request.items()}
        given.append({"folder": folder, **texts})
    answers = harness.ask("PredictionTest", given, **more)
    for request, answer in zip(given, answers, strict=True):
        folder = Path(request["folder"])
        for tensor in answer.get("tensors", ()):
            values = np.fromfile(folder / f"{tensor['id']}.bin", "<f8")
            tensor["values"] = values.reshape(tensor["shape"])
        if "labels" in answer:
            labels = np.fromfile(folder / "labels.bin", "<i4")
            answer["labels"] = labels.reshape(answer["labels"])
    return answers


def expected(request: dict) -> Result:
    options = {key: request[key] for key in ("memory", "border", "pixel_size") if key in request}
    return predict(request["package"], request["image"], runner="onnx", **options)


def assert_alike(answer: dict, result: Result) -> None:
    assert "error" not in answer, answer
    assert [tensor["id"] for tensor in answer["tensors"]] == list(result.tensors)
    for tensor in answer["tensors"]:
        python = result.tensors[tensor["id"]]
        assert tensor["letters"] == python.axes
        assert tensor["dtype"] == str(python.array.dtype)
        np.testing.assert_allclose(
            tensor["values"], python.array, rtol=TOLERANCE, atol=TOLERANCE, err_msg=tensor["id"]
        )
        x = python.calibration.x
        assert tensor.get("x") == (x if x is None else pytest.approx(x))
    assert answer["tiles"] == len(result.plan.tiles)
    if result.labels is None:
        assert "labels" not in answer
    else:
        assert answer["objects"] == len(result.objects)
        assert answer["labels"].shape == result.labels.shape
        assert np.mean(answer["labels"] == result.labels) >= 0.99999
    reported = [(finding.severity.name, finding.what) for finding in result.findings]
    assert [(finding["severity"], finding["what"]) for finding in answer["findings"]] == reported


def assert_all_alike(
    harness: Harness, tmp_path: Path, requests: list[dict], **more: Any
) -> list[dict]:
    """Compare results, and sentences where Python refuses; returns Java's answers."""
    answers = ask(harness, tmp_path, requests, **more)
    for request, answer in zip(requests, answers, strict=True):
        try:
            result = expected(request)
        except DeepbacsZooError as error:
            assert (answer.get("error"), answer.get("message")) == (
                type(error).__name__,
                str(error),
            ), request
        else:
            assert_alike(answer, result)
    return answers


def _image_for(package: Package, path: Path, dtype: str, height: int, width: int) -> Path:
    """A hyperstack with the channels of a package's first input, and two frames and slices."""
    spec = package.inputs[0]
    channels = spec.size_of("c") or 1
    slices = 14 if "z" in spec.axis_names else 2
    rng = np.random.default_rng(height)
    values = rng.integers(0, 200, (2, slices, channels, height, width)).astype(dtype)
    if dtype == "float32":
        values = values / np.float32(50) - 2
    write_tiff(path, values, "tzcyx", Calibration(0.1, 0.1, 0.3, "µm", 2.0))
    return path


# Packages of several inputs or other weights are refused, see below.
ELSEWHERE = {"two_inputs", "two_inputs_0_4", "torchscript_only", "state_dict_only"}
# The engine's Java takes no tensors of this type.
NO_UINT16 = {"uint16_network", "uint16_0_4"}


def test_every_kind_of_package(harness: Harness, tmp_path: Path) -> None:
    requests = []
    for name in CASES.keys() - ELSEWHERE - {"uint16_network"}:
        folder = tmp_path / name
        folder.mkdir()
        path = CASES[name](folder)
        with open_package(path) as package:
            dtype = "uint8" if package.inputs[0].dtype.startswith("uint") else "uint16"
            for height, width in ((41, 57), (64, 64)):
                image = _image_for(package, folder / f"{height}.tif", dtype, height, width)
                requests.append({"package": path, "image": image})
            image = _image_for(package, folder / "real.tif", "float32", 36, 43)
            requests.append({"package": path, "image": image})
            requests.append({"package": path, "image": image, "border": "halo"})
            requests.append({"package": path, "image": image, "memory": 600 * 2048})
    assert_all_alike(harness, tmp_path, requests)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return segmenter(tmp_path_factory.mktemp("model") / "spots.zip")


def test_sizes_types_and_stacks(harness: Harness, tmp_path: Path, model: Path) -> None:
    big = cells(1000, 1025)
    images = {
        "512": (big[:512, :512] * 3000 + 500).astype(np.uint16),
        "1000": (big * 3000 + 500).astype(np.uint16),
        "97": (big[:97, :61] * 3000 + 500).astype(np.uint16),
        "8bit": np.clip(big[:200, :220] * 100 + 50, 0, 255).astype(np.uint8),
        "real": (big[:200, :220] - 0.4).astype(np.float32),
        # Values of 65,475 with a deviation of 105: float32 statistics would fail here.
        "bright": np.clip(big[:300, :300] * 230 + 65350, 0, 65535).astype(np.uint16),
        "flat": np.full((40, 40), 7, np.uint16),
    }
    requests = []
    for name, values in images.items():
        tifffile.imwrite(tmp_path / f"{name}.tif", values, photometric="minisblack")
        requests.append({"package": model, "image": tmp_path / f"{name}.tif"})
    for axes in ("TYX", "ZYX", "TZYX"):
        stack = np.stack([images["512"][i : i + 90, i : i + 80] for i in range(0, 240, 60)])
        if axes == "TZYX":
            stack = stack.reshape(2, 2, 90, 80)
        path = tmp_path / f"{axes}.tif"
        tifffile.imwrite(path, stack, imagej=True, metadata={"axes": axes})
        requests.append({"package": model, "image": path})
    answers = assert_all_alike(harness, tmp_path, requests)
    assert [a["tiles"] for a in answers] == [1] * len(answers)
    assert answers[1]["objects"] > 300
    assert answers[5]["objects"] > 20
    assert answers[7]["passes"] == ["1/4", "2/4", "3/4", "4/4"]


def test_tiles_give_the_numbers_of_one_pass(harness: Harness, tmp_path: Path, model: Path) -> None:
    image = tmp_path / "cells.tif"
    tifffile.imwrite(image, (cells(333, 410) * 3000 + 500).astype(np.uint16))
    whole = {"package": model, "image": image}
    tiled = {**whole, "memory": 400 * 120 * 120}
    one, many = assert_all_alike(harness, tmp_path, [whole, tiled])
    assert many["tiles"] > 6
    np.testing.assert_allclose(
        many["tensors"][0]["values"], one["tensors"][0]["values"], rtol=0, atol=1e-6
    )
    np.testing.assert_array_equal(many["labels"], one["labels"])


def test_labels_of_a_scaled_output_come_back_to_the_size_of_the_image(
    harness: Harness, tmp_path: Path
) -> None:
    path = segmenter(tmp_path / "doubled.zip", ratio=2)
    image = tmp_path / "cells.tif"
    write_tiff(image, (cells(101, 122) * 99).astype(np.uint8), "yx", Calibration(0.08, 0.08))
    request = {"package": path, "image": image}
    answer, tiled = assert_all_alike(harness, tmp_path, [request, {**request, "memory": 2**20}])
    assert answer["labels"].shape == (1, 1, 101, 122)
    assert answer["tensors"][0]["shape"] == [1, 1, 3, 202, 244]
    np.testing.assert_array_equal(tiled["labels"], answer["labels"])


def test_saved_files_are_those_of_python(harness: Harness, tmp_path: Path, model: Path) -> None:
    stack = np.stack([cells(120, 150, seed) for seed in range(3)])
    image = tmp_path / "cells.tif"
    calibration = Calibration(0.08, 0.08, None, "µm", 5.0)
    write_tiff(image, (stack * 3000 + 500).astype(np.uint16), "tyx", calibration)
    (answer,) = ask(
        harness, tmp_path, [{"package": model, "image": image, "save": tmp_path / "java"}]
    )
    result = predict(model, image, runner="onnx")
    np.testing.assert_array_equal(answer["labels"], result.labels)
    written = save(result, tmp_path / "python")
    assert sorted(p.name for p in (tmp_path / "java").iterdir()) == sorted(p.name for p in written)
    for name in ("cells_rois.zip", "cells_table.csv"):
        java, python = (tmp_path / who / name for who in ("java", "python"))
        assert java.read_bytes() == python.read_bytes()


def test_a_pixel_size_that_is_given_counts(harness: Harness, tmp_path: Path, model: Path) -> None:
    image = tmp_path / "cells.tif"
    write_tiff(image, (cells(60, 60) * 99).astype(np.uint8), "yx", Calibration(1, 1, 2, "µm"))
    requests = [{"package": model, "image": image, "pixel_size": size} for size in (0.08, 0.2)]
    assert_all_alike(harness, tmp_path, [{"package": model, "image": image}, *requests])


def doubled(target: Path) -> Path:
    """Write a package that takes no channels and gives two."""

    def nodes(inputs: Sequence[str], outputs: Sequence[str]) -> tuple[list[Any], list[Any]]:
        from onnx import helper, numpy_helper

        axis = numpy_helper.from_array(np.array([1]), "axis")
        return [
            helper.make_node("Unsqueeze", [inputs[0], "axis"], ["one"]),
            helper.make_node("Concat", ["one", "one"], [outputs[0]], axis=1),
        ], [axis]

    source = image("raw", "byx")
    return write_package(
        target,
        inputs=[source],
        outputs=[like(source, "two", "bcyx", channels=("a", "b"))],
        network=Network(nodes, "", lambda x: (np.stack([x, x], 1).astype(np.float32),)),
        weights=("onnx",),
    )


def test_wrong_images_are_refused_in_the_words_of_python(
    harness: Harness, tmp_path: Path, model: Path
) -> None:
    tifffile.imwrite(tmp_path / "rgb.tif", np.zeros((32, 32, 3), np.uint8), photometric="rgb")
    write_tiff(tmp_path / "two.tif", np.zeros((2, 32, 32), np.uint8), "cyx", Calibration())
    images = [tmp_path / "rgb.tif", tmp_path / "two.tif"]
    requests = [{"package": model, "image": image} for image in images]
    large = tmp_path / "large.tif"
    write_tiff(large, np.full((16, 16), 300, np.uint16), "yx", Calibration())
    for name, value in (("many", 300), ("real", 1.5), ("negative", -1)):
        path = tmp_path / f"{name}.tif"
        write_tiff(path, np.full((24, 24), value, np.float32), "yx", Calibration())
        requests.append({"package": CASES["uint8"](tmp_path, name=f"{name}.zip"), "image": path})
    requests.append({"package": doubled(tmp_path / "doubled.zip"), "image": tmp_path / "two.tif"})
    small = {"package": model, "image": large, "memory": 1000}
    answers = assert_all_alike(harness, tmp_path, [*requests, small])
    assert all("error" in answer for answer in answers)


def test_wrong_packages_are_refused(harness: Harness, tmp_path: Path) -> None:
    requests = []
    for name, refusal in REFUSED.items():
        folder = tmp_path / name
        folder.mkdir()
        tifffile.imwrite(folder / "a.tif", np.ones((24, 24), np.uint8))
        requests.append({"package": refusal(folder), "image": folder / "a.tif"})
    answers = ask(harness, tmp_path, requests)
    for request, answer in zip(requests, answers, strict=True):
        with pytest.raises(DeepbacsZooError) as caught:
            predict(request["package"], request["image"], runner="onnx")
        assert answer.get("error") == type(caught.value).__name__, (request, answer)


def test_what_imagej_cannot_run_is_named(harness: Harness, tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.ones((24, 24), np.uint8))
    names = ("two_inputs", "torchscript_only", "uint16_network")
    paths = [CASES[name](tmp_path, name=f"{name}.zip") for name in names]
    requests = [{"package": path, "image": tmp_path / "a.tif"} for path in paths]
    several, other, kind = ask(harness, tmp_path, requests)
    assert {a["error"] for a in (several, other, kind)} == {"UnsupportedError"}
    assert "in ImageJ a model runs on one (raw, other)" in several["message"]
    assert "(torchscript)" in other["message"]
    assert "(uint16)" in kind["message"]


def test_a_heap_that_is_too_small_is_reported_with_one_that_works(
    harness: Harness, tmp_path: Path, model: Path
) -> None:
    image = tmp_path / "large.tif"
    tifffile.imwrite(image, np.tile((cells(500, 500) * 99 + 50).astype(np.uint8), (3, 3)))
    request = [{"package": model, "image": image, "memory": 2**26}]
    (answer,) = ask(harness, tmp_path, request, options=("-Xmx80m",))
    assert answer["error"] == "HostError"
    assert "the heap is too small" in answer["message"]
    number = int(answer["message"].partition("-Xmx")[2].rstrip("m."))
    (answer,) = ask(harness, tmp_path, request, options=(f"-Xmx{number}m",))
    assert "error" not in answer, answer
