"""``--data`` takes a folder or the name of a prepared set; a folder comes first."""

from pathlib import Path

import pytest

from deepbacs_zoo.cli.spelling import on_command_line
from deepbacs_zoo.datasets import prepare, resolve_data
from deepbacs_zoo.errors import UsageError
from tests.unit.datasets.drawn import ARCHIVES, unpacked


@pytest.fixture
def prepared(cache, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    brought = unpacked(ARCHIVES["ecoli-brightfield"], tmp_path / "in")
    return {
        name: prepare("ecoli-brightfield", name, from_file=brought).folder
        for name in ("default", "binary")
    }


def test_a_name_is_the_folder_of_the_prepared_set(prepared):
    assert resolve_data(Path("ecoli-brightfield")) == prepared["default"]
    assert resolve_data(Path("ecoli-brightfield-binary")) == prepared["binary"]


def test_a_folder_of_that_name_comes_first(prepared):
    Path("ecoli-brightfield").mkdir()
    assert resolve_data(Path("ecoli-brightfield")) == Path("ecoli-brightfield")


@pytest.mark.parametrize("path", ["nothing", "some/ecoli-brightfield", "./x/mixed", "/mixed"])
def test_other_paths_stay_what_they_are(prepared, path):
    assert resolve_data(Path(path)) == Path(path)


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("mixed", "fetch mixed"),
        ("ecoli-antibiotics-stitched", "fetch ecoli-antibiotics --variant stitched"),
    ],
)
def test_a_set_that_is_not_prepared_is_reported_with_the_command(prepared, name, command):
    with pytest.raises(UsageError, match="not prepared") as caught:
        resolve_data(Path(name))
    assert command in caught.value.sentence(on_command_line)
