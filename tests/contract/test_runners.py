"""What every runner promises, the fake one included."""

from __future__ import annotations

import numpy as np
import pytest

from deepbacs_zoo.errors import DataError, PackageError, UnsupportedError, UsageError
from deepbacs_zoo.runners.fake import FakeRunner
from deepbacs_zoo.runners.table import RUNNERS
from tests.unit.runners.stub import numpy_network, output, two_tensor_package

FORMATS = {
    "onnx": ("onnx", "onnx"),
    "torchscript": ("torch", "torchscript"),
    "state dict": ("torch", "pytorch_state_dict"),
    "fake": ("fake", "fake"),
}


@pytest.fixture(params=FORMATS, scope="module")
def case(request, tmp_path_factory):
    runner, weights_format = FORMATS[request.param]
    folder = tmp_path_factory.mktemp("package")
    if runner == "fake":
        return FakeRunner(numpy_network), two_tensor_package(folder), weights_format
    package = two_tensor_package(folder, weights_format)
    return RUNNERS[runner].open(), package, weights_format


@pytest.fixture()
def session(case):
    runner, package, _ = case
    with runner.load(package, "cpu", trust=True) as session:
        yield session


@pytest.fixture()
def tensors():
    rng = np.random.default_rng(0)
    return {
        "first": rng.random((1, 1, 8, 12), dtype=np.float32),
        "second": rng.random((1, 1, 8, 12), dtype=np.float32),
    }


def test_runner_has_a_name_and_formats(case):
    runner, _, weights_format = case
    assert runner.name
    assert weights_format in runner.formats


def test_session_says_what_runs_where(session, case):
    assert session.engine.split()[1][0].isdigit()
    assert session.device == "cpu"
    assert session.weights_format == case[2]


def test_outputs_come_under_the_ids_and_in_the_order_of_the_package(session, tensors):
    found = session.run(tensors)
    assert list(found) == ["sum", "rest"]
    np.testing.assert_allclose(found["sum"], 2 * tensors["first"] + tensors["second"], atol=1e-6)
    np.testing.assert_allclose(found["rest"], tensors["first"].max() - tensors["second"], atol=1e-6)
    assert all(array.dtype == np.float32 for array in found.values())


def test_inputs_may_come_in_any_order(session, tensors):
    turned = dict(reversed(tensors.items()))
    np.testing.assert_array_equal(session.run(turned)["sum"], session.run(tensors)["sum"])


def test_same_tensors_give_the_same_result_again(session, tensors):
    np.testing.assert_array_equal(session.run(tensors)["rest"], session.run(tensors)["rest"])


def test_inputs_are_not_changed_and_may_be_read_only_views(session, tensors):
    wide = np.ascontiguousarray(np.repeat(tensors["first"], 2, axis=3))
    view = wide[..., ::2]
    view.flags.writeable = False
    found = session.run({**tensors, "first": view})
    np.testing.assert_array_equal(found["sum"], session.run(tensors)["sum"])


def test_size_may_change_from_run_to_run(session):
    for shape in ((1, 1, 4, 4), (1, 1, 16, 8)):
        given = {name: np.ones(shape, np.float32) for name in ("first", "second")}
        assert session.run(given)["sum"].shape == shape


def test_missing_input_is_named(session, tensors):
    del tensors["second"]
    with pytest.raises(DataError, match=r"'second'.*missing.*given: first.*allowed: first, second"):
        session.run(tensors)


def test_unknown_input_is_named(session, tensors):
    with pytest.raises(DataError, match=r"'third'.*no such input.*allowed: first, second"):
        session.run({**tensors, "third": tensors["first"]})


def test_wrong_number_of_axes_is_refused_before_the_engine_sees_it(session, tensors):
    with pytest.raises(DataError, match=r"'first'.*number of axes.*\(8, 12\).*4 axes, bcyx"):
        session.run({**tensors, "first": tensors["first"][0, 0]})


@pytest.mark.parametrize(
    ("shape", "axis", "allowed"), [((1, 1, 6, 12), "y", r"4 \+ n\*4"), ((1, 2, 8, 12), "c", "1")]
)
def test_wrong_size_is_refused_with_the_axis_and_what_is_allowed(
    session, tensors, shape, axis, allowed
):
    with pytest.raises(DataError, match=rf"axis {axis}.*allowed: {allowed}"):
        session.run({**tensors, "first": np.zeros(shape, np.float32)})


def test_closed_session_refuses_to_run(case, tensors):
    runner, package, _ = case
    session = runner.load(package, "cpu", trust=True)
    session.close()
    with pytest.raises(UsageError, match="closed"):
        session.run(tensors)


def test_unknown_device_is_refused(case):
    runner, package, _ = case
    with pytest.raises(UsageError, match=r"device.*tpu.*auto \| cpu \| cuda"):
        runner.load(package, "tpu", trust=True)


def test_another_number_of_outputs_than_described_is_the_packages_fault(case, tensors):
    runner, package, _ = case
    wrong = type(package)(package.path, package.inputs, (output("only", "first"),), package.weights)
    with (
        runner.load(wrong, "cpu", trust=True) as session,
        pytest.raises(PackageError, match=r"number of outputs.*\(2\).*1 \(only\)"),
    ):
        session.run(tensors)


def test_axes_of_an_output_that_are_not_as_described_are_the_packages_fault(case, tensors):
    runner, package, _ = case
    flat = (output("sum", "first", "byx"), output("rest", "second"))
    wrong = type(package)(package.path, package.inputs, flat, package.weights)
    with (
        runner.load(wrong, "cpu", trust=True) as session,
        pytest.raises(PackageError, match=r"'sum'.*number of axes.*3 axes, byx"),
    ):
        session.run(tensors)


def test_package_without_matching_weights_is_unsupported(case, tmp_path):
    runner, _, weights_format = case
    if weights_format == "fake":
        pytest.skip("the fake stands in for any weights")
    with pytest.raises(UnsupportedError, match="no weights that it can load"):
        runner.load(two_tensor_package(tmp_path), "cpu")
