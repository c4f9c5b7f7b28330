"""The demo's package inside ImageJ, by the commands of the README, against the same in Python."""

import json
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from deepbacs_zoo.fiji import scripts_folder
from deepbacs_zoo.images import Calibration, read_image, write_tiff
from deepbacs_zoo.metrics import compare_labels
from tests.e2e.conftest import run_command

SIZES = ((512, 512), (1000, 1025), (97, 61))
KNOWN = Calibration(x=0.08, y=0.08, z=0.3, unit="µm", frame_interval=2.0)


def field(picture, shape):
    """Continue a picture by mirroring, or cut it, to a size."""
    more = [
        (0, max(0, reference - size)) for reference, size in zip(shape, picture.shape, strict=True)
    ]
    return np.pad(picture, more, mode="symmetric")[: shape[0], : shape[1]]


def as_uint8(picture):
    low, high = np.percentile(picture, (0.1, 99.9))
    return np.clip((picture - low) / (high - low) * 255, 0, 255).astype(np.uint8)


def as_float(picture):
    return ((picture.astype(np.float64) - picture.mean()) / 1000).astype(np.float32)


@pytest.fixture(scope="module")
def images(demo_folder, tmp_path_factory):
    """Real fields in all sizes and types, a stack and a time series."""
    folder = tmp_path_factory.mktemp("images")
    sources = sorted((demo_folder / "images" / "test" / "source").glob("*.tif"))
    pictures = [read_image(path).data.values[0, 0, 0] for path in sources]
    convert = {"uint8": as_uint8, "uint16": np.asarray, "float32": as_float}
    for number, (height, width) in enumerate(SIZES):
        for name, function in convert.items():
            array = function(field(pictures[number], (height, width)))
            write_tiff(folder / f"{height}x{width}_{name}.tif", array, "yx", KNOWN)
    stack = np.stack([field(picture, (140, 133)) for picture in pictures[:3]])
    write_tiff(folder / "stack.tif", stack, "zyx", KNOWN)
    movie = np.stack([as_uint8(field(picture, (120, 151))) for picture in pictures[:5]])
    write_tiff(folder / "movie.tif", movie, "tyx", KNOWN)
    both = np.stack([stack[:2], stack[1:]])
    write_tiff(folder / "both.tif", both, "tzyx", KNOWN)
    return folder


@pytest.fixture(scope="module")
def predictions(images, demo_package, tmp_path_factory):
    """What both runners write for all images, each in one call of the command."""
    folder = tmp_path_factory.mktemp("predictions")
    for runner in ("onnx", "fiji"):
        words = ("predict", demo_package, images, "--runner", runner, "--output", folder / runner)
        done = run_command(*words, "--json", cwd=folder, timeout=900)
        assert done.returncode == 0, done.stderr
        (folder / f"{runner}.json").write_text(done.stdout, "utf-8")
    return folder


def test_both_runners_write_the_same_files(predictions, images):
    ours = {path.name for path in (predictions / "onnx").iterdir()}
    assert ours == {path.name for path in (predictions / "fiji").iterdir()}
    assert len(ours) == 5 * len(list(images.iterdir()))


def test_the_engine_of_imagej_is_onnxruntime_of_the_same_major(predictions):
    engines = [
        json.loads((predictions / f"{runner}.json").read_text("utf-8"))["engine"]
        for runner in ("onnx", "fiji")
    ]
    majors = [engine.split()[:2] for engine in engines]
    assert majors[0][0] == majors[1][0] == "onnxruntime"
    assert majors[0][1].split(".")[0] == majors[1][1].split(".")[0]


def test_tensors_agree_within_1e_5(predictions):
    worst = {}
    for path in sorted((predictions / "onnx").glob("*_probabilities.tif")):
        ours, theirs = read_image(path), read_image(predictions / "fiji" / path.name)
        assert ours.data.dims == theirs.data.dims
        assert ours.calibration == theirs.calibration
        worst[path.name] = float(np.abs(ours.data.values - theirs.data.values).max())
    assert max(worst.values()) <= 1e-5, worst


def test_labels_are_the_same_objects_and_pixels(predictions):
    found = 0
    for path in sorted((predictions / "onnx").glob("*_labels.tif")):
        ours, theirs = read_image(path), read_image(predictions / "fiji" / path.name)
        agreement = compare_labels(ours.data.values, theirs.data.values)
        assert agreement.same_objects, path.name
        assert agreement.pixel_share >= 0.99999, path.name
        assert ours.calibration == theirs.calibration
        found += agreement.first
    assert found > 100, "cells were found at all"


@pytest.mark.parametrize("ending", ["rois.zip", "table.csv"])
def test_roi_sets_and_tables_have_the_same_bytes(predictions, ending):
    for path in sorted((predictions / "onnx").glob(f"*_{ending}")):
        stem = path.name.removesuffix(ending)
        labels = [
            read_image(predictions / runner / f"{stem}labels.tif").data.values
            for runner in ("onnx", "fiji")
        ]
        # Where the 1e-6 between two engines moved a pixel, its outline moves too.
        if np.array_equal(*labels):
            assert path.read_bytes() == (predictions / "fiji" / path.name).read_bytes(), path.name


def test_overlays_show_the_same(predictions):
    from PIL import Image

    for path in sorted((predictions / "onnx").glob("*_overlay.png")):
        ours = np.asarray(Image.open(path))
        theirs = np.asarray(Image.open(predictions / "fiji" / path.name))
        assert ours.shape == theirs.shape
        assert np.mean(np.any(ours != theirs, axis=-1)) < 1e-3, path.name


def macro(tmp_path, text):
    path = tmp_path / "macro.ijm"
    path.write_text(text, "utf-8")
    return path


