"""The command `DeepBacs Run` in ImageJ without a window: results, errors, memory."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from deepbacs_zoo.errors import DeepbacsZooError
from deepbacs_zoo.fiji.gateways.macro import run_line
from deepbacs_zoo.images import Calibration, Image, read_image, write_tiff
from deepbacs_zoo.package import open_package
from deepbacs_zoo.prediction import predict
from deepbacs_zoo.results import save
from tests.fiji.javac import Harness, Jvm
from tests.fiji.kinds import images_for
from tests.fiji.segmenting import cells, segmenter
from tests.packages import CASES, REFUSED

COMMAND = "DeepBacs Run"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return segmenter(tmp_path_factory.mktemp("model") / "spots.zip")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("image") / "two words" / "cells.tif"
    path.parent.mkdir()
    values = (cells(100, 130) * 3000 + 500).astype(np.uint16)
    write_tiff(path, values, "yx", Calibration(0.08, 0.08, None, "µm"))
    return path


def ask(imagej: Jvm, macros: list[str], **more: Any) -> list[dict[str, Any]]:
    """Run macros one after the other in one ImageJ."""
    answers = imagej.ask("PluginTest", macros, **more)
    assert isinstance(answers, list)
    return answers


def line(model: Path, image: Path | str, output: Path, **more: Any) -> str:
    options = {"model_path": model, "input_path": image, "output_folder": output, **more}
    return run_line(COMMAND, options)


def test_a_macro_line_writes_the_files_of_python(
    imagej: Jvm, tmp_path: Path, model: Path, image: Path
) -> None:
    mine = shutil.copy(model, tmp_path / "mine.zip")  # that no other test has loaded
    macro = line(mine, image, tmp_path / "java") + '\nreturn "done";'
    (answer,) = ask(imagej, [macro])
    report = answer["report"]
    assert (report["status"], answer["value"]) == ("ok", "done")
    assert answer.get("exception") is None
    result = predict(model, image, runner="onnx")
    python = save(result, tmp_path / "python")
    assert report["files"] == [str(tmp_path / "java" / path.name) for path in python]
    for path in python:
        ours = tmp_path / "java" / path.name
        if path.suffix == ".tif":
            java = read_image(ours)
            np.testing.assert_allclose(java.data.values, read_image(path).data.values, atol=1e-5)
            assert java.calibration == read_image(path).calibration
        elif path.suffix != ".png":
            assert ours.read_bytes() == path.read_bytes()
    assert report["engine"].startswith("onnxruntime 1.")
    assert report["engine"].endswith(", onnx on cpu")
    assert report["objects"] == len(result.objects) > 5
    assert (report["tiles"], report["loaded"], report["stem"]) == (1, True, "cells")
    assert 0 < report["network_seconds"] < report["seconds"]
    assert report["findings"] == []
    assert answer["images"] == []


def test_the_active_image_is_run_where_no_path_is_given(
    imagej: Jvm, tmp_path: Path, model: Path, image: Path
) -> None:
    run = run_line(COMMAND, {"model_path": model, "output_folder": tmp_path / "java"})
    (answer,) = ask(imagej, [f'open("{image}");\n{run}\nreturn getTitle();'])
    assert answer.get("exception") is None
    assert answer["value"] == "cells.tif"
    assert answer["images"] == ["cells.tif"]
    labels = read_image(tmp_path / "java" / "cells_labels.tif").data.values[:, :, 0]
    np.testing.assert_array_equal(labels, predict(model, image, runner="onnx").labels)
    assert read_image(tmp_path / "java" / "cells_labels.tif").calibration.x == pytest.approx(0.08)


def test_another_image_of_a_file_is_chosen_by_its_number(
    imagej: Jvm, tmp_path: Path, model: Path, image: Path
) -> None:
    fields = tmp_path / "fields.ome.tif"
    values = read_image(image).data.values[0, 0, 0]
    with tifffile.TiffWriter(fields, ome=True) as writer:
        for field in (values[:64, :64], values[:, ::-1]):
            writer.write(field, metadata={"axes": "YX"}, photometric="minisblack")
    more = {"keep_going": True}
    first, second, third, opened = ask(
        imagej,
        [
            line(model, fields, tmp_path / "1", **more),
            line(model, fields, tmp_path / "2", series=2, **more),
            line(model, fields, tmp_path / "3", series=3, **more),
            f'open("{image}");\n'
            + run_line(
                COMMAND,
                {"model_path": model, "output_folder": tmp_path / "4", "series": 2, **more},
            ),
        ],
    )
    for series, answer in ((None, first), (2, second)):
        result = predict(model, fields, runner="onnx", series=series)
        labels = read_image(tmp_path / str(series or 1) / "fields_labels.tif").data.values
        np.testing.assert_array_equal(labels[:, :, 0], result.labels)
        ids = [finding["id"] for finding in answer["report"]["findings"]]
        assert ids == [finding.id for finding in result.findings]
    assert "image-series-left-out" in {each["id"] for each in first["report"]["findings"]}
    with pytest.raises(DeepbacsZooError) as caught:
        predict(model, fields, runner="onnx", series=3)
    error = third["report"]["error"]
    assert (error["what"], error["value"]) == (caught.value.what, "3")
    assert opened["report"]["error"]["allowed"] == "1, as it holds one image"


@pytest.mark.slow
def test_every_kind_of_package_writes_the_files_of_python(
    imagej: Jvm, tmp_path: Path, kinds: dict[str, Path]
) -> None:
    macros, images = [], {}
    for name, path in kinds.items():
        (tmp_path / name).mkdir()
        with open_package(path) as package:
            dtype = "uint8" if package.inputs[0].dtype.startswith("uint") else "uint16"
            images[name] = images_for(package, tmp_path / name, dtype, 43, 39)
        words = ";".join(f"{each}={file}" for each, file in images[name].items())
        macros.append(line(path, words, tmp_path / name / "java", keep_going=True))
    written = 0
    for (name, path), answer in zip(kinds.items(), ask(imagej, macros), strict=True):
        report = answer["report"]
        try:
            result = predict(path, images[name], runner="onnx")
        except DeepbacsZooError as error:
            assert report["error"]["message"] == str(error), name
            continue
        files = save(result, tmp_path / name / "python")
        assert report["status"] == "ok", (name, report)
        assert [Path(file).name for file in report["files"]] == [file.name for file in files], name
        for ours, theirs in zip(report["files"], files, strict=True):
            _assert_same_image(read_image(ours), read_image(theirs))
        written += len(files)
    assert written > len(kinds) * 0.9


def _assert_same_image(ours: Image, theirs: Image) -> None:
    assert ours.calibration == theirs.calibration
    largest = max(float(np.abs(theirs.data.values).max()), 1.0)
    np.testing.assert_allclose(ours.data.values, theirs.data.values, rtol=0, atol=1e-6 * largest)


def test_several_inputs_are_files_or_open_images(imagej: Jvm, tmp_path: Path, image: Path) -> None:
    package = CASES["two_inputs"](tmp_path)
    other = tmp_path / "a;b=c.tif"
    values = np.arange(13000, dtype=np.uint16).reshape(100, 130)
    write_tiff(other, values, "yx", Calibration())
    opened = f'open("{image}"); rename("left eye"); open("{other}"); rename("right");\n'

    def run(given: str, folder: str) -> str:
        return line(package, given, tmp_path / folder)

    answers = ask(
        imagej,
        [
            run(f"raw={image};other={other}", "files"),
            opened + run("other=right; raw=left eye", "titles"),
            opened + run(f"raw=left eye;other={other}", "both"),
        ],
    )
    assert [answer["report"]["status"] for answer in answers] == ["ok"] * 3, answers
    expected = predict(package, {"raw": image, "other": other}, runner="onnx")
    for folder, stem in (("files", "cells"), ("titles", "left eye"), ("both", "left eye")):
        found = read_image(tmp_path / folder / f"{stem}_sum.tif")
        np.testing.assert_array_equal(found.data.values, expected.tensors["sum"].array)
    assert answers[1]["images"] == ["left eye", "right"]
    title = opened + run("raw=left eye;other=wrong", "no")
    twice = opened + 'rename("left eye");' + run("raw=left eye;other=left eye", "no")
    one, two = ask(imagej, [title, twice])
    assert "no open image has this title (wrong)" in one["report"]["error"]["message"]
    assert "left eye, right" in one["report"]["error"]["message"]
    assert "several open images have this title" in two["report"]["error"]["message"]


def test_macros_call_what_they_cannot_run(
    imagej: Jvm, tmp_path: Path, model: Path, image: Path
) -> None:
    """`call(...)` takes and returns texts: the files, the number of objects, a description."""
    name = "deepbacs.zoo.plugin.DeepBacs"
    options = f"model_path=[{model}] input_path=[{image}] output_folder=[{tmp_path / 'out'}]"
    macro = f"""
        files = split(call("{name}.run", "{options}"), "\n");
        count = call("{name}.count");
        List.setList(call("{name}.describe", "{model}"));
        text = List.get("kind") + "|" + List.get("inputs") + "|" + List.get("name");
        version = call("{name}.version");
        return files[0] + "|" + files.length + "|" + count + "|" + text + "|" + version;
    """
    again = f'call("{name}.run", "{options}");\nreturn "went on";'
    none = f'call("{name}.describe", "{image}");\nreturn "went on";'
    good, bad, wrong = ask(imagej, [macro, again, none])
    assert good.get("exception") is None, good
    file, files, count, kind, inputs, title, version = good["value"].split("|")
    result = predict(model, image, runner="onnx")
    assert (file, files) == (str(tmp_path / "out" / "cells_probabilities.tif"), "5")
    assert (count, kind, inputs) == (str(len(result.objects)), "labels", "raw")
    with open_package(model) as package:
        assert title == package.name
    assert version == "development"  # classes, not the jar
    assert bad["report"]["error"]["kind"] == "OutputExistsError"
    assert "Exception" not in bad["log"]
    assert "cells.tif" in (wrong["error"] or "") + wrong["log"]
    assert (bad.get("value"), wrong.get("value")) == (None, None)


def test_options_are_those_of_predict(
    imagej: Jvm, tmp_path: Path, model: Path, image: Path
) -> None:
    macros = [
        line(model, image, tmp_path / "tiled", memory="2MiB"),
        line(model, image, tmp_path / "halo", border="halo", pixel_size=0.1),
        line(model, image, tmp_path / "halo", border="halo", pixel_size=0.1, overwrite=True),
    ]
    tiled, halo, again = ask(imagej, macros)
    assert tiled["report"]["tiles"] == len(predict(model, image, memory=2**21).plan.tiles) > 1
    result = predict(model, image, runner="onnx", border="halo", pixel_size=0.1)
    save(result, tmp_path / "python")
    table = (tmp_path / "python" / "cells_table.csv").read_bytes()
    assert (tmp_path / "halo" / "cells_table.csv").read_bytes() == table
    (finding,) = halo["report"]["findings"]
    assert finding["id"] == "other-pixel-size"
    assert again["report"]["status"] == "ok"


def _bad(model: Path, image: Path, tmp_path: Path) -> dict[str, tuple[str, str, str]]:
    """Name to macro, kind of error, and words of its sentence."""
    out = tmp_path / "out"
    cut = tmp_path / "cut.zip"
    cut.write_bytes(model.read_bytes()[:-500])
    tampered = REFUSED["tampered_weights"](tmp_path, name="tampered.zip")
    unknown = REFUSED["unknown_step"](tmp_path, name="unknown.zip")
    several = CASES["two_inputs"](tmp_path, name="several.zip")
    two = tmp_path / "two.tif"
    write_tiff(two, np.ones((2, 32, 32), np.uint8), "cyx", Calibration())
    text = tmp_path / "text.tif"
    text.write_text("no image")
    whole = tmp_path / "whole.tif"
    tifffile.imwrite(whole, np.ones((64, 64), np.uint16))
    half = tmp_path / "half.tif"
    half.write_bytes(whole.read_bytes()[:3000])
    zstd = tmp_path / "zstd.tif"
    tifffile.imwrite(zstd, np.ones((64, 64), np.uint16), compression="zstd")
    file = tmp_path / "file"
    file.write_text("in the way")
    missing = tmp_path / "missing.zip"
    no_image = run_line(COMMAND, {"model_path": model, "output_folder": out})
    return {
        "no model": (line(missing, image, out), "UsageError", "missing.zip"),
        "cut package": (line(cut, image, out), "IntegrityError", "cut.zip"),
        "bad hash": (line(tampered, image, out), "IntegrityError", "weights.onnx"),
        "unknown step": (line(unknown, image, out), "UnsupportedError", "unknown.zip"),
        "two inputs": (line(several, image, out), "UsageError", "names none of them"),
        "one of two": (line(several, f"raw={image}", out), "DataError", "needs an image"),
        "no input": (line(several, f"raw={image};one={image}", out), "UsageError", "one="),
        "twice": (line(several, f"raw={image};raw={image}", out), "UsageError", "has two images"),
        "channels": (line(model, two, out), "DataError", "another number of channels"),
        "no image file": (line(model, tmp_path / "no.tif", out), "UsageError", "no such image"),
        "folder": (line(model, tmp_path, out), "UsageError", "no such image"),
        "text": (line(model, text, out), "DataError", "cut off or damaged"),
        "half": (line(model, half, out), "DataError", "cut off or damaged"),
        "compression": (line(model, zstd, out), "DataError", "Zstandard"),
        "output is a file": (line(model, image, file), "HostError", "results need a folder"),
        "below a file": (line(model, image, file / "x"), "HostError", "cannot be written"),
        "none open": (no_image, "UsageError", "no image open"),
        "border": (line(model, image, out, border="wide"), "UsageError", "none | halo"),
        "memory": (line(model, image, out, memory="lots"), "UsageError", "amount of memory"),
        "little memory": (line(model, image, out, memory="1kB"), "HostError", "memory budget"),
        "size": (line(model, image, out, pixel_size=-1), "UsageError", "must be positive"),
        "word": (line(model, image, out, nonsense=1), "UsageError", "there is no such option"),
        "rescale": (line(model, image, out, rescale="auto"), "UnsupportedError", "resampled"),
        "no options": (f'run("{COMMAND}");', "UsageError", "needs its options"),
        "no output": (run_line(COMMAND, {"model_path": model}), "UsageError", "output_folder"),
        "flag": (line(model, image, out, overwrite="false"), "UsageError", "the word alone"),
    }


def test_bad_input_is_one_clear_sentence_and_ends_the_macro(
    imagej: Jvm, tmp_path: Path, model: Path, image: Path
) -> None:
    bad = _bad(model, image, tmp_path)
    macros = [macro + '\nreturn "went on";' for macro, _, _ in bad.values()]
    good = line(model, image, tmp_path / "good")
    *answers, last = ask(imagej, [*macros, good])
    for (name, (_, kind, words)), answer in zip(bad.items(), answers, strict=True):
        report = answer["report"]
        assert report["status"] == "error", name
        error = report["error"]
        assert error["kind"] == kind, (name, error)
        assert words in error["message"], (name, error)
        assert error["message"].count("; allowed: ") == 1, name
        assert error["message"].endswith("."), name
        assert answer.get("value") is None, name
        assert answer.get("exception") == "Macro canceled", name
        assert error["message"] in (answer.get("error") or "") + answer["log"], name
        assert "Exception" in report["trace"]
    assert last["report"]["status"] == "ok"
    assert not (tmp_path / "out").exists()


def test_results_are_never_overwritten_unasked(
    imagej: Jvm, tmp_path: Path, model: Path, image: Path
) -> None:
    run = line(model, image, tmp_path / "out")
    skip = line(model, image, tmp_path / "out", skip_existing=True)
    first, second, third = ask(imagej, [run, run, skip])
    assert first["report"]["status"] == "ok"
    assert second["report"]["error"]["kind"] == "OutputExistsError"
    assert (third["report"]["status"], third["report"]["skipped"]) == ("ok", True)
    assert third["report"]["files"] == first["report"]["files"]


def test_keep_going_tells_the_error_and_goes_on(
    imagej: Jvm, tmp_path: Path, model: Path, image: Path
) -> None:
    run = line(model, tmp_path / "no.tif", tmp_path / "out", keep_going=True)
    good = line(model, image, tmp_path / "out", keep_going=True)
    error = 'call("deepbacs.zoo.plugin.Report.error")'
    stem = 'call("deepbacs.zoo.plugin.Report.stem")'
    macro = f"{run}\na = {error};\n{good}\nreturn a + '|' + {error} + '|' + {stem};"
    (answer,) = ask(imagej, [macro.replace("'", '"')])
    assert answer.get("exception") is None
    reported, nothing, name = answer["value"].split("|")
    assert "no such image file" in reported
    assert (nothing, name) == ("", "cells")


def test_a_heap_that_is_too_small_is_named_with_one_that_works(
    harness: Harness, tmp_path: Path, model: Path
) -> None:
    big = tmp_path / "big.tif"
    values = np.tile((cells(500, 500) * 3000 + 500).astype(np.uint16), (4, 4))
    tifffile.imwrite(big, values)
    run = line(model, big, tmp_path / "out", memory="256MiB")
    with harness.open_imagej(tmp_path, "-Xmx100m") as imagej:
        (answer,) = ask(imagej, [run])
    error = answer["report"]["error"]
    assert error["kind"] == "HostError"
    assert "the heap is too small" in error["message"]
    assert "Edit > Options > Memory & Threads" in error["message"]
    number = int(error["allowed"].split()[2])
    with harness.open_imagej(tmp_path, f"-Xmx{number}m") as imagej:
        (answer,) = ask(imagej, [run])
    assert answer["report"]["status"] == "ok", answer["report"]


def test_three_hundred_images_load_the_model_once_and_leave_nothing(
    harness: Harness, tmp_path: Path, model: Path
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    folder = tmp_path / "images"
    folder.mkdir()
    for number in range(30):
        values = (cells(80, 90, number) * 3000 + 500).astype(np.uint16)
        tifffile.imwrite(folder / f"{number}.tif", values)
    run = (
        f'run("{COMMAND}", "model_path=[{model}] input_path=[{folder}/" + (i % 30) + ".tif] '
        f'output_folder=[{tmp_path}/out" + i + "]");'
    )
    loop = f"for (i = {{0}}; i < {{1}}; i++) {{ {run} }}".replace("{ ", "{{ ").replace(" }", " }}")
    parts = [loop.format(start, start + 100) for start in (0, 100, 200)]
    options = (f"-Djava.io.tmpdir={scratch}", "-Xmx256m")
    with harness.open_imagej(tmp_path, *options) as imagej:
        answers = ask(imagej, parts, timeout=300)
    reports = [answer["report"] for answer in answers]
    assert [report["status"] for report in reports] == ["ok"] * 3
    assert not any(report["loaded"] for report in reports)
    assert all(answer["images"] == [] for answer in answers)
    used = [answer["used"] for answer in answers]
    assert used[2] - used[0] < 2**20, used
    for number in (0, 31, 299):
        expected = predict(model, folder / f"{number % 30}.tif", runner="onnx").labels
        written = read_image(tmp_path / f"out{number}" / f"{number % 30}_labels.tif")
        np.testing.assert_array_equal(written.data.values[:, :, 0], expected)
    # The engine leaves the empty folder that its library was unpacked to.
    left = [path for path in scratch.rglob("*") if path.is_file() or path.parent != scratch]
    assert left == []
    assert all(path.name.startswith("onnxruntime-java") for path in scratch.iterdir())


def test_a_package_that_changes_is_loaded_again(
    imagej: Jvm, tmp_path: Path, model: Path, image: Path
) -> None:
    mine = tmp_path / "mine.zip"
    mine.write_bytes(model.read_bytes())
    os.utime(mine, (1, 1))
    call = 'call("deepbacs.zoo.plugin.Report.json")'
    runs = [line(mine, image, tmp_path / "out", overwrite=True) + f"\nreturn {call};"] * 2
    other = line(model, image, tmp_path / "out", overwrite=True) + f"\nreturn {call};"
    first, second, third, fourth = ask(imagej, [*runs, other, runs[0]])
    loaded = [json.loads(each["value"])["loaded"] for each in (first, second, third, fourth)]
    assert loaded == [True, False, True, True]
