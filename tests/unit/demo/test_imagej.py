from pathlib import Path

import pytest

from deepbacs_zoo.demo import imagej
from deepbacs_zoo.demo.agreement import Way
from deepbacs_zoo.errors import DataError, HostError, IntegrityError, UsageError
from deepbacs_zoo.metrics import LabelAgreement

SAME = LabelAgreement(2, 2, 2, 100, 100)
PLACES = (Path("package.zip"), (), Path("predictions"), Path("imagej"))


@pytest.mark.parametrize("kind", [UsageError, HostError, IntegrityError])
def test_without_a_way_to_java_the_step_is_left_out_and_says_why(kind, monkeypatch):
    def prepare(java):
        raise kind("Java", "there is none", allowed="one", hint="install it")

    monkeypatch.setattr(imagej, "prepare", prepare)
    found = imagej.run_in_imagej(*PLACES)
    assert found.passed
    assert found.figures() == {"skipped": "Java: there is none; allowed: one; install it."}


def test_an_error_inside_imagej_fails_the_demo_and_keeps_its_report(monkeypatch):
    class Broken:
        def __enter__(self):
            raise DataError("cells.tif", "cut off", allowed="all of it", hint="copy it again")

        def __exit__(self, *error):
            raise AssertionError("never entered")

    monkeypatch.setattr(imagej, "prepare", lambda java: None)
    monkeypatch.setattr(imagej, "open_worker", lambda setup: Broken())
    found = imagej.run_in_imagej(*PLACES)
    assert not found.passed
    assert found.figures()["failed"].startswith("cells.tif: cut off")


@pytest.mark.parametrize(
    ("difference", "equal", "passed"), [(1e-6, 2, True), (1e-4, 2, False), (1e-6, 1, False)]
)
def test_it_passes_when_tensors_labels_and_files_agree(difference, equal, passed):
    way = Way("ImageJ macro against onnx", imagej.ALLOWED, difference, SAME, 1)
    found = imagej.InImagej(way, engine="onnxruntime 1.26.0", files_equal=equal, files=2)
    assert found.passed is passed
