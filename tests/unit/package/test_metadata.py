"""Authors, citations, covers and the like of descriptions of both formats."""

from __future__ import annotations

import subprocess
import sys

from deepbacs_zoo.package.metadata import (
    Author,
    Citation,
    Document,
    Maintainer,
    Metadata,
    read_metadata,
)

WHOLE = Metadata(
    name="A model",
    id="affable-shark",
    description="Finds cells.",
    version="0.1.0",
    license="MIT",
    authors=(Author("Ada", orcid="0000-0002-1825-0097"),),
    maintainers=(Maintainer("ada"),),
    cite=(Citation("A paper", doi="10.1371/journal.pone.0217524"),),
    tags=("2d",),
    links=("fiji/fiji",),
    id_emoji="🦈",
    git_repo="https://example.org/code",
    timestamp="2026-01-01T00:00:00+00:00",
    training_data="some/set",
    documentation=Document("documentation", "README.md"),
    covers=(Document("covers.0", "cover.png"),),
)


def test_what_is_written_is_read_back():
    assert read_metadata(WHOLE.as_description()) == WHOLE


def test_what_is_empty_is_not_written():
    assert Metadata(name="A model").as_description() == {"name": "A model"}


def test_files_are_found_in_both_ways_of_writing_them():
    found = read_metadata(
        {
            "documentation": {"source": "README.md", "sha256": "AB" * 32},
            "icon": "icon.png",
            "covers": ["a.png", {"source": "b.png"}, 3, {"sha256": "x"}],
            "attachments": {"files": ["macro.ijm"]},
        }
    )
    assert found.documents == (
        Document("documentation", "README.md", "ab" * 32, is_mapping=True),
        Document("icon", "icon.png"),
        Document("covers.0", "a.png"),
        Document("covers.1", "b.png", is_mapping=True),
        Document("attachments.0", "macro.ijm"),
    )


def test_an_icon_may_be_an_emoji():
    assert read_metadata({"icon": "🦈"}).icon is None


def test_damaged_entries_are_left_out():
    damaged = {
        "name": 3,
        "authors": [None, {"name": ""}, {"name": "Ada", "orcid": 3}, "Ada"],
        "cite": {"text": "no list"},
        "covers": "cover.png",
        "attachments": {"files": None},
        "tags": ["2d", 3],
        "training_data": "set",
    }
    found = Metadata(name="", authors=(Author("Ada"),), tags=("2d",))
    assert read_metadata(damaged) == found


def test_a_description_can_be_written_without_torch():
    code = (
        "import sys, deepbacs_zoo.package.writing.description, deepbacs_zoo.package.writing.jdll;"
    )
    code += "assert not {'torch', 'onnx', 'onnxruntime'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
