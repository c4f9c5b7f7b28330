"""Differences between tiled and whole: their measure, and the finding made of them."""

import numpy as np
import pytest

from deepbacs_zoo.findings import Severity
from deepbacs_zoo.package import open_package
from deepbacs_zoo.tensors import FixedSize, SteppedSize
from deepbacs_zoo.tiling.run_plan import plan_run
from deepbacs_zoo.validation.checks.tiled import (
    _distance_to_seams,
    _enlarged,
    _finding,
    _measure,
    _Seams,
    check_tiled,
)
from deepbacs_zoo.validation.context import Context
from tests.package_writer import image, like, write_package
from tests.tiny_networks import Network, _node, box


def plan_for(height, width, pixels, *, halo=2, step=1, axes="bcyx"):
    spec = image("input", axes, sizes=SteppedSize(8, step))
    output = like(spec, "output", axes, halo=halo)
    sizes = {"input": {"y": height, "x": width}}
    options = {"memory": pixels, "peak_bytes_per_pixel": 1.0, "border": "none"}
    return output, plan_run([spec], [output], sizes, **options)


def test_pixels_beside_a_seam_are_one_away_from_it():
    output, run_plan = plan_for(20, 60, 20 * 30)
    starts = sorted({tile.write[1].start for tile in run_plan.plan.tiles} - {0})
    assert starts, "the image is cut along x"
    distance = _distance_to_seams(output, run_plan, (1, 1, 20, 60))
    assert distance.shape == (20, 60)
    for seam in starts:
        assert distance[0, seam] == distance[0, seam - 1] == 1
        assert distance[0, seam + 1] == 2


def test_distance_is_to_the_nearest_seam_of_any_axis():
    output, run_plan = plan_for(48, 48, 30 * 30)
    distance = _distance_to_seams(output, run_plan, (1, 1, 48, 48))
    seams = [
        sorted({tile.write[axis].start for tile in run_plan.plan.tiles} - {0}) for axis in (0, 1)
    ]
    assert all(seams)
    expected = np.full((48, 48), 99)
    for row in range(48):
        for column in range(48):
            away = [abs(row + 0.5 - seam) + 0.5 for seam in seams[0]]
            away += [abs(column + 0.5 - seam) + 0.5 for seam in seams[1]]
            expected[row, column] = min(away)
    assert np.array_equal(distance, expected)


def test_axes_in_another_order_are_measured_in_that_order():
    output, run_plan = plan_for(20, 60, 20 * 30, axes="bcxy")
    distance = _distance_to_seams(output, run_plan, (1, 1, 60, 20))
    assert distance.shape == (60, 20)
    assert (distance == distance[:, :1]).all(), "the seams run along y"


def test_the_reach_is_how_far_a_difference_goes():
    output, run_plan = plan_for(20, 60, 20 * 30)
    whole = np.zeros((1, 1, 20, 60), np.float32)
    distance = _distance_to_seams(output, run_plan, whole.shape)
    tiled = np.where(distance <= 3, 0.5, 0.0).astype(np.float32)[None, None]
    seams = _measure(output, run_plan, whole, tiled)
    assert seams.largest == 0.5
    assert seams.seam == 0.5
    assert seams.reach == 3
    finding = _finding(output, run_plan, seams)
    assert finding.severity == Severity.WARNING
    assert "at least 5 " in str(finding.hint), "the halo of 2 and the reach of 3"


def test_equal_tensors_reach_nowhere():
    output, run_plan = plan_for(20, 60, 20 * 30)
    whole = np.random.default_rng(0).normal(size=(1, 1, 20, 60)).astype(np.float32)
    seams = _measure(output, run_plan, whole, whole.copy())
    assert (seams.largest, seams.seam, seams.reach) == (0.0, 0.0, 0)
    assert _finding(output, run_plan, seams).severity == Severity.INFO


