"""Results as files: names, types, calibration; never half written, never overwritten unasked."""

from __future__ import annotations

import csv
import errno
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tifffile
from roifile import ImagejRoi

import deepbacs_zoo.results.labels.kind as label_files
import deepbacs_zoo.results.saving as saving
import deepbacs_zoo.results.table as tables
from deepbacs_zoo.errors import HostError, OutputExistsError, PackageError
from deepbacs_zoo.images import Calibration, read_image, write_tiff
from deepbacs_zoo.prediction import predict
from deepbacs_zoo.results import planned_outputs, save
from deepbacs_zoo.tensors import Axis, FixedSize, FreeSize, TensorSpec
from tests.unit.prediction.samples import STEP, fake, image_of, noise
from tests.unit.runners.stub import output, tensor

DECODE = {"kind": "multilabel", "output": "probabilities", "min_seed": 1, "min_size": 1}
DECODED = ("labels.tif", "rois.zip", "table.csv", "overlay.png")


def three_classes(x):
    """Probabilities from an image in which 2 is interior and 1 is boundary."""
    return np.concatenate([x == 0, x == 2, x == 1], 1).astype(np.float32)


def segmenter(**config):
    return fake(
        three_classes,
        outputs=(output("probabilities", "raw", channels=3),),
        decode=DECODE,
        **config,
    )


def cells(count=2):
    array = np.zeros((40, 48), np.uint16)
    for number in range(count):
        top = 2 + 12 * number
        array[top : top + 8, 4:30] = 1
        array[top + 1 : top + 7, 5:29] = 2
    return array


def segmented(array=None, axes="yx", calibration=None, folder=None, **options):
    package, session = segmenter()
    image = image_of(cells() if array is None else array, axes, calibration)
    if folder is not None:
        image = replace(image, path=folder / "field.tif")
    return predict(package, image, session=session, **options)


@pytest.fixture()
def result(tmp_path):
    calibration = Calibration(0.1, 0.1, None, "µm")
    return segmented(calibration=calibration, folder=tmp_path)


def test_files_are_named_after_the_image_and_written_in_order(result, tmp_path):
    written = save(result, tmp_path / "out")
    names = [path.name for path in written]
    assert names == ["field_probabilities.tif", *(f"field_{name}" for name in DECODED)]
    assert sorted(names) == sorted(path.name for path in (tmp_path / "out").iterdir())


def test_planned_outputs_are_the_files_that_are_written(result, tmp_path):
    package, _ = segmenter()
    assert planned_outputs(package, "field", tmp_path / "out") == save(result, tmp_path / "out")
    plain, _ = fake(lambda x: x)
    assert planned_outputs(plain, "a", tmp_path) == (tmp_path / "a_out.tif",)


def test_tensor_file_is_float32_with_the_images_calibration(result, tmp_path):
    path = save(result, tmp_path / "out")[0]
    image = read_image(path)
    assert image.data.dtype == np.float32
    assert image.calibration.x == pytest.approx(0.1)
    assert image.calibration.unit == "µm"
    np.testing.assert_array_equal(image.data.values, result.tensors["probabilities"].array)


def test_labels_rois_and_table_tell_of_the_same_objects(result, tmp_path):
    _, labels, rois, table, overlay = save(result, tmp_path / "out")
    image = read_image(labels)
    assert image.data.dtype == np.uint16
    assert image.data.values[0, 0, 0].max() == 2
    with zipfile.ZipFile(rois) as archive:
        assert len(archive.namelist()) == 2
        ImagejRoi.frombytes(archive.read(archive.namelist()[0]))
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["label"] for row in rows] == ["1", "2"]
    assert {row["t"] for row in rows} == {row["z"] for row in rows} == {"0"}
    assert float(rows[0]["area"]) == pytest.approx(8 * 26 * 0.01)
    assert rows[0]["unit"] == "µm"
    assert overlay.read_bytes().startswith(b"\x89PNG")


