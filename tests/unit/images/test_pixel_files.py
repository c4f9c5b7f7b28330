"""Pixels, colors and units of small files, as the golden table has them."""

import json
import zipfile

import pytest

from deepbacs_zoo.images import AS_LABELS, ReadOptions
from tests.data.pixels.files import GOLDEN, PACKED, described, write_files

ROWS = json.loads(GOLDEN.read_text("utf-8"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pixels")
    write_files(folder)
    return folder


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"] + row.get("channel", ""))
def test_a_file_is_read_as_the_golden_table_has_it(folder, row, capfd):
    path = folder / row["file"]
    options = ReadOptions(channel=row.get("channel"))
    assert json.loads(json.dumps(described(path, options))) == row["image"]
    if "channel" not in row:
        labels = json.loads(json.dumps(described(path, AS_LABELS)))
        assert labels == row.get("labels", row["image"])
    assert capfd.readouterr() == ("", "")


def test_the_files_that_junit_reads_are_those_of_the_table(tmp_path):
    with zipfile.ZipFile(PACKED) as archive:
        archive.extractall(tmp_path)
    for row in ROWS:
        options = ReadOptions(channel=row.get("channel"))
        found = json.loads(json.dumps(described(tmp_path / row["file"], options)))
        assert found == row["image"], row["file"]


def test_the_golden_table_has_all_files(folder):
    assert sorted(path.name for path in folder.iterdir()) == sorted({row["file"] for row in ROWS})
