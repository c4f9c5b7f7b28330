"""Prediction in Java against prediction in Python, each with its own ONNX Runtime."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from deepbacs_zoo.errors import DeepbacsZooError, UnsupportedError
from deepbacs_zoo.images import Calibration, write_tiff
from deepbacs_zoo.package import open_package
from deepbacs_zoo.prediction import predict
from deepbacs_zoo.results import Result, save
from deepbacs_zoo.tensors import ReferencedSize, SteppedSize
from tests.data.runs.frozen import frozen_run, image_folders
from tests.fiji.javac import Harness
from tests.fiji.kinds import WITHOUT_ONNX, images_for
from tests.fiji.segmenting import cells, pairs_of_cells, segmenter
from tests.packages import (
    CASES,
    FILE_CASES,
    REFUSED,
    REFUSED_FILES,
    image,
    like,
    write_package,
)
from tests.tiny_networks import Network

TOLERANCE = 1e-5


def ask(harness: Harness, tmp_path: Path, requests: list[dict], **more: Any) -> list[dict]:
    """Run requests in one Java; numbers and labels come back as arrays."""
    given = []
    for number, request in enumerate(requests):
        folder = str(tmp_path / f"numbers{number}")
        given.append(json.loads(json.dumps({"folder": folder, **request}, default=str)))
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
    given = request.get("image") or request["images"]
    return predict(request["package"], given, runner="onnx", **options)


def assert_alike(answer: dict, result: Result, tolerance: float) -> None:
    assert "error" not in answer, answer
    assert [tensor["id"] for tensor in answer["tensors"]] == list(result.tensors)
    for tensor in answer["tensors"]:
        python = result.tensors[tensor["id"]]
        assert tensor["letters"] == python.axes
        assert tensor["dtype"] == str(python.array.dtype)
        largest = np.abs(python.array.astype(float)).max(initial=1)
        np.testing.assert_allclose(
            tensor["values"], python.array, rtol=0, atol=tolerance * largest, err_msg=tensor["id"]
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
    harness: Harness, tmp_path: Path, requests: list[dict], tolerance: float = TOLERANCE
) -> list[dict]:
    """Compare results, and sentences where Python refuses; returns Java's answers."""
    answers = ask(harness, tmp_path, requests)
    for request, answer in zip(requests, answers, strict=True):
        try:
            result = expected(request)
        except DeepbacsZooError as error:
            assert (answer.get("error"), answer.get("message")) == (
                type(error).__name__,
                str(error),
            ), request
        else:
            assert_alike(answer, result, tolerance)
    return answers


def _requests(path: Path, folder: Path, *, more: bool) -> list[dict]:
    """Images of one position and more, whole, in tiles and with a border of the halo."""
    with open_package(path) as package:
        dtype = "uint8" if package.inputs[0].dtype.startswith("uint") else "uint16"
        whole = {"package": path, "images": images_for(package, folder, dtype, 41, 57)}
        real = {"package": path, "images": images_for(package, folder, "float32", 36, 43)}
        fitting = {"package": path, "images": images_for(package, folder, dtype, 64, 64)}
    tiled = {**real, "memory": 600 * 2048}
    return [whole, tiled, *((real, {**real, "border": "halo"}, fitting) if more else ())]