def test_same_result_gives_the_same_bytes(result, tmp_path):
    first = save(result, tmp_path / "one")
    second = save(result, tmp_path / "two")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_stack_is_decoded_position_by_position():
    stack = np.stack([cells(2), cells(1), cells(3)])
    found = segmented(stack, "tyx")
    assert found.labels.shape == (3, 1, 40, 48)
    assert found.labels.max((1, 2, 3)).tolist() == [2, 1, 3]
    assert [(row.t, row.label) for row in found.objects] == [
        (0, 1),
        (0, 2),
        (1, 1),
        (2, 1),
        (2, 2),
        (2, 3),
    ]


def test_stack_is_saved_as_a_stack(tmp_path):
    found = segmented(np.stack([cells(2), cells(1)]), "zyx")
    written = save(found, tmp_path)
    assert read_image(written[0]).data.shape == (1, 2, 3, 40, 48)
    assert read_image(written[1]).data.shape == (1, 2, 1, 40, 48)


def test_labels_of_a_resampled_image_have_its_size_and_its_objects():
    package, session = segmenter(pixel_size={"y": 0.1, "x": 0.1, "unit": "µm"})
    array = cells(3).repeat(2, 0).repeat(2, 1)
    image = image_of(array, calibration=Calibration(0.05, 0.05, None, "µm"))
    session._function = lambda tensors: [three_classes(np.rint(tensors["raw"]))]
    found = predict(package, image, session=session, rescale="auto")
    assert session.shapes[0]["raw"][2:] == (40, 48)
    assert found.labels.shape == (1, 1, 80, 96)
    assert found.labels.max() == 3
    areas = [row.area for row in found.objects]
    assert areas == pytest.approx([8 * 26 * 0.01] * 3, rel=0.25)


def test_labels_stay_consecutive_when_small_ones_are_lost_on_the_way_back():
    package, session = segmenter(pixel_size={"y": 0.1, "x": 0.1, "unit": "µm"})
    image = image_of(np.zeros((10, 12)), calibration=Calibration(0.4, 0.4, None, "µm"))
    large = cells(2)
    large[0, 0] = large[0, 40] = 2  # single pixels, which a fourth of the size loses
    session._function = lambda tensors: [three_classes(large[None, None])]
    found = predict(package, image, session=session, rescale="auto")
    assert sorted(np.unique(found.labels)) == list(range(found.labels.max() + 1))
    assert [row.label for row in found.objects] == list(range(1, found.labels.max() + 1))


def test_decoding_of_an_output_that_is_not_there_is_the_packages_fault():
    package, session = fake(lambda x: x, decode={**DECODE, "output": "scores"})
    with pytest.raises(PackageError, match=r"decode\.output.*\(scores\); allowed: out"):
        predict(package, image_of(noise(32, 32)), session=session)


def test_more_labels_than_16_bits_hold_are_written_as_float32(result, tmp_path):
    labels = np.arange(300 * 300, dtype=np.int32).reshape(1, 1, 300, 300)
    label_files.write_labels(tmp_path / "labels.tif", labels, result.calibration)
    image = read_image(tmp_path / "labels.tif")
    assert image.data.dtype == np.float32
    assert image.data.values.max() == 300 * 300 - 1


def test_output_named_labels_does_not_take_the_place_of_the_label_image(tmp_path):
    package, session = fake(
        three_classes,
        outputs=(output("labels", "raw", channels=3),),
        decode={**DECODE, "output": "labels"},
    )
    written = save(predict(package, image_of(cells()), session=session), tmp_path)
    assert [path.name for path in written][:2] == ["image_labels_tensor.tif", "image_labels.tif"]


def test_characters_that_file_names_cannot_hold_are_replaced(tmp_path):
    package, session = fake(lambda x: x, outputs=(output("a/b: c", "raw"),))
    written = save(predict(package, image_of(cells()), session=session), tmp_path)
    assert [path.name for path in written] == ["image_a_b__c.tif"]


