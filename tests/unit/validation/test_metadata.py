"""What a description says as a publication: each rule with a package that breaks it."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from deepbacs_zoo.findings import Severity
from deepbacs_zoo.models import SHIPPED
from deepbacs_zoo.package import open_package
from deepbacs_zoo.validation.checks.metadata import check_metadata
from deepbacs_zoo.validation.context import Context
from tests.packages import CASES

GOOD = {
    "license": "MIT",
    "authors": [{"name": "A. Person", "orcid": "0000-0002-1825-0097"}],
    "cite": [{"text": "a paper", "doi": "10.1038/s42003-022-03634-z"}],
    "documentation": "README.md",
    "covers": ["cover.png"],
}
TEXT = "# Description\n\n# Validation\n\n# Citation\n"


def cover(width=400, height=200):
    buffer = io.BytesIO()
    Image.new("RGB", (width, height)).save(buffer, "png")
    return buffer.getvalue()


def ids(folder, *, text=TEXT, picture=None, **fields):
    def change(description, files):
        description.update({**GOOD, **fields})
        files["README.md"] = text.encode() if isinstance(text, str) else text
        files["cover.png"] = cover() if picture is None else picture

    path = CASES["bcyx"](folder, change=change)
    with open_package(path) as package:
        return {each.id for each in check_metadata(Context(package)).findings}


ALWAYS = {"tags-missing", "pixel-size-missing"}
"""The small package of the tests has neither."""


def test_good_metadata_is_not_spoken_of(tmp_path):
    assert ids(tmp_path) <= ALWAYS


@pytest.mark.parametrize("name", SHIPPED)
def test_models_that_ship_have_nothing_to_mend(name):
    with open_package(SHIPPED[name].path) as package:
        assert check_metadata(Context(package)).findings == ()


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"license": "MIT licence"}, "license-unknown"),
        ({"license": None}, "license-missing"),
        ({"authors": []}, "author-missing"),
        ({"authors": [{"name": "A", "orcid": "0000-0002-1825-0098"}]}, "orcid-wrong"),
        ({"authors": [{"name": "Ada Lovelace1,2"}]}, "author-name"),
        ({"authors": [{"name": "A. Byron & A. Lovelace"}]}, "author-name"),
        ({"authors": [{"name": "Lovelace et al."}]}, "author-name"),
        ({"authors": [{"name": "MartÃ\xadn"}]}, "author-name"),
        ({"cite": []}, "citation-missing"),
        ({"cite": [{"text": "a", "doi": "https://doi.org/10.1038/s42003"}]}, "doi-form"),
        ({"documentation": None}, "documentation-missing"),
        ({"covers": []}, "cover-missing"),
        ({"text": "# Description\n"}, "documentation-heading"),
        ({"text": TEXT + "by Lucas von ChamierÃ©"}, "text-misread"),
        ({"text": TEXT.encode() + b"\xe9"}, "text-misread"),
        ({"picture": cover(300, 200)}, "cover-ratio"),
        ({"picture": cover() + bytes(500_001)}, "cover-size"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_reviewer_would_ask_for_is_named(tmp_path, fields, rule):
    assert rule in ids(tmp_path, **fields)


@pytest.mark.parametrize(
    "name", ["João São-Pedro", "O'Brien, Mary", "The deepbacs_zoo developers", "李小龙", "Õie Ü."]
)
def test_names_of_people_are_names(tmp_path, name):
    assert ids(tmp_path, authors=[{"name": name}]) <= ALWAYS


def test_portuguese_is_no_misread_text(tmp_path):
    assert ids(tmp_path, text=TEXT + "SÃO PAULO, Âmbar, 25 °C") <= ALWAYS


def test_a_cover_that_is_no_picture_is_left_to_others(tmp_path):
    assert ids(tmp_path, picture=b"no picture") <= ALWAYS


def test_channels_without_a_meaning_are_named(tmp_path):
    def change(description, files):
        for axis in description["outputs"][0]["axes"]:
            if axis.get("type") == "channel":
                axis["channel_names"] = ["channel0"]

    with open_package(CASES["bcyx"](tmp_path, change=change)) as package:
        found = check_metadata(Context(package)).findings
    (finding,) = [each for each in found if each.id == "channel-names-say-nothing"]
    assert finding.severity is Severity.INFO
    assert finding.where == "outputs.0.axes.channel"
