import json
from pathlib import Path

import numpy as np
import pytest
import tifffile

from deepbacs_zoo.images import Calibration, read_image
from deepbacs_zoo.images.units import is_index, micrometers, plain_unit, seconds

GOLDEN = json.loads((Path(__file__).parents[2] / "data/pixels/units.json").read_text("utf-8"))
PLANE = np.zeros((4, 5), np.uint8)
KINDS = {
    "lengths": micrometers,
    "ome_lengths": lambda unit: micrometers(unit, ome=True),
    "times": seconds,
    "ome_times": lambda unit: seconds(unit, ome=True),
    "indices": is_index,
}


@pytest.mark.parametrize("kind", KINDS)
def test_units_are_read_as_people_write_them(kind):
    expected = GOLDEN[kind]
    assert {unit: KINDS[kind](unit) for unit in expected} == expected


def test_a_unit_is_shown_without_escapes_and_not_longer_than_a_line():
    assert plain_unit(" \\u00B5foo ") == "µfoo"
    assert plain_unit("x" * 99) == "x" * 40 + "…"


def imagej(path, description, pixels=(10, 10)):
    """Write a file of ImageJ whose description has these lines, as they stand."""
    tifffile.imwrite(
        path, PLANE, description="ImageJ=1.54p\nimages=1\n" + "\n".join(description),
        resolution=pixels, metadata=None,
    )  # fmt: skip
    return read_image(path)


def test_a_finding_names_the_file_as_it_was_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    metadata = {"unit": "foo"}
    tifffile.imwrite("a.tif", PLANE, imagej=True, resolution=(10, 10), metadata=metadata)
    (finding,) = read_image("a.tif").findings
    assert finding.where == "a.tif"


def test_an_unknown_unit_is_named(tmp_path):
    image = imagej(tmp_path / "a.tif", ["unit=furlong", "spacing=2"])
    assert image.calibration == Calibration()
    (finding,) = image.findings
    assert finding.id == "unknown-unit-of-length"
    assert finding.where == str(tmp_path / "a.tif")
    assert finding.sentence() == (
        "the unit 'furlong' is no known unit of length, so that it has no pixel size; allowed: "
        "µm, nm, pm, mm, cm, m, Å or inch; correct it in ImageJ with Image > Properties..., or set "
        "pixel_size"
    )


@pytest.mark.parametrize(
    ("lines", "expected", "parts"),
    [
        (["unit=micrometers"], Calibration(0.1, 0.1, None, "µm"), []),
        (["unit=Angstrom"], Calibration(1e-5, 1e-5, None, "µm"), []),
        (["unit=\\u00C5"], Calibration(1e-5, 1e-5, None, "µm"), []),
        (["unit=um", "yunit=nm"], Calibration(0.1, 1e-4, None, "µm"), []),
        (["unit=pixel"], Calibration(), []),
        ([], Calibration(), []),
        (["unit=um", "yunit=foo"], Calibration(), ["'foo' along y"]),
        (["unit=um", "yunit=pixel"], Calibration(), ["'pixel' along y"]),
        (["unit=um", "zunit=pixel", "spacing=2"], Calibration(0.1, 0.1, None, "µm"), []),
        (["unit=um", "zunit=foo", "spacing=2"], Calibration(0.1, 0.1, None, "µm"), ["along z"]),
        (["unit=5"], Calibration(), ["'5'"]),
        (["unit=1e3"], Calibration(), ["'1e3'"]),
        (["unit=foo", "yunit=bar"], Calibration(), ["'foo' is", "'bar' along y"]),
        (["finterval=500", "tunit=msec"], Calibration(frame_interval=0.5), []),
        (["finterval=2", "tunit=min", "unit=um"], Calibration(0.1, 0.1, None, "µm", 120.0), []),
        (["finterval=2", "tunit=fortnight"], Calibration(), ["'fortnight' is no known unit of t"]),
        (["finterval=2", "tunit=frames"], Calibration(), []),
        (["unit=foo", "finterval=2", "tunit=bar"], Calibration(), ["'foo'", "'bar'"]),
    ],
)
def test_axes_have_units_of_their_own(tmp_path, lines, expected, parts):
    image = imagej(tmp_path / "a.tif", lines)
    found = image.calibration
    for name in ("x", "y", "z", "frame_interval"):
        value = getattr(expected, name)
        assert getattr(found, name) == (value and pytest.approx(value)), name
    assert found.unit == expected.unit
    assert len(image.findings) == len(parts)
    for finding, part in zip(image.findings, parts, strict=True):
        assert part in finding.what


def test_dots_of_a_page_are_no_unknown_unit(tmp_path):
    image = imagej(tmp_path / "a.tif", ["unit=inch"], (72, 72))
    assert image.calibration == Calibration()
    assert image.findings == ()


@pytest.mark.parametrize(
    ("unit", "size", "ids"),
    [
        ("pm", 6.5e-5, []),
        ("Å", 6.5e-3, []),
        ("Mm", 65e12, []),
        ("reference frame", None, []),
        ("foo", None, ["unknown-unit-of-length"]),
    ],
)
def test_units_of_ome(tmp_path, unit, size, ids):
    path = tmp_path / "a.ome.tif"
    metadata = {"axes": "YX", "PhysicalSizeX": 65, "PhysicalSizeY": 65}
    metadata |= {"PhysicalSizeXUnit": unit, "PhysicalSizeYUnit": unit}
    tifffile.imwrite(path, PLANE, metadata=metadata)
    image = read_image(path)
    assert image.calibration.x == (size and pytest.approx(size))
    assert [finding.id for finding in image.findings] == ids
