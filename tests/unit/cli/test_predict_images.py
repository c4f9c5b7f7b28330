from types import SimpleNamespace

import pytest

from deepbacs_zoo.cli.predict_images import group_images
from deepbacs_zoo.errors import UsageError

PACKAGE = SimpleNamespace(inputs=[SimpleNamespace(id="raw", optional=False)])


def stems(*words):
    return [stem for stem, _ in group_images(PACKAGE, [str(word) for word in words])]


def test_notes_of_macos_beside_images_are_left_out(tmp_path):
    for name in ("cell.tif", "._cell.tif", "._cell.png", ".DS_Store", "Thumbs.db"):
        (tmp_path / name).touch()
    assert stems(tmp_path) == ["cell"]
    assert stems(f"raw={tmp_path}") == ["cell"]


def test_names_that_differ_only_in_the_form_of_an_accent_are_refused(tmp_path):
    first, second = tmp_path / "Z\u00e9lle.tif", tmp_path / "Ze\u0301lle.png"
    with pytest.raises(UsageError, match="would have the same names as those of"):
        stems(first, second)


def test_a_folder_without_an_image_is_named(tmp_path):
    (tmp_path / "._cell.tif").touch()
    with pytest.raises(UsageError, match="no image in this folder"):
        stems(tmp_path)


def test_a_note_of_macos_that_is_named_is_no_image(tmp_path):
    (tmp_path / "._cell.tif").write_bytes(b"\0\5\x16\7\0\2\0\0Mac OS X")
    with pytest.raises(UsageError, match=r"a note that macOS keeps.*name cell\.tif instead"):
        stems(tmp_path / "._cell.tif")
    (tmp_path / "._real.tif").write_bytes(b"II*\0")
    assert stems(tmp_path / "._real.tif") == ["._real"]