@pytest.mark.parametrize("more", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_every_kind_of_package(
    harness: Harness, tmp_path: Path, kinds: dict[str, Path], more: bool
) -> None:
    """Every kind that ONNX Runtime runs: the same tensors, or the same sentence.

    Measured: all tensors are the same bits, ONNX Runtime 1.32 beside 1.26.  The tolerance is for
    other processors, whose kernels may differ between the two versions.
    """
    requests = []
    for name, path in kinds.items():
        (tmp_path / name).mkdir()
        requests += _requests(path, tmp_path / name, more=more)
    answers = assert_all_alike(harness, tmp_path, requests, tolerance=1e-6)
    assert sum("error" not in answer for answer in answers) > 0.9 * len(answers)


def test_methods_of_images_give_the_numbers_of_python(harness: Harness, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from deepbacs_zoo.exporting import draft

    source, _ = image_folders("image", "test")
    packages = [
        draft(frozen_run(name), tmp_path / f"{name}.zip") for name in ("care", "fnet", "upscale")
    ]
    requests = [
        {"package": package, "image": image, **more}
        for package in packages
        for image in sorted(source.iterdir())
        for more in ({}, {"memory": 300_000})
    ]
    answers = assert_all_alike(harness, tmp_path, requests, tolerance=1e-5)
    assert {len(answer["tensors"]) for answer in answers} == {1}
    assert max(answer["tiles"] for answer in answers) > 1


def test_kinds_without_onnx_weights_are_refused(harness: Harness, tmp_path: Path) -> None:
    requests = []
    for name in sorted(WITHOUT_ONNX):
        path = CASES[name](tmp_path, name=f"{name}.zip")
        requests.append(_requests(path, tmp_path, more=False)[0])
    answers = ask(harness, tmp_path, requests)
    for request, answer in zip(requests, answers, strict=True):
        with pytest.raises(UnsupportedError):
            expected(request)
        assert answer["error"] == "UnsupportedError"
        assert "finds no weights that it can load" in answer["message"]
        assert "deepbacs-zoo predict" in answer["message"]


def test_a_package_for_deepimagej_names_the_plain_one(harness: Harness, tmp_path: Path) -> None:
    path = CASES["torchscript_only"](tmp_path, config={"deepbacs_zoo": {"allow_tiling": False}})
    (answer,) = ask(harness, tmp_path, _requests(path, tmp_path, more=False)[:1])
    assert answer["error"] == "UnsupportedError"
    assert "(torchscript)" in answer["message"]
    assert "run the plain package of the same model" in answer["message"]


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


def test_what_must_not_be_tiled_is_one_pass_or_the_error_of_python(
    harness: Harness, tmp_path: Path
) -> None:
    path = CASES["stepped"](tmp_path, config={"deepbacs_zoo": {"allow_tiling": False}})
    image = tmp_path / "cells.tif"
    tifffile.imwrite(image, (cells(101, 122) * 99).astype(np.uint8))
    padded = predict(path, image, runner="onnx").plan.processed
    requests = [
        {"package": path, "image": image, "memory": padded * 2048 - less} for less in (0, 1)
    ]
    good, bad = assert_all_alike(harness, tmp_path, requests)
    assert good["tiles"] == 1
    assert "the plain package" in bad["message"]


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


def test_cells_that_touch_are_split_as_in_python(harness: Harness, tmp_path: Path) -> None:
    image = tmp_path / "pairs.tif"
    pixels = (pairs_of_cells(120, 150) * 3000 + 500).astype(np.uint16)
    write_tiff(image, pixels, "yx", Calibration(0.08, 0.08, None, "µm"))
    levels = {"split_levels": [0.6, 0.7, 0.8, 0.9, 0.95, 0.97], "convexity": 0.95}
    packages = [
        segmenter(tmp_path / "joined.zip"),
        segmenter(tmp_path / "split.zip", decode=levels),
    ]
    answers = ask(harness, tmp_path, [{"package": path, "image": image} for path in packages])
    for path, answer, count in zip(packages, answers, (9, 18), strict=True):
        result = predict(path, image, runner="onnx")
        np.testing.assert_array_equal(answer["labels"], result.labels)
        assert result.labels.max() == count


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
    red = np.zeros((32, 32, 3), np.uint8)
    red[..., 0] = 200
    tifffile.imwrite(tmp_path / "rgb.tif", red, photometric="rgb")
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


def test_odd_files_run_or_are_refused_alike(harness: Harness, tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.ones((24, 24), np.uint8))
    requests = []
    for name, build in {**FILE_CASES, **REFUSED_FILES}.items():
        requests.append({"package": build(tmp_path / name), "image": tmp_path / "a.tif"})
    answers = assert_all_alike(harness, tmp_path, requests, tolerance=1e-6)
    assert sum("error" not in answer for answer in answers) == len(FILE_CASES)


def test_images_of_several_inputs(harness: Harness, tmp_path: Path) -> None:
    """Images for some inputs, of other sizes and other positions: results or sentences."""
    stack, other, single, short, long, rgb = (tmp_path / f"{name}.tif" for name in "abcdef")
    rng = np.random.default_rng(3)
    for path, shape in (
        (stack, (2, 2, 41, 57)),
        (other, (2, 2, 41, 57)),
        (single, (1, 1, 41, 57)),
        (short, (1, 1, 31, 57)),
        (long, (3, 1, 41, 57)),
    ):
        write_tiff(path, rng.integers(0, 999, shape).astype(np.uint16), "tzyx", Calibration())
    write_tiff(rgb, np.zeros((3, 41, 57), np.uint8), "cyx", Calibration())
    package = CASES["two_inputs"](tmp_path)
    free = CASES["two_inputs_0_4"](tmp_path, name="free.zip")
    spare = optional_second(tmp_path / "optional.zip")
    crossed = crossed_inputs(tmp_path / "crossed.zip")
    good = [
        *({"package": path, "images": {"raw": stack, "other": other}} for path in (package, free)),
        {"package": package, "images": {"other": single, "raw": stack}},
        {"package": package, "images": {"raw": single, "other": stack}, "memory": 400 * 2048},
        {"package": package, "images": {"raw": single, "other": stack}, "border": "halo"},
        {"package": spare, "images": {"raw": stack}},
        {"package": spare, "image": stack},
        {"package": spare, "images": {"raw": stack, "other": other}},
        {"package": crossed, "images": {"raw": stack, "other": other}},
        {"package": crossed, "images": {"raw": single, "other": short}, "border": "halo"},
    ]
    bad = [
        {"package": package, "images": {"raw": stack}},
        {"package": package, "image": stack},
        {"package": package, "images": {"raw": stack, "other": other, "third": other}},
        {"package": package, "images": {"raw": stack, "other": short}},
        {"package": package, "images": {"raw": stack, "other": long}},
        {"package": package, "images": {"raw": stack, "other": rgb}},
        {"package": package, "images": {"raw": stack, "other": tmp_path / "missing.tif"}},
        {"package": free, "images": {"raw": stack, "other": stack}, "memory": 1000},
    ]
    answers = assert_all_alike(harness, tmp_path, good + bad, tolerance=1e-6)
    assert ["error" in answer for answer in answers] == [False] * len(good) + [True] * len(bad)


def optional_second(target: Path) -> Path:
    """Write a package whose graph has a value for its second input."""

    def nodes(inputs: Sequence[str], outputs: Sequence[str]) -> tuple[list[Any], list[Any]]:
        from onnx import helper, numpy_helper

        value = numpy_helper.from_array(np.full((1, 1, 1, 1), 7, np.float32), inputs[1])
        return [helper.make_node("Add", list(inputs), [outputs[0]])], [value]

    source = image("raw", sizes=SteppedSize(8, 4))
    inputs = [source, replace(source, id="other", optional=True)]
    outputs, network = [like(source, "out")], Network(nodes, "", lambda a, b: (a + 7,))
    return write_package(
        target,
        inputs=inputs,
        outputs=outputs,
        network=network,
        weights=("onnx",),
    )


def crossed_inputs(target: Path) -> Path:
    """Write a package whose second input is as wide as the first one is high, and four more."""
    first = image("raw", sizes=SteppedSize(8, 4))
    second = image("other", sizes={"y": SteppedSize(8, 4), "x": ReferencedSize("raw", "y", 1.0, 4)})

    def nodes(inputs: Sequence[str], outputs: Sequence[str]) -> tuple[list[Any], list[Any]]:
        from onnx import helper

        return [
            helper.make_node("ReduceMean", [inputs[1]], ["mean"], keepdims=1),
            helper.make_node("Add", [inputs[0], "mean"], [outputs[0]]),
        ], []

    network = Network(nodes, "", lambda a, b: (a + b.mean(keepdims=True),))
    return write_package(
        target,
        inputs=[first, second],
        outputs=[like(first, "out")],
        network=network,
        weights=("onnx",),
    )


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
