"""The entry ``config.deepbacs_zoo`` as one object, in both schemas."""

from __future__ import annotations

from typing import ClassVar

import pytest

from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.package.zoo_config import (
    Multilabel,
    StarConvex,
    ZooConfig,
    decoding,
    read_zoo_config,
    schemas,
    types,
)
from deepbacs_zoo.package.zoo_config.decoding import KINDS

COMMON = {
    "pixel_size": {"y": 0.1, "x": 0.2, "unit": "micrometer"},
    "receptive_field": 93,
    "allow_tiling": False,
    "note": ["kept"],
}
SCHEMA_1 = COMMON | {
    "schema_version": 1,
    "task": "stardist",
    "task_arguments": {"rays": 32},
    "bytes_per_pixel": 400.0,
    "decode": {"kind": "stars", "output": "p", "rays": 32, "overlap_threshold": 0.3},
}
SCHEMA_2 = COMMON | {
    "schema_version": 2,
    "task": "segmentation",
    "method": "stardist",
    "method_arguments": {"rays": 32},
    "peak_bytes_per_pixel": 400.0,
    "decode": {"kind": "star_convex", "output": "p", "n_rays": 32, "nms_threshold": 0.3},
}


@pytest.mark.parametrize("entries", [SCHEMA_1, SCHEMA_2], ids=["schema 1", "schema 2"])
def test_both_schemas_give_the_same_object(entries):
    assert read_zoo_config(entries) == ZooConfig(
        task="segmentation",
        method="stardist",
        method_arguments={"rays": 32},
        pixel_size={"y": 0.1, "x": 0.2},
        peak_bytes_per_pixel=400.0,
        receptive_field=93,
        allow_tiling=False,
        decode=StarConvex("p", 32, nms_threshold=0.3),
        schema_version=entries["schema_version"],
        other={"note": ["kept"]},
    )


@pytest.mark.parametrize("written", [1, 2])
@pytest.mark.parametrize("entries", [SCHEMA_1, SCHEMA_2], ids=["schema 1", "schema 2"])
def test_what_is_written_is_read_back(entries, written, monkeypatch):
    for module in (schemas, types, decoding):
        monkeypatch.setattr(module, "WRITTEN_SCHEMA", written)
    config = read_zoo_config(entries).as_config()
    found = read_zoo_config(config)
    assert config["schema_version"] == found.schema_version == written
    assert config["decode"]["kind"] == {1: "stars", 2: "star_convex"}[written]
    assert found.as_config() == config
    assert vars(found) | {"schema_version": 0} == vars(read_zoo_config(entries)) | {
        "schema_version": 0
    }


@pytest.mark.parametrize(
    ("old", "task", "method"),
    [
        ("segmentation", "segmentation", "multilabel-unet"),
        ("foreground", "segmentation", "unet"),
        ("stardist", "segmentation", "stardist"),
        ("splinedist", "segmentation", "splinedist"),
        ("detection", "detection", "yolov2"),
    ],
)
def test_a_task_of_schema_1_is_a_task_and_a_method(old, task, method):
    config = read_zoo_config({"schema_version": 1, "task": old})
    assert (config.task, config.method) == (task, method)
    assert read_zoo_config({"task": old}) == config


def test_nothing_stated_is_nothing_known():
    assert read_zoo_config({}) == ZooConfig(schema_version=1)
    assert ZooConfig().result == "image"
    assert ZooConfig(decode=Multilabel("p")).result == "labels"


def test_an_entry_that_no_run_needs_may_be_damaged():
    entries = {"task": 3, "method": [], "method_arguments": "none", "receptive_field": "wide"}
    assert read_zoo_config({"schema_version": 2, **entries}) == ZooConfig(schema_version=2)


@pytest.mark.parametrize(
    ("entries", "where"),
    [
        ({"pixel_size": 0.1}, "config.deepbacs_zoo.pixel_size"),
        ({"pixel_size": {"y": -1}}, "config.deepbacs_zoo.pixel_size"),
        ({"pixel_size": {"y": 1, "unit": "parsec"}}, "config.deepbacs_zoo.pixel_size"),
        ({"bytes_per_pixel": "many"}, "config.deepbacs_zoo.bytes_per_pixel"),
        (
            {"schema_version": 2, "peak_bytes_per_pixel": True},
            "config.deepbacs_zoo.peak_bytes_per_pixel",
        ),
        ({"allow_tiling": "no"}, "config.deepbacs_zoo.allow_tiling"),
        ({"allow_tiling": 0}, "config.deepbacs_zoo.allow_tiling"),
    ],
    ids=str,
)
def test_a_damaged_number_is_refused_with_its_place(entries, where):
    with pytest.raises(PackageError) as caught:
        read_zoo_config(entries)
    assert caught.value.where == where


def test_tiling_is_allowed_unless_it_is_said_otherwise():
    assert read_zoo_config({}).allow_tiling
    assert "allow_tiling" not in ZooConfig().as_config()
    assert ZooConfig(allow_tiling=False).as_config()["allow_tiling"] is False


def test_units_are_read_as_micrometers():
    config = read_zoo_config({"pixel_size": {"y": 65, "x": 65, "unit": "nm"}})
    assert config.pixel_size == pytest.approx({"y": 0.065, "x": 0.065})


def test_a_later_schema_is_read_as_far_as_its_names_are_known():
    assert read_zoo_config({"schema_version": 9, "task": "tracking"}).task == "tracking"


def test_a_new_kind_of_decoding_is_one_entry_of_the_table(monkeypatch):
    class Dots(Multilabel):
        kind: ClassVar[str] = "dots"
        result: ClassVar[str] = "points"

    monkeypatch.setitem(KINDS, "dots", Dots)
    for version in (1, 2):
        entries = {"schema_version": version, "decode": {"kind": "dots", "output": "p"}}
        config = read_zoo_config(entries)
        assert config.decode == Dots("p")
        assert config.result == "points"
        assert read_zoo_config(config.as_config()).decode == Dots("p")
