"""The recorded split."""

import dataclasses
import hashlib
import json

import pytest

from deepbacs_zoo.annotations import read_as
from deepbacs_zoo.checkpoints import Part, Split, record_part
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.images import ReadOptions
from tests.unit.checkpoints.runs import make_pairs


def test_files_are_recorded_by_name_and_hash(tmp_path):
    pairs = make_pairs(tmp_path)
    part = record_part(pairs)
    assert part.pairs() == pairs
    first = part.files[0]
    assert (first.name, first.source) == ("0", "0.tif")
    assert first.source_sha256 == hashlib.sha256(pairs[0].source.read_bytes()).hexdigest()


def test_a_split_survives_json(tmp_path):
    pairs = make_pairs(tmp_path)
    split = Split(record_part(pairs[:2]), record_part(pairs[2:3]), record_part(pairs[3:]))
    assert Split.from_json(json.loads(json.dumps(split.as_json()))) == split
    short = dataclasses.replace(split, test=None)
    assert Split.from_json(json.loads(json.dumps(short.as_json()))) == short


def test_the_part_of_a_file_that_was_read_survives_json(tmp_path):
    pairs = read_as(make_pairs(tmp_path), ReadOptions(2, "GFP"))
    part = record_part(pairs)
    written = json.loads(json.dumps(part.as_json()))
    assert written["files"][0]["channel"] == "GFP"
    assert Part.from_json(written).pairs() == pairs
    # As older versions wrote it.
    assert "channel" not in record_part(make_pairs(tmp_path)).as_json()["files"][0]


def test_the_test_part_is_held_out_before_the_validation_part(tmp_path):
    pairs = make_pairs(tmp_path)
    split = Split(record_part(pairs[:2]), record_part(pairs[2:3]), record_part(pairs[3:]))
    assert split.held_out == ("test", split.test)
    short = dataclasses.replace(split, test=None)
    assert short.held_out == ("validation", split.validation)


def test_a_changed_image_is_named(tmp_path):
    pairs = make_pairs(tmp_path)
    part = record_part(pairs)
    pairs[1].target.write_bytes(pairs[1].target.read_bytes() + b"x")
    with pytest.raises(DataError, match="changed") as caught:
        part.pairs()
    assert caught.value.where == str(pairs[1].target)


def test_a_missing_image_is_named(tmp_path):
    pairs = make_pairs(tmp_path)
    part = record_part(pairs)
    pairs[2].source.unlink()
    with pytest.raises(DataError, match="gone"):
        part.pairs()


def test_relative_folders_are_recorded_as_absolute_ones(tmp_path, monkeypatch):
    pairs = make_pairs(tmp_path)
    monkeypatch.chdir(tmp_path)
    relative = [
        dataclasses.replace(
            pair, source=pair.source.relative_to(tmp_path), target=pair.target.relative_to(tmp_path)
        )
        for pair in pairs
    ]
    part = record_part(relative)
    monkeypatch.chdir("/")
    assert part.pairs() == pairs
