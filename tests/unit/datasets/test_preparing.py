"""Sets are laid out whole or not at all, with their terms and split, from what is brought."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from deepbacs_zoo.annotations import find_folders, match_pairs, read_pair
from deepbacs_zoo.datasets import (
    PUBLISHED,
    draw,
    get_set,
    prepare,
    prepared_place,
    provenance_beside,
    read_provenance,
)
from deepbacs_zoo.errors import (
    DataError,
    HostError,
    IntegrityError,
    OutputExistsError,
    UsageError,
)
from tests.unit.datasets.drawn import ARCHIVES, part, path_of, unpacked, zipped
from tests.unit.datasets.test_layout import COUNTS, WAYS

DATA = zipped(ARCHIVES["ecoli-brightfield"])


@pytest.fixture
def zip_file(tmp_path):
    path = tmp_path / "brought.zip"
    path.write_bytes(DATA)
    return path


def files_in(folder):
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


def test_a_set_is_fetched_and_laid_out_once(known, repository, monkeypatch):
    entry = known("ecoli-brightfield", DATA)
    repository.files[path_of(entry)] = DATA
    first = prepare("ecoli-brightfield")
    assert first.new
    assert first.folder == prepared_place(entry, entry.variants[0])
    again = prepare("ecoli-brightfield", offline=True)
    assert not again.new
    assert again.record == first.record
    binary = prepare("ecoli-brightfield", "binary")
    assert binary.folder.name == "ecoli-brightfield-binary"
    assert len(repository.asked) == 1


def test_the_folder_is_what_training_and_evaluation_read(zip_file, cache):
    folder = prepare("ecoli-brightfield", from_file=zip_file).folder
    for name, count in (("training", 19), ("test", 15)):
        source, target = find_folders(folder, name)
        assert (source, target) == (folder / name / "source", folder / name / "target")
        pairs = match_pairs(source, target)
        assert len(pairs) == count
        image, labels = read_pair(pairs[0])
        assert image.data.shape[-2:] == labels.shape == (16, 16)
        assert np.unique(labels).tolist() == [0, 1, 2]


@pytest.mark.parametrize(("name", "variant"), WAYS)
@pytest.mark.parametrize("form", ["zip", "folder"])
def test_every_set_is_laid_out_from_a_zip_and_a_folder(name, variant, form, cache, tmp_path):
    if form == "zip":
        brought = tmp_path / "brought.zip"
        brought.write_bytes(zipped(ARCHIVES[name]))
    else:
        brought = unpacked(ARCHIVES[name], tmp_path / "brought")
    prepared = prepare(name, variant, output=tmp_path / "out", from_file=brought)
    record = prepared.record
    training, test = COUNTS[name, variant]
    assert len(record.training) + len(record.validation) == training
    assert len(record.test) == test
    assert len(list((tmp_path / "out" / "training" / "source").iterdir())) == training
    paired = name != "bsubtilis-vercini"
    assert (tmp_path / "out" / "training" / "target").exists() is paired
    assert not list(tmp_path.glob(".out*"))


def test_targets_are_named_after_their_images(cache, tmp_path):
    files = {"train/low_SNR/a_low_SNR.tif": b"1", "train/high_SNR/a_high_SNR.TIF": b"2"}
    files |= {name.replace("train", "test"): data for name, data in files.items()}
    unpacked(files, tmp_path / "in")
    prepare("ecoli-hns", output=tmp_path / "out", from_file=tmp_path / "in")
    assert files_in(tmp_path / "out") == [
        "SOURCE.txt",
        "split.json",
        "test/source/a_low_SNR.tif",
        "test/target/a_low_SNR.TIF",
        "training/source/a_low_SNR.tif",
        "training/target/a_low_SNR.TIF",
    ]
    assert (tmp_path / "out/training/target/a_low_SNR.TIF").read_bytes() == b"2"


def test_the_split_is_written_and_read(zip_file, cache):
    prepared = prepare("ecoli-brightfield", from_file=zip_file)
    block = json.loads((prepared.folder / "split.json").read_text("utf-8"))
    assert block["rule"] == {"seed": 0, "share": 0.1, "strata": []}
    assert (len(block["training"]), len(block["validation"]), len(block["test"])) == (17, 2, 15)
    names = block["training"] + block["validation"]
    assert tuple(block["validation"]) == draw(names, get_set("ecoli-brightfield").split)
    assert block["pixel_size"] == [0.079, 0.079]
    assert block["kind"] == "labels"
    assert read_provenance(prepared.folder) == prepared.record
    assert provenance_beside(prepared.folder / "training" / "source") == prepared.record
    assert provenance_beside(prepared.folder / "test" / "source") is None
    assert provenance_beside(prepared.folder.parent) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema_version": 2}', '{"schema_version": 1}'])
def test_a_split_of_another_kind_is_none(text, tmp_path):
    (tmp_path / "split.json").write_text(text)
    assert read_provenance(tmp_path) is None


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_terms_lie_beside_the_images(name, cache, tmp_path):
    unpacked(ARCHIVES[name], tmp_path / "in")
    folder = prepare(name, output=tmp_path / "out", from_file=tmp_path / "in").folder
    text = (folder / "SOURCE.txt").read_text("utf-8")
    entry = PUBLISHED[name]
    for expected in (
        "CC-BY-4.0",
        "https://doi.org/10.1038/s42003-022-03634-z",
        f"https://doi.org/{entry.archive.doi}" if entry.archive.doi else "Record:      not known",
        "its layout alone; it was brought as a folder",
        entry.title,
        *entry.classes,
    ):
        assert expected in text
    assert "None" not in text


def test_it_is_said_whether_a_zip_is_the_published_one(zip_file, known, cache, tmp_path):
    other = prepare("ecoli-brightfield", output=tmp_path / "other", from_file=zip_file).record
    assert "another SHA-256 is published" in other.checked
    known("ecoli-brightfield", DATA)
    same = prepare("ecoli-brightfield", output=tmp_path / "same", from_file=zip_file).record
    assert same.checked == "its published SHA-256"
    assert same.archive_sha256 == other.archive_sha256


def test_files_without_a_partner_are_in_the_record(cache, tmp_path):
    unpacked(ARCHIVES["mixed"] | {"training/source/alone.tif": b""}, tmp_path / "in")
    prepared = prepare("mixed", output=tmp_path / "out", from_file=tmp_path / "in")
    assert prepared.record.left_out == ("training/source/alone.tif",)
    assert "training/source/alone.tif" in (prepared.folder / "SOURCE.txt").read_text("utf-8")


# --- whole or not at all -------------------------------------------------------------------------


def left_in(folder):
    return {path.name for path in folder.iterdir()}


def test_something_else_in_the_place_is_not_touched(zip_file, cache, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(OutputExistsError, match="something else"):
        prepare("ecoli-brightfield", output=tmp_path / "out", from_file=zip_file)
    assert files_in(tmp_path / "out") == ["mine.txt"]


def test_another_set_or_variant_in_the_place_is_not_touched(zip_file, cache, tmp_path):
    prepare("ecoli-brightfield", output=tmp_path / "out", from_file=zip_file)
    assert not prepare("ecoli-brightfield", output=tmp_path / "out").new
    with pytest.raises(OutputExistsError):
        prepare("ecoli-brightfield", "binary", output=tmp_path / "out", from_file=zip_file)


def test_an_empty_folder_is_filled(zip_file, cache, tmp_path):
    (tmp_path / "out").mkdir()
    assert prepare("ecoli-brightfield", output=tmp_path / "out", from_file=zip_file).new


@pytest.mark.parametrize(
    ("files", "kind", "match"),
    [
        (part("a/b", "a/c", ["x"]), DataError, "not in it"),
        ({**part("train/brightfield", None, ["x"]), "../x.tif": b""}, DataError, "leads out"),
    ],
)
def test_what_is_refused_leaves_nothing(files, kind, match, cache, tmp_path):
    (tmp_path / "bad.zip").write_bytes(zipped(files))
    with pytest.raises(kind, match=match):
        prepare("ecoli-brightfield", output=tmp_path / "out", from_file=tmp_path / "bad.zip")
    assert left_in(tmp_path) == {"bad.zip"}


def test_a_zip_that_is_damaged_in_the_middle_leaves_nothing(cache, tmp_path):
    data = bytearray(DATA)
    data[data.index(b"test/masks_RoiMap/pos014.tif") + 60] ^= 0xFF
    (tmp_path / "bad.zip").write_bytes(data)
    with pytest.raises(IntegrityError, match="damaged"):
        prepare("ecoli-brightfield", output=tmp_path / "out", from_file=tmp_path / "bad.zip")
    assert left_in(tmp_path) == {"bad.zip"}


def test_what_does_not_exist_is_reported(cache, tmp_path):
    with pytest.raises(UsageError, match="no such file"):
        prepare("mixed", from_file=tmp_path / "none.zip")
    with pytest.raises(UsageError, match="no such variant"):
        prepare("mixed", "binary", from_file=tmp_path)


def test_a_disk_without_space_is_reported_before_anything_is_written(
    zip_file, cache, tmp_path, monkeypatch
):
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=10))
    with pytest.raises(HostError, match="too little free space"):
        prepare("ecoli-brightfield", output=tmp_path / "out", from_file=zip_file)
    assert left_in(tmp_path) == {"brought.zip"}


def test_a_disk_that_fills_up_meanwhile_leaves_nothing(zip_file, cache, tmp_path, monkeypatch):
    def fill(done, total):
        raise OSError(28, "No space left on device")

    with pytest.raises(HostError, match="No space left"):
        prepare("ecoli-brightfield", output=tmp_path / "out", from_file=zip_file, writing=fill)
    assert left_in(tmp_path) == {"brought.zip"}


def test_progress_goes_up_to_the_size(zip_file, cache):
    reported = []
    prepare(
        "ecoli-brightfield",
        from_file=zip_file,
        writing=lambda done, total: reported.append((done, total)),
    )
    assert reported[-1][0] == reported[-1][1]
    assert [done for done, _ in reported] == sorted(done for done, _ in reported)


def test_what_an_ended_process_left_in_the_cache_is_taken_away(zip_file, cache):
    place = prepared_place(get_set("ecoli-brightfield"), get_set("ecoli-brightfield").variants[0])
    (place.parent / f".{place.name}-abc.part" / "set").mkdir(parents=True)
    prepare("ecoli-brightfield", from_file=zip_file)
    assert left_in(place.parent) == {place.name, f".{place.name}.lock"}


def test_a_folder_is_as_open_as_any_new_one(zip_file, cache, tmp_path):
    folder = prepare("ecoli-brightfield", from_file=zip_file).folder
    (tmp_path / "new").mkdir()
    assert folder.stat().st_mode == (tmp_path / "new").stat().st_mode


PREPARE = """
import sys
from deepbacs_zoo.datasets import prepare
print(prepare("ecoli-brightfield", from_file=sys.argv[1]).new)
"""


def test_two_processes_lay_one_set_out_once(zip_file, cache):
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PREPARE, str(zip_file)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=60)[0].strip() for process in processes]
    assert sorted(said) == ["False", "True"]
    place = prepared_place(get_set("ecoli-brightfield"), get_set("ecoli-brightfield").variants[0])
    assert len(files_in(place)) == 2 * (19 + 15) + 2


def test_nothing_is_loaded_that_only_the_network_needs():
    code = (
        "import sys; import deepbacs_zoo.datasets;"
        "names = {'numpy', 'tifffile', 'deepbacs_zoo.files.download'};"
        "assert not names & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_boxes_are_read_from_a_prepared_set(cache, tmp_path):
    from deepbacs_zoo.annotations import find_box_folders, match_box_pairs, read_boxes

    unpacked(ARCHIVES["ecoli-antibiotics"], tmp_path / "in")
    prepared = prepare("ecoli-antibiotics", from_file=tmp_path / "in")
    pairs = match_box_pairs(*find_box_folders(prepared.folder, "training"))
    assert len(pairs) == 6
    (found,) = read_boxes(pairs[0], (16, 16)).boxes
    assert found.name == "rod"
