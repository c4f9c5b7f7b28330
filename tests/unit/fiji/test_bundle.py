import zipfile
from pathlib import Path

import pytest

from deepbacs_zoo.cli.fiji_bundle import command
from deepbacs_zoo.errors import DeepbacsZooError, OutputExistsError, UsageError
from deepbacs_zoo.fiji.bundle import PAGE, write_bundle
from deepbacs_zoo.fiji.java.setup import JavaEnvironment
from deepbacs_zoo.models import SHIPPED
from tests.fiji.segmenting import segmenter


@pytest.fixture
def setup(tmp_path):
    jars = []
    for name in ("DeepBacs_Zoo.jar", "engine-1.0.jar"):
        jars.append(tmp_path / name)
        jars[-1].write_bytes(name.encode())
    return JavaEnvironment(None, (), jars[0], tuple(jars), {})


@pytest.fixture
def model(tmp_path):
    return segmenter(tmp_path / "model <1>.zip")


def test_plugin_models_macros_samples_and_page_are_in_it(setup, model, tmp_path):
    sample = tmp_path / "cells.tif"
    sample.write_bytes(b"pixels")
    reported = write_bundle(setup, [model], [sample], tmp_path / "out.zip", overwrite=False)
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert set(archive.namelist()) == set(reported)
        assert archive.read("plugins/DeepBacs/engine-1.0.jar") == b"engine-1.0.jar"
        assert archive.read(f"models/{model.name}") == model.read_bytes()
        assert archive.read("DeepBacs_samples/cells.tif") == b"pixels"
        page = archive.read(PAGE).decode("utf-8")
    assert "model &lt;1&gt;.zip" in page, "names are no HTML"
    assert "DeepBacs_samples/cells.tif" in page
    assert all(Path(name).suffix in {".jar", ".ijm", ".zip", ".tif", ".html"} for name in reported)


def test_without_a_model_the_page_says_where_to_get_one(setup, tmp_path):
    sample = tmp_path / "cells.tif"
    sample.write_bytes(b"pixels")
    write_bundle(setup, [], [sample], tmp_path / "out.zip", overwrite=False)
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert not any(name.startswith("models/") for name in archive.namelist())
        page = archive.read(PAGE).decode("utf-8")
    assert "There is none" in page
    assert "a package (<code>.zip</code>) of your own" in page
    assert "<code>DeepBacs_samples/cells.tif</code> in the Fiji folder" in page
    assert "$" not in page
    assert "<table>\n<tr><th>file</th><th>model</th>" not in page


def test_the_command_needs_no_demo(tmp_path, monkeypatch, setup, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("deepbacs_zoo.cli.fiji_bundle.prepared", lambda java: setup)
    output = tmp_path / "bundle.zip"
    command(output)
    with zipfile.ZipFile(output) as archive:
        names = archive.namelist()
    assert sum(name.startswith("DeepBacs_samples/") for name in names) == 2
    models = {name.removeprefix("models/") for name in names if name.startswith("models/")}
    assert models == {model.path.name for model in SHIPPED.values()}
    assert PAGE in capsys.readouterr().out


def test_a_model_is_put_in_by_its_name(tmp_path, monkeypatch, setup):
    monkeypatch.setattr("deepbacs_zoo.cli.fiji_bundle.prepared", lambda java: setup)
    command(tmp_path / "bundle.zip", [Path("deepbacs-denoising-care")])
    with zipfile.ZipFile(tmp_path / "bundle.zip") as archive:
        assert "models/deepbacs-denoising-care.zip" in archive.namelist()


def test_the_same_bundle_has_the_same_bytes(setup, model, tmp_path):
    for name in ("a.zip", "b.zip"):
        write_bundle(setup, [model], [], tmp_path / name, overwrite=False)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_a_bundle_is_replaced_only_when_asked(setup, model, tmp_path):
    out = tmp_path / "out.zip"
    out.write_text("mine")
    with pytest.raises(OutputExistsError):
        write_bundle(setup, [model], [], out, overwrite=False)
    assert out.read_text() == "mine"
    write_bundle(setup, [model], [], out, overwrite=True)
    assert zipfile.is_zipfile(out)


def test_two_models_of_one_name_and_folders_are_refused(setup, model, tmp_path):
    for models in ([model, model], [tmp_path]):
        with pytest.raises(UsageError, match="a name of its own"):
            write_bundle(setup, models, [], tmp_path / "out.zip", overwrite=False)
    assert not (tmp_path / "out.zip").exists()


def test_a_broken_package_is_not_given_on(setup, model, tmp_path):
    cut = tmp_path / "cut.zip"
    cut.write_bytes(model.read_bytes()[:500])
    with pytest.raises(DeepbacsZooError, match="cut off"):
        write_bundle(setup, [cut], [], tmp_path / "out.zip", overwrite=False)
    assert not (tmp_path / "out.zip").exists()
