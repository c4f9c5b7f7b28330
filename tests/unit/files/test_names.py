import pytest

from deepbacs_zoo.files.names import is_system_file, normalized, visible

LEFT = ("._a.tif", ".DS_Store", "Thumbs.db", "thumbs.db", "desktop.ini", "Desktop.ini", "@eaDir")


@pytest.mark.parametrize("name", [*LEFT, "__MACOSX", "~$notes.docx", "Icon\r", "$RECYCLE.BIN"])
def test_what_systems_leave_is_no_file_of_people(name):
    assert is_system_file(name)


@pytest.mark.parametrize("name", ["a.tif", "_a.tif", "a._b.tif", "@home.tif", "thumbs.tif"])
def test_other_names_are_those_of_people(name):
    assert not is_system_file(name)


def test_a_folder_shows_what_people_put_there(tmp_path):
    for name in ("b.tif", "a.txt", *LEFT[:3]):
        (tmp_path / name).touch()
    (tmp_path / "@eaDir").mkdir()
    assert [path.name for path in visible(tmp_path)] == ["a.txt", "b.tif"]


def test_names_that_look_alike_are_alike():
    assert normalized("Ze\u0301lle") == normalized("Z\u00e9lle") == "Z\u00e9lle"
