import pytest

from deepbacs_zoo.errors import PackageError, UnsupportedError
from deepbacs_zoo.package.zoo_config import (
    WRITTEN_SCHEMA,
    AnchorBoxes,
    Foreground,
    Multilabel,
    Spline,
    StarConvex,
    read_decoding,
)
from deepbacs_zoo.package.zoo_config.decoding import KINDS


def config(**changes):
    return {"schema_version": 1, "decode": {"kind": "multilabel", "output": "p"} | changes}


OLD = "kind multilabel, foreground, stars, splines or boxes of schema_version 1"
NEW = "kind multilabel, foreground, star_convex, spline or anchor_boxes of schema_version 2"

SETTINGS = [
    Multilabel("p", 2, 0, 1, 0.4, 0.6, 3, 9, 4),
    Foreground("p", 1, 0.4, 0.6, 2, 7),
    Multilabel("p", split_levels=(0.6, 0.95), convexity=0.8, peak_threshold=0.9),
    Foreground("p", split_levels=(0.6,), convexity=0.9, peak_threshold=0.7),
    StarConvex("p", 32, 2, 0.4, 0.3, 10),
    Spline("p", 16, 4, 0.4, 0.3, 10),
    AnchorBoxes("p", ("rod", "dividing"), 5, 16, 0.2, 0.4, (0, 1.2)),
    AnchorBoxes("p", ("rod", "dividing"), 5, 16, 0.2, 0.4, 0.9),
    AnchorBoxes("p", ("rod", "dividing"), 5, 16, (0.2, 0.6), 0.4),
]


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda settings: settings.kind)
def test_what_is_written_is_read_back(settings):
    block = settings.as_config()
    assert next(iter(block)) == "kind"
    assert read_decoding({"schema_version": WRITTEN_SCHEMA, "decode": block}) == settings


def test_a_block_holds_what_a_description_can():
    assert SETTINGS[-1].as_config()["classes"] == ["rod", "dividing"]
    assert SETTINGS[-1].as_config()["score_threshold"] == [0.2, 0.6]


def test_one_count_factor_stands_for_all_classes():
    assert [each.count_factors for each in SETTINGS[-3:]] == [(0, 1.2), (0.9, 0.9), (0, 0)]


def test_one_score_threshold_stands_for_all_classes():
    assert SETTINGS[-2].score_thresholds == (0.2, 0.2)
    assert SETTINGS[-1].score_thresholds == (0.2, 0.6)


def test_a_package_without_decoding_says_so():
    assert read_decoding({}) is None
    assert read_decoding({"decode": None}) is None


@pytest.mark.parametrize(
    ("fields", "settings"),
    [
        ({"kind": "multilabel"}, Multilabel("p")),
        ({"kind": "foreground"}, Foreground("p")),
        ({"kind": "stars", "rays": 32}, StarConvex("p", 32)),
        ({"kind": "splines", "points": 16}, Spline("p", 16)),
        (
            {"kind": "boxes", "classes": ["a"], "anchors": 5, "grid": 32},
            AnchorBoxes("p", ("a",), 5, 32),
        ),
    ],
    ids=str,
)
def test_fields_that_are_left_out_have_their_documented_values(fields, settings):
    assert read_decoding(config(**fields)) == settings


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({"seed_threshold": 1.5}, ["seed_threshold", "1.5", "between 0 and 1"]),
        ({"seed_threshold": "high"}, ["seed_threshold", "high"]),
        ({"peak_threshold": 1}, ["peak_threshold", "1", "0 or a number between 0 and 1"]),
        ({"peak_threshold": False}, ["peak_threshold", "False", "0 or a number between 0 and 1"]),
        ({"min_size": -1}, ["min_size", "-1", "at least 0"]),
        ({"min_seed": 2.5}, ["min_seed", "2.5"]),
        ({"interior": True}, ["interior", "True"]),
        ({"output": 3}, ["output", "3", "id of an output"]),
        ({"sed_threshold": 0.5}, ["sed_threshold", "seed_threshold"]),
        ({"interior": 0}, ["three different channels"]),
        ({"kind": "stars"}, ["decode.rays", "at least 3"]),
        ({"kind": "stars", "rays": 2}, ["decode.rays", "(2)", "at least 3"]),
        ({"kind": "stars", "rays": 8, "grid": 0}, ["decode.grid", "(0)", "at least 1"]),
        ({"kind": "stars", "points": 8}, ["decode.points", "rays"]),
        ({"kind": "splines", "points": None}, ["decode.points", "at least 3"]),
        ({"kind": "foreground", "neck": 1}, ["decode.neck", "between 0 and 1"]),
        ({"kind": "boxes", "anchors": 5, "grid": 8}, ["decode.classes", "list of names"]),
        ({"kind": "boxes", "classes": [], "anchors": 5, "grid": 8}, ["decode.classes", "one"]),
        ({"kind": "boxes", "classes": ["a", "a"]}, ["decode.classes", "only once"]),
        ({"kind": "boxes", "classes": ["a", 1]}, ["decode.classes", "['a', 1]"]),
        ({"kind": "boxes", "classes": "rod"}, ["decode.classes", "rod"]),
    ],
    ids=str,
)
def test_a_wrong_field_is_named_with_what_was_allowed(changes, parts):
    with pytest.raises(PackageError) as caught:
        read_decoding(config(**changes))
    for part in ("config.deepbacs_zoo.decode", *parts):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    "wrong", [1, "0.5", True, [], [0.5], [0.5, 0], [0.5, 0.5, 0.5], [[0.5], 0.5]]
)
def test_score_thresholds_are_one_number_or_one_for_each_class(wrong):
    block = {"kind": "boxes", "classes": ["a", "b"], "anchors": 5, "grid": 8}
    with pytest.raises(PackageError) as caught:
        read_decoding(config(**block, score_threshold=wrong))
    text = str(caught.value)
    assert "config.deepbacs_zoo.decode.score_threshold" in text
    assert f"({wrong})" in text
    assert "a number between 0 and 1, or a list of them, one for each class" in text


