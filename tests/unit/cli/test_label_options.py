"""The meaning of masks and label images on the command line."""

import numpy as np
import pytest
import tifffile
from PIL import Image as Picture
from typer.testing import CliRunner

from deepbacs_zoo.annotations import LabelOptions
from deepbacs_zoo.cli.main import app, main
from tests.unit.training.small import make_images


@pytest.fixture
def trained(monkeypatch, tmp_path):
    """What ``train`` was called with."""
    import deepbacs_zoo.training

    calls = []

    class Run:
        folder, best, thresholds, validated = tmp_path, "trained", "", ""

    def train(*_, **options):
        calls.append(options)
        return Run

    monkeypatch.setattr(deepbacs_zoo.training, "train", train)
    return calls


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ([], LabelOptions()),
        (["--annotations", "masks", "--background", "255"], LabelOptions("masks", 255)),
        (["--annotations", "labels"], LabelOptions("labels")),
        (["--no-allow-empty"], LabelOptions(allow_empty=False)),
        (["--allow-empty"], LabelOptions(allow_empty=True)),
    ],
)
def test_train_takes_the_meaning_of_values(flags, expected, trained, tmp_path):
    make_images(tmp_path)
    words = ["train", "segmentation", "--data", str(tmp_path), "--output", str(tmp_path / "run")]
    done = CliRunner().invoke(app, [*words, *flags])
    assert done.exit_code == 0, done.output
    assert trained[0]["labels"] == expected


def refused(monkeypatch, capsys, folder, *flags):
    words = ["deepbacs-zoo", "train", "segmentation", "--data", str(folder)]
    monkeypatch.setattr("sys.argv", [*words, "--output", str(folder / "run"), *flags])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    return capsys.readouterr().err


def test_a_jpeg_mask_is_refused_in_one_sentence_with_the_flag(monkeypatch, capsys, tmp_path):
    _, target = make_images(tmp_path)
    labels = tifffile.imread(target / "field0.tif")
    (target / "field0.tif").unlink()
    Picture.fromarray(np.where(labels > 0, 255, 0).astype(np.uint8)).save(target / "field0.jpg")
    said = refused(monkeypatch, capsys, tmp_path)
    assert said.count("\n") == 1
    for words in ("field0.jpg: it is a JPEG file", "--annotations masks to divide it at half"):
        assert words in said


def test_an_image_without_object_is_refused_with_the_flag(monkeypatch, capsys, tmp_path):
    _, target = make_images(tmp_path)
    tifffile.imwrite(target / "field1.tif", np.zeros((24, 30), np.uint16))
    said = refused(monkeypatch, capsys, tmp_path, "--no-allow-empty")
    assert said.count("\n") == 1
    assert "field1.tif: there is no object in it (0 objects)" in said
    assert "set --allow-empty" in said
