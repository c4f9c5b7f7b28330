"""Images of files, sets of files, and planes that are not there, as the golden table has them."""

import json

import numpy as np
import pytest
import tifffile

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.images import ReadOptions, read_image
from deepbacs_zoo.images.order import in_image_order
from tests.data.series.files import GOLDEN, all_cases, described, write_cases

ROWS = json.loads(GOLDEN.read_text("utf-8"))
ORACLE = {"shaped", "plain", "ImageJ", "OME"}
"""Containers whose planes tifffile finds by the same rule, where the file is complete."""
APART = {
    "old description",  # tifffile takes the planes for one piece, though each page has its own
    "old and one page",  # tifffile takes the first of them
    "compressed and not",  # tifffile takes those that are compressed alike
    "order missing",  # tifffile takes pages in order for slices
    "no TiffData",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("series")
    write_cases(folder)
    return folder


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"])
def test_a_file_is_read_as_the_golden_table_has_it(folder, row, capfd):
    for series, expected in row["read"].items():
        found = described(folder / row["file"], int(series) if series else None)
        assert json.loads(json.dumps(found)) == expected, series
    assert capfd.readouterr() == ("", "")


def test_the_golden_table_has_all_cases():
    assert [case.file for case in all_cases()] == [row["file"] for row in ROWS]
    assert len(ROWS) > 150


def test_nothing_is_left_out_without_a_word(folder):
    for row in ROWS:
        read = row["read"][""]
        if "error" in read or row.get("refused"):
            continue
        with tifffile.TiffFile(folder / row["file"]) as tiff:
            n_pages = len(tiff.pages)
        said = {finding.split(":")[0] for finding in read["findings"]}
        n_planes = len(read["planes"]) // (3 if read["rgb"] else 1)
        if n_planes < n_pages:
            assert said & {
                "image-series-left-out", "image-planes-left-out", "image-pages-left-out",
            }, row["file"]  # fmt: skip


def test_planes_are_those_of_tifffile_where_its_rule_is_the_same(folder):
    compared, apart = 0, set()
    for row in ROWS:
        read = row["read"][""]
        odd = {finding.split(":")[0] for finding in read.get("findings", ())}
        if row["container"] not in ORACLE or odd - {"image-axis-assumed"} or "error" in read:
            continue
        with tifffile.TiffFile(folder / row["file"]) as tiff:
            try:
                series = tiff.series[0]
                array = np.asarray(series.asarray())
            except (KeyError, TypeError, ValueError):  # of statements that contradict each other
                continue
        axes = series.axes.lower().replace("q", "z").replace("i", "z").replace("s", "c")
        if set(axes) <= set("tzcyx") and len(set(axes)) == len(axes) == array.ndim:
            planes = in_image_order(array, axes)[..., 0, 0].ravel().tolist()
            compared += 1
            apart |= {row["kind"]} if planes != read["planes"] else set()
    assert compared > 50
    assert apart == APART


def test_a_number_that_no_image_has_names_how_many_there_are(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((4, 5), np.uint8), photometric="minisblack")
    with pytest.raises(UsageError, match=r"number \(2\); allowed: 1, as it holds one image"):
        read_image(tmp_path / "a.tif", ReadOptions(series=2))
    with pytest.raises(UsageError, match="counted from 1"):
        ReadOptions(series=0)


def test_pictures_are_files_of_one_image(tmp_path):
    from PIL import Image as Picture

    for name in ("a.png", "a.jpg"):
        Picture.new("L", (9, 8)).save(tmp_path / name)
        assert read_image(tmp_path / name, ReadOptions(series=1)).shape == (1, 1, 1, 8, 9)
        with pytest.raises(UsageError, match=r"no image of this number \(2\)"):
            read_image(tmp_path / name, ReadOptions(series=2))