def test_outputs_whose_names_differ_in_nothing_that_a_file_name_tells_get_a_number(tmp_path):
    package, session = fake(
        lambda x: (x, x, x), outputs=[output(name, "raw") for name in ("a/b", "a:b", "A_b")]
    )
    written = save(predict(package, image_of(cells()), session=session), tmp_path)
    assert [path.name for path in written] == [
        "image_a_b.tif",
        "image_a_b_2.tif",
        "image_A_b_3.tif",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(p.name for p in written)


def test_table_like_output_is_saved_with_its_rows_as_rows(tmp_path):
    points = TensorSpec("points", (Axis("i", "i", FreeSize()), Axis("c", "c", FixedSize(2))))
    package, session = fake(lambda x: np.argwhere(x[0, 0] > 3900), outputs=(points,))
    found = predict(package, image_of(noise(32, 24)), session=session)
    (path,) = save(found, tmp_path)
    data = read_image(path).data
    np.testing.assert_array_equal(data.values[0, 0, 0], found.tensors["points"].array[0, 0])


def test_existing_result_is_refused_before_anything_is_written(result, tmp_path):
    (tmp_path / "field_table.csv").write_text("mine")
    with pytest.raises(OutputExistsError, match=r"field_table\.csv.*overwrite"):
        save(result, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["field_table.csv"]
    save(result, tmp_path, overwrite=True)
    assert (tmp_path / "field_table.csv").read_text(encoding="utf-8").startswith("label,")


def test_folder_that_is_a_file_is_refused(result, tmp_path):
    (tmp_path / "out").write_text("a file")
    package, _ = segmenter()
    with pytest.raises(HostError, match="it is a file"):
        planned_outputs(package, "field", tmp_path / "out")
    with pytest.raises(HostError, match="it is a file"):
        save(result, tmp_path / "out")
    with pytest.raises(HostError, match=r"out.*cannot be written"):
        save(result, tmp_path / "out" / "deeper")


def everything(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (saving, "write_tiff"),
        (tables, "write_bytes"),
        (label_files, "write_picture"),
        (label_files, "write_rois"),
    ],
    ids=["tensor", "table", "overlay", "rois"],
)
@pytest.mark.parametrize("error", [FULL, KeyboardInterrupt()], ids=["full disk", "Ctrl-C"])
def test_failure_while_writing_leaves_nothing_and_keeps_old_results(
    result, tmp_path, monkeypatch, module, name, error
):
    old, new = tmp_path / "old", tmp_path / "new" / "deep"
    save(result, old)
    before = everything(old)

    def fail(*_, **__):
        raise error

    monkeypatch.setattr(module, name, fail)
    expected = HostError if isinstance(error, OSError) else KeyboardInterrupt
    with pytest.raises(expected):
        save(result, old, overwrite=True)
    assert everything(old) == before
    with pytest.raises(expected) as caught:
        save(result, new)
    assert not (tmp_path / "new").exists()
    if isinstance(caught.value, HostError):
        assert "No space left" in str(caught.value)
        assert str(new) in str(caught.value)


def test_failure_while_moving_takes_new_files_back(result, tmp_path, monkeypatch):
    (tmp_path / "keep.txt").write_text("mine")
    moved = []

    def replace_twice(source, target):
        if len(moved) == 2:
            raise FULL
        moved.append(target)
        source.rename(target)

    monkeypatch.setattr(saving, "_replace", replace_twice)
    with pytest.raises(HostError, match="No space left"):
        save(result, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["keep.txt"]


def test_predicting_a_file_with_onnx_loads_nothing_heavy(tmp_path):
    from tests.packages import CASES

    package = CASES["stepped"](tmp_path)
    write_tiff(tmp_path / "a.tif", noise(64, 64), "yx", Calibration())
    code = (
        "import sys\n"
        "from deepbacs_zoo.prediction import predict\n"
        "from deepbacs_zoo.results import save\n"
        f"save(predict({str(package)!r}, {str(tmp_path / 'a.tif')!r}), {str(tmp_path / 'out')!r})\n"
        "heavy = {'torch', 'bioimageio', 'bioimageio.spec', 'matplotlib', 'skimage'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=Path.cwd()
    )
    assert done.stdout.strip() == "[]"
    assert tifffile.imread(tmp_path / "out" / "a_output.tif").shape == (64, 64)


def test_label_free_result_has_only_tensors(tmp_path):
    package, session = fake(lambda x: x, (tensor("raw", size=STEP),))
    found = predict(package, image_of(noise(32, 24)), session=session)
    assert (found.labels, found.objects) == (None, ())
    assert [path.name for path in save(found, tmp_path)] == ["image_out.tif"]