@pytest.mark.parametrize(
    "wrong", [-1, "0.5", True, [], [0.5], [0.5, -0.5], [0.5, 0.5, 0.5], float("inf"), [[0.5], 1]]
)
def test_count_factors_are_one_number_or_one_for_each_class(wrong):
    block = {"kind": "boxes", "classes": ["a", "b"], "anchors": 5, "grid": 8}
    with pytest.raises(PackageError) as caught:
        read_decoding(config(**block, count_factor=wrong))
    text = str(caught.value)
    assert "config.deepbacs_zoo.decode.count_factor" in text
    assert f"({wrong})" in text
    assert "a number of at least 0, or a list of them, one for each class" in text


@pytest.mark.parametrize("kind", ["multilabel", "foreground"])
@pytest.mark.parametrize("version", [1, 2])
def test_levels_are_read_in_every_schema(kind, version):
    fields = {"kind": kind, "split_levels": [0.6, 0.7], "convexity": 0.9}
    settings = read_decoding(config(**fields) | {"schema_version": version})
    assert (settings.split_levels, settings.convexity) == ((0.6, 0.7), 0.9)


@pytest.mark.parametrize("kind", ["multilabel", "foreground"])
@pytest.mark.parametrize(
    "wrong", [None, 0.5, "0.5", [0.7, 0.6], [0.5, 0.5], [0, 0.5], [0.5, 1], [True], [[0.5]]]
)
def test_levels_that_do_not_ascend_are_refused(kind, wrong):
    with pytest.raises(PackageError) as caught:
        read_decoding(config(kind=kind, split_levels=wrong))
    text = str(caught.value)
    assert "config.deepbacs_zoo.decode.split_levels" in text
    assert "a list of numbers between 0 and 1, ascending" in text


def test_a_block_that_is_no_mapping_is_refused():
    with pytest.raises(PackageError, match="mapping"):
        read_decoding({"decode": "multilabel"})


@pytest.mark.parametrize(
    ("changed", "known"),
    [
        (config(kind="star_convex"), OLD),
        (config(kind=None), OLD),
        (config(kind="stars") | {"schema_version": 2}, NEW),
        (config() | {"schema_version": 3}, NEW),
        (config() | {"schema_version": "2"}, NEW),
    ],
    ids=str,
)
def test_a_kind_or_version_from_the_future_is_unsupported(changed, known):
    with pytest.raises(UnsupportedError, match="update") as caught:
        read_decoding(changed)
    assert known in str(caught.value)


NEW_BLOCKS = [
    ({"kind": "multilabel", "max_dilation": 4}, Multilabel("p", max_dilation=4)),
    ({"kind": "foreground", "split_ratio": 0.5}, Foreground("p", split_ratio=0.5)),
    (
        {"kind": "star_convex", "n_rays": 32, "nms_threshold": 0.2},
        StarConvex("p", 32, nms_threshold=0.2),
    ),
    ({"kind": "spline", "points": 8, "nms_threshold": 0.2}, Spline("p", 8, nms_threshold=0.2)),
    (
        {"kind": "anchor_boxes", "classes": ["a"], "anchors": 5, "grid": 32, "nms_threshold": 0.2},
        AnchorBoxes("p", ("a",), 5, 32, nms_threshold=0.2),
    ),
]


@pytest.mark.parametrize(("fields", "settings"), NEW_BLOCKS, ids=str)
def test_schema_2_has_the_names_of_the_classes(fields, settings):
    assert read_decoding(config(**fields) | {"schema_version": 2}) == settings


@pytest.mark.parametrize(
    ("version", "changes", "parts"),
    [
        (2, {"kind": "star_convex", "rays": 8}, ["decode.rays", "n_rays", "nms_threshold"]),
        (2, {"max_growth": 3}, ["decode.max_growth", "max_dilation"]),
        (1, {"max_dilation": 3}, ["decode.max_dilation", "max_growth"]),
    ],
    ids=str,
)
def test_names_of_another_schema_are_refused(version, changes, parts):
    with pytest.raises(PackageError) as caught:
        read_decoding(config(**changes) | {"schema_version": version})
    for part in parts:
        assert part in str(caught.value)


def test_each_kind_says_what_comes_of_it():
    kinds = {kind: settings.result for kind, settings in KINDS.items()}
    assert kinds.pop("anchor_boxes") == "boxes"
    assert set(kinds.values()) == {"labels"}
    assert all(settings.kind == kind for kind, settings in KINDS.items())
