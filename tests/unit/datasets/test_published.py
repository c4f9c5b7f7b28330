"""The table: every published set is in it, nothing in it is made up, and names are unambiguous."""

import re

import pytest

from deepbacs_zoo.datasets import (
    PUBLISHED,
    SAMPLES,
    PublishedSet,
    get_set,
    get_variant,
    prepared_place,
)
from deepbacs_zoo.errors import UsageError
from tests.unit.datasets.drawn import ARCHIVES

RECORDS = {
    *(5550933, 5550935, 5550968, 5639253, 5551009, 6400327),
    *(5551016, 5551057, 5551112, 5551135, 5551123, 5551153, 5551141),
}


def test_every_published_record_is_in_the_table():
    assert {entry.archive.record for entry in PUBLISHED.values()} == RECORDS | {None}
    assert {entry.task for entry in PUBLISHED.values()} == {
        "segmentation",
        "detection",
        "denoising",
        "labelling",
        "super-resolution",
    }


def test_only_one_record_is_not_known_and_only_the_sums_that_somebody_verifies_are():
    assert [name for name, entry in PUBLISHED.items() if entry.archive.record is None] == [
        "ecoli-mreb"
    ]
    known = {entry.archive.record for entry in PUBLISHED.values() if entry.archive.sha256}
    assert known == {5550933, 5550935, 5551009}


@pytest.mark.parametrize("entry", PUBLISHED.values(), ids=str)
def test_each_set_states_its_terms_and_what_to_cite(entry: PublishedSet):
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+|mixed", entry.name)
    assert entry.license == "CC-BY-4.0"
    assert "Spahn C" in entry.citation
    assert entry.doi == "10.1038/s42003-022-03634-z"
    if entry.archive.record:
        assert entry.archive.doi == f"10.5281/zenodo.{entry.archive.record}"
    assert re.fullmatch(r"[0-9a-f]{64}", entry.archive.sha256 or "0" * 64)
    assert entry.pixel_size is None or all(0.01 < size < 1 for size in entry.pixel_size)
    assert (entry.task == "detection") is bool(entry.classes)
    assert entry.name in ARCHIVES


@pytest.mark.parametrize("entry", PUBLISHED.values(), ids=str)
def test_the_first_variant_is_what_the_task_of_the_set_reads(entry: PublishedSet):
    kinds = {"segmentation": "labels", "detection": "boxes"}
    first = entry.variants[0]
    assert first.name == "default"
    assert first.kind == kinds.get(entry.task, first.kind)
    assert [part.name for part in first.parts] == ["training", "test"]


def test_no_two_sets_or_variants_are_prepared_in_one_place():
    places = [prepared_place(entry, way) for entry in PUBLISHED.values() for way in entry.variants]
    assert len(set(places)) == len(places)
    assert not {place.name for place in places} & set(SAMPLES)


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(UsageError, match="ecoli-brightfield") as caught:
        get_set("yeast")
    assert caught.value.value == "yeast"


def test_an_unknown_variant_is_answered_with_the_known_ones():
    entry = get_set("ecoli-brightfield")
    assert get_variant(entry).name == "default"
    assert get_variant(entry, "binary").kind == "binary"
    with pytest.raises(UsageError, match="default, binary"):
        get_variant(entry, "boxes")


def test_the_classes_of_boxes_are_those_that_the_detection_task_offers():
    from deepbacs_zoo.tasks.detection.yolov2 import CLASS_SETS

    offered = {"ecoli-growth-stage": "growth-stages", "ecoli-antibiotics": "antibiotics"}
    for name, preset in offered.items():
        assert set(PUBLISHED[name].classes) == set(CLASS_SETS[preset])