def test_the_tolerance_grows_with_the_values():
    output, run_plan = plan_for(20, 60, 20 * 30)
    whole = np.full((1, 1, 20, 60), 1000, np.float32)
    assert _measure(output, run_plan, whole, whole + 0.005).reach == 0
    assert _measure(output, run_plan, whole, whole + 0.05).reach > 0


def test_values_that_are_no_numbers_do_not_count():
    output, run_plan = plan_for(20, 60, 20 * 30)
    whole = np.full((1, 1, 20, 60), np.nan, np.float32)
    assert _measure(output, run_plan, whole, whole).largest == 0.0


def test_a_difference_everywhere_has_no_halo_that_would_do():
    output, run_plan = plan_for(20, 60, 20 * 30)
    seams = _Seams(largest=0.5, seam=0.5, reach=15, farthest=15, allowed=1e-5)
    assert "no halo tried here would do" in str(_finding(output, run_plan, seams).hint)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        (SteppedSize(8, 1), (1, 1, 40, 48)),
        ({"y": FixedSize(20), "x": SteppedSize(8, 1)}, (1, 1, 20, 48)),
    ],
)
def test_tensors_are_mirrored_along_axes_of_free_size(sizes, expected):
    spec = image("input", "bcyx", sizes=sizes)
    array = np.arange(20 * 24, dtype=np.float32).reshape(1, 1, 20, 24)
    larger = _enlarged(spec, array, 1)
    assert larger.shape == expected
    assert np.array_equal(larger[..., :20, 24:], array[..., ::-1])


def test_large_tensors_stay_as_they_are():
    spec = image("input", "bcyx")
    array = np.zeros((1, 1, 1024, 1024), np.float32)
    assert _enlarged(spec, array, 1).shape == array.shape


def whole_image_network():
    """Subtracts the mean of what it is given: no halo is wide enough for that."""

    def nodes(i, o):
        return [
            _node("ReduceMean", [i[0]], ["mean"], axes=[2, 3], keepdims=1),
            _node("Sub", [i[0], "mean"], [o[0]]),
        ], []

    def compute(x):
        return (x - x.mean(axis=(2, 3), keepdims=True),)

    return Network(nodes, "", compute)


def test_a_network_that_sees_the_whole_image_is_distinguished_from_a_halo_too_small(tmp_path):
    spec = image("input", "bcyx", sizes=SteppedSize(12, 1))
    path = write_package(
        tmp_path / "package.zip",
        inputs=[spec],
        outputs=[like(spec, "output", "bcyx", halo=2)],
        network=whole_image_network(),
        weights=("onnx",),
    )
    with open_package(path) as package:
        outcome = check_tiled(Context(package))
    (finding,) = outcome.findings
    assert finding.severity == Severity.WARNING
    assert "depends on more than its tile" in str(finding.hint)


@pytest.mark.parametrize("stated", [0, 1, 2, 3])
def test_the_halo_that_would_do_is_the_radius_of_the_network(tmp_path, stated):
    spec = image("input", "bcyx", sizes=SteppedSize(12, 1))
    path = write_package(
        tmp_path / "package.zip",
        inputs=[spec],
        outputs=[like(spec, "output", "bcyx", halo=stated)],
        network=box(ndim=2),
        weights=("onnx",),
    )
    with open_package(path) as package:
        (finding,) = check_tiled(Context(package)).findings
    if stated < 1:
        assert "at least 1 " in str(finding.hint)
    else:
        assert finding.severity == Severity.INFO
        assert finding.id == "tiles-equal-whole"


def test_a_package_without_a_test_input_is_not_checked(tmp_path):
    from tests.packages import CASES

    def forget(description, files):
        del description["inputs"][0]["test_tensor"]

    with open_package(CASES["bcyx"](tmp_path, change=forget)) as package:
        (finding,) = check_tiled(Context(package)).findings
    assert finding.id == "tiles-not-checked"
    assert "there is no test input for every input" in finding.sentence()
