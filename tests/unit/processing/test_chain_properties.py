"""Properties of processing on tensors drawn by hypothesis."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from deepbacs_zoo.processing import apply, fit
from deepbacs_zoo.tensors import Step

TENSORS = arrays(
    np.uint16,
    st.tuples(st.just(1), st.integers(1, 3), st.integers(1, 9), st.integers(1, 9)),
    elements=st.integers(0, 65535),
)
PER_SAMPLE = (
    Step("zero_mean_unit_variance", {"axes": "cyx"}),
    Step("scale_range", {"axes": "cyx", "min_percentile": 1, "max_percentile": 99.8}),
)


@pytest.mark.parametrize("step", PER_SAMPLE, ids=lambda step: step.name)
@given(tensor=TENSORS, cut=st.tuples(st.integers(0, 8), st.integers(0, 8)))
def test_a_crop_by_the_whole_tensors_statistics_is_the_crop_of_the_whole(step, tensor, cut):
    top, left = (min(at, size - 1) for at, size in zip(cut, tensor.shape[2:], strict=True))
    fitted = fit([step], tensor, "bcyx")
    np.testing.assert_array_equal(
        fitted(tensor[:, :, top:, left:]), apply([step], tensor, "bcyx")[:, :, top:, left:]
    )


@given(tensor=TENSORS)
def test_axes_may_come_in_any_order(tensor):
    step = PER_SAMPLE[0]
    moved = apply([step], np.moveaxis(tensor, 1, -1), "byxc")
    np.testing.assert_allclose(
        np.moveaxis(moved, -1, 1), apply([step], tensor, "bcyx"), rtol=1e-6, atol=1e-6
    )


@given(tensor=TENSORS)
def test_scale_range_without_percentiles_gives_zero_to_one(tensor):
    found = apply([Step("scale_range", {"axes": "cyx"})], tensor, "bcyx")
    assert found.dtype == np.float32
    assert found.min() >= 0
    assert found.max() <= 1


@given(tensor=TENSORS, gain=st.floats(-4, 4, width=32), offset=st.floats(-100, 100, width=32))
def test_steps_do_not_change_the_tensor_that_they_are_given(tensor, gain, offset):
    before = tensor.copy()
    apply([Step("scale_linear", {"gain": gain, "offset": offset}), *PER_SAMPLE], tensor, "bcyx")
    np.testing.assert_array_equal(tensor, before)
