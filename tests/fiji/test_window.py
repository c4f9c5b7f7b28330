"""The plugin in a real window: plain ImageJ with the unpacked bundle, on a virtual screen."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile

import numpy as np
import pytest

from deepbacs_zoo.errors import HostError, UsageError
from deepbacs_zoo.fiji import prepare
from deepbacs_zoo.fiji.bundle import write_bundle
from deepbacs_zoo.images import Calibration, read_image, write_tiff
from deepbacs_zoo.images.lut import colour_of
from deepbacs_zoo.prediction import predict
from tests.fiji.detecting import colours, detector
from tests.fiji.segmenting import cells, segmenter

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed"),
]
SECONDS = 120


@pytest.fixture(scope="module")
def screen():
    """A virtual screen of its own."""
    read, write = os.pipe()
    words = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x900x24", "-nolisten", "tcp"]
    with subprocess.Popen(words, pass_fds=[write], stderr=subprocess.DEVNULL) as server:
        os.close(write)
        with os.fdopen(read) as pipe:
            number = pipe.readline().strip()
        yield f":{number}"
        server.terminate()


@pytest.fixture(scope="module")
def imagej(tmp_path_factory):
    """A folder of plain ImageJ into which the bundle was unpacked, with an image beside."""
    folder = tmp_path_factory.mktemp("window") / "ImageJ"
    folder.mkdir()
    try:
        setup = prepare()
    except (UsageError, HostError) as error:
        pytest.skip(str(error))
    model = segmenter(folder.parent / "model.zip")
    image = folder.parent / "field.tif"
    picture = (cells(120, 150) * 1000 + 2000).astype(np.uint16)
    write_tiff(image, picture, "yx", Calibration(x=0.08, y=0.08, unit="µm"))
    write_bundle(setup, [model], [image], folder.parent / "bundle.zip", overwrite=False)
    with zipfile.ZipFile(folder.parent / "bundle.zip") as archive:
        archive.extractall(folder)
    core = next(path for path in setup.classpath if path.name.startswith("ij-"))
    shutil.copy(core, folder / "ij.jar")
    return folder, setup.java.executable


def run_in_window(imagej, screen, macro):
    folder, java = imagej
    script = folder.parent / "macro.ijm"
    script.write_text(macro + '\nrun("Quit");', "utf-8")
    home = folder.parent / "home"
    home.mkdir(exist_ok=True)
    options = [f"-Duser.home={home}", f"-Djava.util.prefs.userRoot={home}", "-Dfile.encoding=UTF-8"]
    words = [java, "-Xmx1g", *options, "-cp", folder / "ij.jar", "ij.ImageJ", "-ijpath", folder]
    return subprocess.run(
        [*map(str, words), "-macro", str(script)],
        env={**os.environ, "DISPLAY": screen},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def test_the_bundle_adds_the_menu_and_its_command_shows_the_results(imagej, screen):
    folder, _ = imagej
    model, image = folder / "models" / "model.zip", folder / "DeepBacs_samples" / "field.tif"
    reported, results = folder.parent / "reported.txt", folder.parent / "results"
    macro = f"""
        List.setCommands;
        text = List.get("DeepBacs Run") + "\\n" + List.get("DeepBacs Folder") + "\\n";
        run("DeepBacs Run", "model_path=[{model}] input_path=[{image}] output_folder=[{results}]");
        text = text + call("deepbacs.zoo.plugin.Report.error") + "\\n";
        titles = getList("image.titles");
        for (i = 0; i < titles.length; i++) text = text + titles[i] + "\\n";
        File.saveString(text, "{reported}");
        run("Close All");
    """
    done = run_in_window(imagej, screen, macro)
    lines = reported.read_text("utf-8").split("\n")
    assert lines[0] == "deepbacs.zoo.plugin.RunPlugin", done.stderr
    assert "DeepBacs_Folder.ijm" in lines[1]
    assert lines[2] == ""
    assert "field_labels.tif" in lines[3:]
    expected = predict(model, image, runner="onnx")
    labels = read_image(results / "field_labels.tif").data.values[:, :, 0]
    assert np.array_equal(labels, expected.labels)
    assert labels.max() > 3


def test_boxes_are_shown_on_the_image_in_the_colours_of_their_classes(imagej, screen):
    folder, _ = imagej
    model = detector(folder.parent / "boxes.zip")
    image = folder.parent / "spots.tif"
    write_tiff(image, colours(60, 70)[..., 1], "yx", Calibration())
    reported, results = folder.parent / "shown.txt", folder.parent / "found"
    macro = f"""
        run("DeepBacs Run", "model_path=[{model}] input_path=[{image}] output_folder=[{results}]");
        titles = getList("image.titles");
        text = String.join(titles, ",") + "\\n" + Overlay.size + "\\n";
        for (i = 0; i < Overlay.size; i++) {{
            Overlay.activateSelection(i);
            text = text + selectionType() + " " + Roi.getProperty("class") + " ";
            text = text + Roi.getStrokeColor + "\\n";
        }}
        File.saveString(text, "{reported}");
        run("Close All");
    """
    done = run_in_window(imagej, screen, macro)
    titles, size, *rois = reported.read_text("utf-8").rstrip("\n").split("\n")
    expected = predict(model, image, runner="onnx")
    assert titles == "spots.tif", done.stderr
    assert int(size) == len(rois) == len(expected.boxes) > 5
    for line, row in zip(rois, expected.boxes, strict=True):
        red, green, blue = colour_of(1 + expected.classes.index(row.name))
        kind, name, colour = line.split(" ")
        assert (kind, name) == ("0", row.name)
        assert colour.lower().endswith(f"{red:02x}{green:02x}{blue:02x}")
