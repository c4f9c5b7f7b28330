"""A package for deepImageJ takes images of any size, in one piece, with the plain one's numbers."""

import itertools

import numpy as np
import pytest
import yaml

from deepbacs_zoo.errors import HostError, UsageError
from deepbacs_zoo.exporting import draft
from deepbacs_zoo.findings import Severity
from deepbacs_zoo.images import read_image
from deepbacs_zoo.options import Option
from deepbacs_zoo.package import open_package
from deepbacs_zoo.prediction import predict
from deepbacs_zoo.runners import load_session
from deepbacs_zoo.validation import validate
from tests.data.runs.frozen import frozen_run, image_folders
from tests.unit.prediction.samples import image_of

ABOUT_SIZES = {"deepimagej-output-scale", "deepimagej-output-size", "deepimagej-pixel-size"}


@pytest.fixture(scope="module", params=("stardist", "multilabel-unet"))
def run(request):
    return frozen_run(request.param)


@pytest.fixture(scope="module")
def packages(run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("packages")
    plain = draft(run, folder / "plain.zip")
    return plain, draft(run, folder / "whole", consumer="deepimagej")


@pytest.fixture(scope="module")
def description(packages):
    return yaml.safe_load((packages[1] / "rdf.yaml").read_text("utf-8"))


def test_the_description_leaves_nothing_to_programs(packages, description):
    (given,), (result,) = description["inputs"], description["outputs"]
    assert "preprocessing" not in given
    assert "postprocessing" not in result
    for axis, of_output in zip(given["axes"][2:], result["axes"][2:], strict=True):
        assert axis["size"] == {"min": 1, "step": 1}
        assert of_output["size"] == {"tensor_id": "raw", "axis_id": axis["id"], "offset": 0}
        assert not {"halo", "scale"} & {*axis, *of_output}
    assert list(description["weights"]) == ["torchscript"]
    assert {*description["weights"]["torchscript"]} == {"source", "sha256", "pytorch_version"}
    assert description["config"]["deepbacs_zoo"]["allow_tiling"] is False
    files = {path.name for path in packages[1].iterdir()}
    assert not {"weights.onnx", "weights.pt"} & files
    assert [name for name in files if name.endswith(".py")] == []


def test_the_test_tensors_have_the_sides_of_the_image(packages):
    with open_package(packages[1]) as package:
        raw, found = (package.tensor(s.test_tensor) for s in (*package.inputs, *package.outputs))
    assert raw.shape[2:] == found.shape[2:] == (66, 90)


def test_every_size_gives_the_numbers_of_the_plain_package(packages):
    rng = np.random.default_rng(0)
    sizes = [(size, 41 - size) for size in range(1, 41)] + [(1, 1), (333, 210)]
    with open_package(packages[0]) as plain, open_package(packages[1]) as whole:
        grid = getattr(plain.zoo_config.decode, "grid", 1)
        sessions = [
            load_session(each, "torch", "cpu", weights_format="torchscript")
            for each in (plain, whole)
        ]
        for number, shape in enumerate(sizes):
            planes = (2, *shape) if number % 5 == 0 else shape
            values = rng.integers(100, 60_000, planes).astype(("uint16", "float32")[number % 2])
            image = image_of(values, "tyx" if values.ndim == 3 else "yx")
            small, large = (
                predict(package, image, session=session)
                for package, session in zip((plain, whole), sessions, strict=True)
            )
            expected, found = (next(iter(r.tensors.values())).array for r in (small, large))
            assert found.shape[-2:] == shape
            expected = expected.repeat(grid, -1).repeat(grid, -2)[..., : shape[0], : shape[1]]
            np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5 * np.abs(expected).max())
            np.testing.assert_array_equal(large.labels, small.labels)


def test_the_objects_are_the_same(packages):
    image = read_image(image_folders("labels", "test")[0] / "0.tif")
    plain, whole = (predict(path, image) for path in packages)
    np.testing.assert_array_equal(plain.labels, whole.labels)
    assert plain.labels.max() > 0


def test_the_border_of_bioimageio_core_is_that_without_a_halo(packages):
    image = read_image(image_folders("labels", "test")[0] / "0.tif")
    one, other = (predict(packages[1], image, border=border) for border in ("none", "halo"))
    for name, tensor in one.tensors.items():
        np.testing.assert_array_equal(tensor.array, other.tensors[name].array)


def test_it_runs_in_one_pass_or_says_what_that_takes(packages):
    image = image_of(np.random.default_rng(0).integers(0, 255, (200, 300)).astype(np.uint8))
    with open_package(packages[1]) as package:
        needed = 200 * 300 * package.zoo_config.peak_bytes_per_pixel
        found = predict(package, image, memory=int(needed))
        assert len(found.plan.tiles) == 1
        assert [finding.id for finding in found.findings] == ["image-without-pixel-size"]
        with pytest.raises(HostError, match=r"in one piece only") as caught:
            predict(package, image, memory=int(needed) - 1)
    mebibytes = -(-int(needed) // 2**20)
    assert caught.value.allowed == f"at least {mebibytes} MiB"
    assert caught.value.value == f"{(int(needed) - 1) / 2**20:.4g} MiB"
    assert "the plain package, which takes images in tiles" in str(caught.value.hint)
    assert Option("memory", mebibytes * 2**20) in caught.value.hint.parts


def test_validation_predicts_that_deepimagej_runs_it_and_asks_for_no_halo(packages):
    plain, whole = ({f.id: f for f in validate(path).findings} for path in packages)
    assert "tiles-equal-whole" in plain
    assert "run-whole" in whole
    assert not {"tiles-equal-whole", "tiles-not-checked", "halo-too-small"} & {*whole}
    with open_package(packages[0]) as package:
        on_a_grid = package.outputs[0].axis("x").scale > 1
    assert bool(ABOUT_SIZES & {*plain}) == on_a_grid
    about_programs = {
        name: finding.severity
        for name, finding in whole.items()
        if name.startswith(("deepimagej-", "core-", "jdll-", "onnx-"))
        and not name.startswith("deepimagej-2-")
    }
    assert about_programs == {"deepimagej-runs": Severity.INFO, "core-reads": Severity.INFO}


def test_the_documentation_says_how_large_and_where_not(packages, description):
    text = (packages[1] / "README.md").read_text("utf-8")
    channels = len(description["outputs"][0]["axes"][1]["channel_names"])
    megapixels = min(4096**2 * 3, (2**31 - 1) // 4 // channels) / 1e6
    for part in ("in one piece", "ilastik", "QuPath", f"{megapixels:.1f} megapixels", "any size"):
        assert part in text
    assert "tiles that overlap" not in text
    assert "DeepImageJ Run" in text
    assert ("stands in 2 x 2 pixels" in text) == ("star_convex" in str(description["config"]))


def test_two_exports_are_the_same_bytes(run, packages, tmp_path):
    again = draft(run, tmp_path / "again", consumer="deepimagej")
    for one, other in itertools.zip_longest(sorted(packages[1].iterdir()), sorted(again.iterdir())):
        assert one.name == other.name
        assert one.read_bytes() == other.read_bytes(), one.name


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("determinism", ["seed_only", "full"])
def test_bioimageio_core_reproduces_it(packages, determinism):
    from bioimageio.core import test_description

    summary = test_description(packages[1], determinism=determinism)
    assert summary.status == "passed", summary.display()


def test_a_program_that_is_not_known_is_refused(tmp_path):
    with pytest.raises(UsageError, match="deepimagej"):
        draft(frozen_run("unet"), tmp_path / "model.zip", consumer="napari")
