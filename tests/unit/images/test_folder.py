from deepbacs_zoo.images import image_files


def test_images_of_a_folder_are_its_visible_files_with_such_suffixes(tmp_path):
    for name in ("b.TIF", "a.png", "._a.png", ".c.tif", "notes.txt", "Thumbs.db"):
        (tmp_path / name).touch()
    (tmp_path / "folder.tif").mkdir()
    assert [path.name for path in image_files(tmp_path)] == ["a.png", "b.TIF"]
