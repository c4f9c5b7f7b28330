"""The built wheel, installed elsewhere and used from an empty folder."""

import os
import subprocess
import sys
import zipfile

import pytest

from deepbacs_zoo.models import SHIPPED
from tests.e2e.conftest import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "--wheel-dir",
            folder,
            ROOT,
        ],
        check=True,
        timeout=300,
    )
    (wheel,) = folder.glob("deepbacs_zoo-*.whl")
    site = folder / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    return wheel, site


def run(site, code, cwd):
    environment = {**os.environ, "PYTHONPATH": str(site)}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_wheel_ships_cards_scripts_samples_templates_and_types(installed):
    wheel, _ = installed
    names = zipfile.ZipFile(wheel).namelist()
    for part in (
        "deepbacs_zoo/model_cards/ecoli_brightfield.md",
        "deepbacs_zoo/fiji_scripts/README.md",
        "deepbacs_zoo/fiji_scripts/bundle_page.html",
        "deepbacs_zoo/fiji_scripts/macros/DeepBacs_Image.ijm",
        "deepbacs_zoo/fiji_scripts/plugin/jars.lock",
        "deepbacs_zoo/fiji_scripts/plugin/src/main/java/deepbacs/zoo/plugin/RunPlugin.java",
        "deepbacs_zoo/datasets/samples/",
        "deepbacs_zoo/reports/templates/",
        "deepbacs_zoo/models/packages/deepbacs-denoising-care.zip",
        "deepbacs_zoo/py.typed",
    ):
        assert any(name.startswith(part) for name in names), part
    for part in ("plugin/src/test/", "plugin/target/"):
        assert not any(name.startswith(f"deepbacs_zoo/fiji_scripts/{part}") for name in names), part
    models = sum(model.size for model in SHIPPED.values())
    assert wheel.stat().st_size < 8_000_000 + models


def test_the_installed_wheel_finds_its_samples_and_cards_from_an_empty_folder(installed, tmp_path):
    _, site = installed
    code = (
        "import deepbacs_zoo, pathlib;"
        "from deepbacs_zoo.cards import card_folder;"
        "from deepbacs_zoo.datasets import sample_images;"
        f"site = pathlib.Path({str(site)!r});"
        "assert pathlib.Path(deepbacs_zoo.__file__).is_relative_to(site);"
        "assert card_folder().is_relative_to(site), card_folder();"
        "assert (card_folder() / 'ecoli_brightfield.md').exists();"
        "folder = sample_images();"
        "assert folder.is_relative_to(site) and list(folder.rglob('*.tif'))"
    )
    done = run(site, code, tmp_path)
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_installed_wheel_validates_and_predicts(installed, tmp_path, demo_package, demo_folder):
    _, site = installed
    image = sorted((demo_folder / "images" / "test" / "source").glob("*.tif"))[0]
    code = (
        "import sys; from deepbacs_zoo.cli.main import main;"
        f"sys.argv = ['deepbacs-zoo', 'predict', {str(demo_package)!r}, {str(image)!r},"
        " '--output', 'out']; main()"
    )
    done = run(site, code, tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "out").iterdir())) == 5


def test_the_installed_wheel_compiles_its_plugin_and_runs_it(
    installed, tmp_path, demo_package, demo_folder, monkeypatch
):
    from deepbacs_zoo.files import cache_folder

    _, site = installed
    # Jars from the cache at hand, the plugin compiled anew.
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "jars").symlink_to(cache_folder() / "jars")
    monkeypatch.setenv("DEEPBACS_ZOO_CACHE", str(tmp_path / "cache"))
    image = sorted((demo_folder / "images" / "test" / "source").glob("*.tif"))[0]
    work = tmp_path / "empty"
    work.mkdir()
    code = (
        "import sys; from deepbacs_zoo.cli.main import main;"
        f"sys.argv = ['deepbacs-zoo', 'predict', {str(demo_package)!r}, {str(image)!r},"
        " '--runner', 'fiji', '--output', 'out']; main()"
    )
    done = run(site, code, work)
    assert done.returncode == 0, done.stderr
    assert len(list((work / "out").iterdir())) == 5
