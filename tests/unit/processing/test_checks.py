import pytest

from deepbacs_zoo.errors import PackageError, UnsupportedError
from deepbacs_zoo.processing import OPERATIONS, check
from deepbacs_zoo.tensors import Step


@pytest.mark.parametrize(
    "step",
    [
        Step("binarize", {"threshold": 0.5}),
        Step("binarize", {"threshold": [0.5, 1], "axis": "c"}),
        Step("clip", {"min_percentile": 1, "max": 5}),
        Step("ensure_dtype", {"dtype": "uint16"}),
        Step("fixed_zero_mean_unit_variance", {"mean": [1], "std": [2], "axis": "c"}),
        Step("scale_linear", {"gain": [1, 2], "offset": 3, "axis": "c"}),
        Step("scale_mean_variance", {"reference_tensor": "raw"}),
        Step("scale_range", {"axes": "yx", "min_percentile": 1, "max_percentile": 99.8}),
        Step("sigmoid"),
        Step("softmax", {"axis": "c"}),
        Step("zero_mean_unit_variance", {"axes": "cyx", "eps": 1e-6}),
    ],
    ids=lambda step: step.name,
)
def test_good_arguments_pass(step):
    check([step], "raw")


@pytest.mark.parametrize(
    ("name", "kwargs", "parts"),
    [
        ("binarize", {}, ["threshold is missing"]),
        ("binarize", {"threshold": True}, ["threshold", "True", "a number"]),
        ("binarize", {"threshold": [1, 2]}, ["belong to no axis", "axis"]),
        ("clip", {}, ["no bound"]),
        ("clip", {"min": 1, "min_percentile": 2}, ["given twice"]),
        ("clip", {"min_percentile": 60, "max_percentile": 40}, ["not in order", "60, 40"]),
        ("clip", {"max_percentile": 0.998}, ["0.998", "above 1"]),
        ("clip", {"min": 3, "max": 3}, ["bounds are not in order", "3, 3", "min below max"]),
        ("clip", {"min": 3, "axes": "yx"}, ["axes without a percentile", "yx"]),
        ("scale_range", {"min_percentile": 100}, ["min_percentile", "below 100"]),
        ("scale_range", {"eps": 0.2}, ["eps", "at most 0.1"]),
        ("scale_range", {"axes": None}, ["axes", "out of its range"]),
        ("scale_linear", {"gain": float("inf")}, ["gain", "inf"]),
        ("scale_linear", {"gain": [], "axis": "c"}, ["gain", "[]"]),
        ("binarize", {"threshold": [1], "axis": "b"}, ["axis", "other than batch"]),
        ("softmax", {"axis": "b"}, ["other than batch"]),
        ("softmax", {"axis": ""}, ["one axis"]),
        ("ensure_dtype", {"dtype": "float16"}, ["float16", "float32"]),
        ("fixed_zero_mean_unit_variance", {"mean": 1, "std": 0}, ["std", "at least 1e-6"]),
        ("fixed_zero_mean_unit_variance", {"mean": [1], "std": [1, 2], "axis": "c"}, ["lengths"]),
        ("scale_linear", {"gian": 2}, ["gian", "gain, offset, axis"]),
        ("scale_mean_variance", {}, ["reference_tensor is missing"]),
        ("scale_range", {"eps": 0}, ["eps", "above 0"]),
        ("scale_range", {"min_percentile": float("nan")}, ["nan"]),
        ("sigmoid", {"axis": "c"}, ["unknown argument", "no argument"]),
        ("softmax", {"axis": "cy"}, ["one axis"]),
        ("zero_mean_unit_variance", {"axes": "cq"}, ["cq", "axes of the tensor"]),
    ],
)
def test_a_bad_argument_is_named_with_what_was_allowed(name, kwargs, parts):
    with pytest.raises(PackageError) as caught:
        check([Step("sigmoid"), Step(name, kwargs)], "raw")
    for part in (f"raw: step 2, {name}", "allowed:", *parts):
        assert part in str(caught.value)


@pytest.mark.parametrize("name", ["custom", "stardist_postprocessing", "cellpose_flow_dynamics"])
def test_operations_of_foreign_code_are_refused_by_name(name):
    with pytest.raises(UnsupportedError, match="foreign code") as caught:
        check([Step(name)], "probabilities")
    assert name in str(caught.value)


def test_an_unknown_operation_is_answered_with_the_known_ones():
    with pytest.raises(UnsupportedError) as caught:
        check([Step("zero_mean")], "raw")
    for name in OPERATIONS:
        assert name in str(caught.value)


@pytest.mark.parametrize(
    ("name", "kwargs", "absent"),
    [
        ("softmax", {}, "c"),
        ("softmax", {"axis": "z"}, "z"),
        ("zero_mean_unit_variance", {"axes": "cyx"}, "c"),
        ("scale_range", {"axes": "zyx"}, "z"),
        ("binarize", {"threshold": [1], "axis": "t"}, "t"),
    ],
)
def test_with_the_tensors_axes_known_no_other_may_be_named(name, kwargs, absent):
    check([Step(name, kwargs)], "raw")
    with pytest.raises(PackageError) as caught:
        check([Step(name, kwargs)], "raw", "byx")
    for part in (f"raw: step 1, {name}", f"({absent})", "allowed: byx"):
        assert part in str(caught.value)