def run_macro(path, cwd, *options, **values):
    words = [word for key, value in values.items() for word in ("--arg", f"{key}={value}")]
    return run_command("fiji", "run", path, *words, *options, cwd=cwd)


def test_three_hundred_images_load_the_model_once_and_keep_memory_flat(
    demo_package, images, predictions, tmp_path
):
    loop = macro(
        tmp_path,
        """
        List.setList(getArgument());
        loaded = 0; first = 0;
        for (i = 1; i <= 300; i++) {
            run("DeepBacs Run", "model_path=[" + List.get("model") + "] input_path=["
                + List.get("image") + "] output_folder=[" + List.get("output") + "] overwrite");
            report = call("deepbacs.zoo.plugin.Report.json");
            if (indexOf(report, "\\"loaded\\": true") >= 0) loaded++;
            if (i == 50 || i == 300) {
                call("java.lang.System.gc"); wait(200); call("java.lang.System.gc"); wait(200);
                if (i == 50) first = IJ.currentMemory();
            }
        }
        return "" + loaded + "," + first + "," + IJ.currentMemory() + "," + nImages;
        """,
    )
    image = images / "97x61_uint16.tif"
    done = run_macro(loop, tmp_path, model=demo_package, image=image, output=tmp_path / "out")
    assert done.returncode == 0, done.stderr
    loaded, early, late, left = (int(float(word)) for word in done.stdout.split(","))
    assert loaded == 1
    assert left == 0, "images stay open"
    assert late - early < 4 * 2**20, (early, late)
    for path in (tmp_path / "out").glob("*.csv"):
        assert path.read_bytes() == (predictions / "fiji" / path.name).read_bytes()


def test_the_macro_for_a_folder_goes_on_after_a_bad_image(demo_package, images, tmp_path):
    folder = tmp_path / "a folder"
    folder.mkdir()
    for name in ("97x61_uint16.tif", "movie.tif"):
        (folder / name).write_bytes((images / name).read_bytes())
    (folder / "broken.tif").write_bytes((images / "stack.tif").read_bytes()[:5000])
    (folder / "notes.txt").write_text("no image")
    script = scripts_folder() / "macros" / "DeepBacs_Folder.ijm"
    values = {"model_path": demo_package, "input_folder": folder, "output_folder": tmp_path / "out"}
    done = run_macro(script, tmp_path, **values)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "2 done, 1 failed"
    assert "broken.tif: " in done.stderr
    assert len(list((tmp_path / "out").iterdir())) == 10
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()}
    again = run_macro(script, tmp_path, **values)
    assert again.stdout.strip() == "2 done, 1 failed"
    assert times == {path: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()}


def test_the_macro_for_a_time_series_counts_the_cells_of_every_frame(
    demo_package, images, predictions, tmp_path
):
    script = scripts_folder() / "macros" / "DeepBacs_Time_Series.ijm"
    values = {"model_path": demo_package, "input_path": images / "movie.tif"}
    done = run_macro(script, tmp_path, **values, output_folder=tmp_path / "out")
    assert done.returncode == 0, done.stderr
    labels = read_image(predictions / "onnx" / "movie_labels.tif").data.values
    rows = (tmp_path / "out" / "movie_counts.csv").read_text("utf-8").splitlines()
    expected = [f"{t},{2 * t},{labels[t].max()}" for t in range(len(labels))]
    assert rows == ["frame,seconds,cells", *expected]


def test_a_macro_that_fails_is_an_error_with_one_sentence(tmp_path, demo_package):
    done = run_macro(macro(tmp_path, 'run("No Such Command");'), tmp_path)
    assert done.returncode == 1
    assert "No Such Command" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_bundle_holds_all_that_a_fiji_user_needs(demo_package, demo_folder, tmp_path):
    words = ("fiji", "bundle", "--output", tmp_path / "bundle.zip", "--model", demo_package)
    done = run_command(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(tmp_path / "bundle.zip") as archive:
        names = set(archive.namelist())
        page = archive.read("DeepBacs - read me.html").decode("utf-8")
        assert archive.read("models/package.zip") == demo_package.read_bytes()
    assert "plugins/DeepBacs/DeepBacs_Zoo.jar" in names
    assert any(name.startswith("plugins/DeepBacs/onnxruntime-") for name in names)
    assert {f"plugins/DeepBacs/DeepBacs_{name}.ijm" for name in ("Image", "Folder")} <= names
    assert "models/package.zip" in page
    assert "$" not in page
    again = run_command(*words, cwd=tmp_path)
    assert again.returncode == 2
    assert "exists already" in again.stderr


def test_the_predictor_in_imagej_gives_the_result_of_predict(demo_package, images):
    code = (
        "import sys, numpy as np\n"
        "from deepbacs_zoo import predict\n"
        "from deepbacs_zoo.fiji import open_worker, prepare\n"
        "from deepbacs_zoo.prediction.fiji import open_fiji\n"
        "package, image = sys.argv[1:]\n"
        "with open_worker(prepare()) as gateway:\n"
        "    with open_fiji(package, gateway) as predictor:\n"
        "        theirs = predictor.predict(image)\n"
        "ours = predict(package, image, runner='onnx')\n"
        "assert theirs.stem == ours.stem and theirs.plan == ours.plan\n"
        "assert theirs.objects == ours.objects and theirs.calibration == ours.calibration\n"
        "assert np.array_equal(theirs.labels, ours.labels)\n"
        "one, other = theirs.tensors['probabilities'], ours.tensors['probabilities']\n"
        "assert one.axes == other.axes and np.abs(one.array - other.array).max() <= 1e-5\n"
        "assert 'jpype' not in sys.modules\n"
    )
    words = [sys.executable, "-c", code, demo_package, images / "512x512_uint16.tif"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
