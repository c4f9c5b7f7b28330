from __future__ import annotations

import dataclasses
import gc
import hashlib
import io
import site
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import imageio.v3 as imageio
import numpy as np
import pytest
import yaml

from deepbacs_zoo.cards import Card, card_folder, read_card
from deepbacs_zoo.checkpoints import Run
from deepbacs_zoo.errors import HostError, ModelError, OutputExistsError, PackageError, UsageError
from deepbacs_zoo.exporting import build
from deepbacs_zoo.exporting.from_run import draft, export, trained_model
from deepbacs_zoo.exporting.weights import agreement
from deepbacs_zoo.findings import Finding, Severity
from deepbacs_zoo.images import read_image
from deepbacs_zoo.package import open_package
from deepbacs_zoo.package.writing.description import FORMATS
from deepbacs_zoo.summary import Summary
from tests.unit.exporting.runs import ENDED, make_pairs, make_run


@pytest.fixture(scope="module")
def card() -> Card:
    return read_card(card_folder() / "ecoli_brightfield.md")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return make_run(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def package(run: Run, card: Card, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(run, card, tmp_path_factory.mktemp("package") / "package.zip")


@pytest.fixture(scope="module")
def description(package: Path) -> dict:
    with zipfile.ZipFile(package) as archive:
        return yaml.safe_load(archive.read("rdf.yaml"))


@pytest.fixture(scope="module")
def folder(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the package as a folder: bioimageio.spec leaves zips open, which is a warning."""
    path = tmp_path_factory.mktemp("folder")
    with zipfile.ZipFile(package) as archive:
        archive.extractall(path)
    return path


def test_every_file_is_named_in_the_description_with_its_hash(
    package: Path, description: dict
) -> None:
    named = {description["documentation"], *description["covers"], "rdf.yaml"}
    with zipfile.ZipFile(package) as archive:

        def visit(part: object) -> None:
            if isinstance(part, dict):
                if "sha256" in part:
                    data = archive.read(part["source"])
                    assert hashlib.sha256(data).hexdigest() == part["sha256"]
                    named.add(part["source"])
                for value in part.values():
                    visit(value)
            if isinstance(part, list):
                for value in part:
                    visit(value)

        visit(description)
        assert set(archive.namelist()) == named
        assert archive.namelist()[0] == "rdf.yaml"


def test_the_dialect_is_the_one_that_everyone_reads(description: dict) -> None:
    assert description["format_version"] == "0.5.10"
    assert description["documentation"] == "README.md"
    assert description["covers"] == ["cover.png"]
    assert "deepimagej" not in description["config"]
    assert list(description["weights"]) == list(FORMATS)
    for tensor in (*description["inputs"], *description["outputs"]):
        batch, channel, y, x = tensor["axes"]
        assert (batch["type"], channel["type"], y["id"], x["id"]) == ("batch", "channel", "y", "x")
        assert channel["channel_names"]
        assert "scale" not in y | x
        assert tensor["data"]["type"] == "float32"


def test_sizes_and_halo_suit_jdll_and_the_format(description: dict) -> None:
    for index, axis in ((2, "y"), (3, "x")):
        size = description["inputs"][0]["axes"][index]["size"]
        output = description["outputs"][0]["axes"][index]
        assert size["min"] % size["step"] == 0
        assert size["min"] > 2 * output["halo"]
        assert output["halo"] % size["step"] == 0
        assert output["size"] == {"tensor_id": "raw", "axis_id": axis, "offset": 0}


def test_the_pixel_size_stands_in_our_config_and_the_sample(
    package: Path, description: dict, tmp_path: Path
) -> None:
    config = description["config"]["deepbacs_zoo"]
    assert config["schema_version"] == 2
    assert (config["task"], config["method"]) == ("segmentation", "multilabel-unet")
    assert config["pixel_size"] == {"y": 0.08, "x": 0.08, "unit": "micrometer"}
    assert config["receptive_field"] == 47
    assert config["peak_bytes_per_pixel"] > 0
    assert config["decode"]["kind"] == "multilabel"
    with zipfile.ZipFile(package) as archive:
        archive.extract("sample_raw.tif", tmp_path)
    assert read_image(tmp_path / "sample_raw.tif").calibration.x == pytest.approx(0.08)


def test_test_and_sample_tensors_hold_the_same_image(package: Path) -> None:
    with zipfile.ZipFile(package) as archive:
        for name, channels in (("raw", 1), ("probabilities", 3)):
            tensor = np.load(io.BytesIO(archive.read(f"test_{name}.npy")))
            assert tensor.dtype == np.float32
            assert tensor.flags.c_contiguous
            assert tensor.shape[:2] == (1, channels)
            sample = imageio.imread(archive.read(f"sample_{name}.tif"), extension=".tif")
            np.testing.assert_array_equal(sample.squeeze(), tensor.squeeze())
        assert tensor.min() >= 0
        np.testing.assert_allclose(tensor.sum(axis=1), 1, atol=1e-5)


def test_the_documentation_holds_the_measured_scores(package: Path) -> None:
    with zipfile.ZipFile(package) as archive:
        text = archive.read("README.md").decode()
    assert "## Validation" in text
    assert "| recall at IoU 0.5 |" in text
    assert "2 images with 4 labelled objects" in text
    assert "lower bounds" in text
    assert "baseline (local threshold + watershed)" in text


def test_bioimageio_spec_finds_no_error_and_one_warning(folder: Path) -> None:
    from bioimageio.spec import load_description

    with warnings.catch_warnings():
        # It leaves files open until its objects are collected.
        warnings.simplefilter("ignore", ResourceWarning)
        summary = load_description(folder).validation_summary
        gc.collect()
    assert summary.status == "valid-format"
    found = [warning.msg for detail in summary.details for warning in detail.warnings]
    # A GitHub account would be looked up on the network; the demo's card has none.
    assert len(found) == 1
    assert "maintainers" in found[0]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("determinism", ["seed_only", "full"])
def test_bioimageio_core_reproduces_every_weights_format(folder: Path, determinism: str) -> None:
    from bioimageio.core import test_description

    for name in FORMATS:
        summary = test_description(folder, weight_format=name, determinism=determinism)
        assert summary.status == "passed", (name, summary.display())
    gc.collect()


def test_nothing_of_the_exporting_computer_is_inside(package: Path) -> None:
    marks = {
        str(Path.home()),
        str(Path.cwd()),
        sys.prefix,
        str(Path(np.__file__).parents[1]),
        str(package.parent),
        "/usr/",
        "/opt/",
        "/home/",
        "C:\\Users",
        "site-packages",
        *site.getsitepackages(),
    }

    def scan(name: str, data: bytes) -> None:
        for mark in marks - {"/"}:
            assert mark.encode() not in data, (name, mark)
        if zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for member in archive.namelist():
                    scan(f"{name}/{member}", archive.read(member))

    scan(package.name, package.read_bytes())


def test_the_cover_is_small_and_wide(package: Path) -> None:
    from PIL import Image

    with zipfile.ZipFile(package) as archive:
        data = archive.read("cover.png")
    picture = Image.open(io.BytesIO(data))
    assert picture.width == 2 * picture.height
    assert len(data) < 500_000


@pytest.mark.slow
def test_two_exports_in_fresh_processes_are_the_same_bytes(
    package: Path, run: Run, tmp_path: Path
) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from deepbacs_zoo.cards import card_folder, read_card\n"
        "from deepbacs_zoo.exporting import from_run\n"
        "from deepbacs_zoo.checkpoints import open_run\n"
        "folder = Path(sys.argv[1])\n"
        "card = read_card(card_folder() / 'ecoli_brightfield.md')\n"
        "from_run.export(open_run(sys.argv[2]), card, folder / 'out.zip')\n"
    )
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        subprocess.run(
            [sys.executable, "-c", code, str(folder), str(run.folder)],
            check=True,
            cwd=tmp_path,
        )
    one, two = (tmp_path / name / "out.zip" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    assert one.read_bytes() == package.read_bytes()


def test_the_timestamp_is_the_trainings_or_that_of_the_environment(
    run: Run, description: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert description["timestamp"] == ENDED
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    with open_package(draft(run, tmp_path / "draft.zip")) as opened:
        assert opened.description["timestamp"] == "1970-01-01T00:00:00+00:00"


def test_a_draft_runs_without_card_and_scores(run: Run, tmp_path: Path) -> None:
    folder = draft(run, tmp_path / "draft")
    with open_package(folder) as opened:
        assert "license" not in opened.description
        assert opened.zoo_config.decode.output == "probabilities"
    assert "not scored" in (folder / "README.md").read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["draft"]


def test_progress_counts_up_to_its_total(run: Run, card: Card, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    export(run, card, tmp_path / "p.zip", progress=lambda *two: seen.append(two))
    assert seen == [(number, seen[-1][1]) for number in range(1, seen[-1][1] + 1)]


def test_other_images_can_be_scored(run: Run, card: Card, tmp_path: Path) -> None:
    make_pairs(tmp_path / "data" / "test", count=3, seed=1)
    data = dataclasses.replace(card.training_data, id="fancy-data")
    card = dataclasses.replace(card, training_data=data)
    output = export(run, card, tmp_path / "p", evaluation_data=tmp_path / "data")
    (entry,) = yaml.safe_load((output / "rdf.yaml").read_text())["config"]["bioimageio"][
        "evaluations"
    ]
    assert (entry["dataset_id"], entry["dataset_role"]) == ("fancy-data", "test")
    assert entry["sample_count"] == 3
    assert len(entry["metrics"]) == len(entry["results"])
    text = (output / "README.md").read_text()
    assert "3 images with 6 labelled objects, that were neither trained on" in text


def test_what_the_scored_images_were_to_the_training_is_found_by_their_content(
    run: Run, tmp_path: Path
) -> None:
    source = trained_model(run)
    parts = run.split
    new = make_pairs(tmp_path, count=2, seed=1)
    for part, role in ((parts.validation, "validation"), (parts.training, "training")):
        assert source.scored_on((*new, *part.pairs())).split == role
    assert source.scored_on(new).split == "test"


def test_an_existing_package_stays_without_overwrite(run: Run, card: Card, tmp_path: Path) -> None:
    output = tmp_path / "p.zip"
    output.write_bytes(b"old")
    with pytest.raises(OutputExistsError):
        export(run, card, output)
    assert output.read_bytes() == b"old"
    export(run, card, output, overwrite=True)
    assert zipfile.is_zipfile(output)


@pytest.mark.parametrize("field", ["method", "network"])
def test_a_run_with_an_unknown_method_or_network_is_named_with_its_file(
    run: Run, field: str
) -> None:
    strange = dataclasses.replace(run, **{field: "fantasy"})
    with pytest.raises(UsageError, match=f"no {field} has this name") as caught:
        trained_model(strange)
    assert caught.value.where == f"{run.folder / 'run.json'}: {field}"


def test_a_missing_folder_is_refused_before_any_work(run: Run, card: Card, tmp_path: Path) -> None:
    with pytest.raises(HostError, match="does not exist"):
        export(run, card, tmp_path / "nowhere" / "p.zip")


def test_a_failing_check_leaves_nothing_and_the_old_package(
    run: Run, card: Card, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "p.zip"
    output.write_bytes(b"old")
    finding = Finding(Severity.ERROR, "license", "unknown licence", "an SPDX id", "correct it")
    monkeypatch.setattr(build, "validate", lambda *_, **__: Summary("p", (finding,)))
    with pytest.raises(PackageError, match=r"license: unknown licence; allowed: an SPDX id"):
        export(run, card, output, overwrite=True)
    assert output.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["p.zip"]


def test_weights_that_disagree_are_refused(
    run: Run, card: Card, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = agreement.run_network
    calls = iter((0.0, 0.0, 2e-4))

    def disturbed(*arguments: object) -> dict[str, np.ndarray]:
        found, error = real(*arguments), next(calls)
        return {key: array + np.float32(error) for key, array in found.items()}

    monkeypatch.setattr(agreement, "run_network", disturbed)
    with pytest.raises(ModelError) as caught:
        export(run, card, tmp_path / "p.zip")
    for part in ("onnx", "probabilities", "2.0e-04", "0.0001"):
        assert part in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_card_and_images_must_agree_on_the_pixel_size(run: Run, card: Card, tmp_path: Path) -> None:
    other = dataclasses.replace(run, pixel_size=(0.1, 0.1))
    with pytest.raises(PackageError, match=r"another pixel size.*0\.08 x 0\.08.*0\.1 x 0\.1"):
        export(other, card, tmp_path / "p.zip")


def test_the_card_fills_in_an_unknown_pixel_size(run: Run, card: Card, tmp_path: Path) -> None:
    unknown = dataclasses.replace(run, pixel_size=None)
    with open_package(export(unknown, card, tmp_path / "p.zip")) as opened:
        assert opened.zoo_config.pixel_size["x"] == 0.08
