import numpy as np
import pytest

from deepbacs_zoo.metrics import bootstrap, bootstrap_many, bootstrap_sums


def mean(values):
    return float(values.mean())


def test_the_interval_of_a_mean_is_that_of_theory():
    values = np.random.default_rng(0).normal(5, 2, 400)
    low, high = bootstrap(values, mean)
    half = 1.96 * values.std() / np.sqrt(400)
    assert low == pytest.approx(values.mean() - half, abs=0.03)
    assert high == pytest.approx(values.mean() + half, abs=0.03)


def test_the_same_values_and_seed_give_the_same_interval():
    values = np.arange(10.0)
    assert bootstrap(values, mean) == bootstrap(values, mean)
    assert bootstrap(values**1.5, mean, seed=1) != bootstrap(values**1.5, mean)


def test_whole_rows_are_drawn():
    rows = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]])
    low, high = bootstrap(rows, lambda drawn: float(drawn[:, 1].sum() / drawn[:, 0].sum()))
    assert low == high == 10


def test_resamples_without_a_value_are_left_out():
    rows = np.array([0.0, 1.0, 1.0])
    low, high = bootstrap(rows, lambda drawn: float("nan") if not drawn.any() else 1.0)
    assert (low, high) == (1.0, 1.0)
    assert np.isnan(bootstrap(rows, lambda drawn: float("nan"))).all()


def test_no_image_has_no_interval():
    with pytest.raises(ValueError, match="at least one"):
        bootstrap(np.empty(0), mean)


def test_sums_over_all_resamples_at_once_give_the_same_interval():
    rows = np.random.default_rng(1).integers(0, 9, (7, 2, 3)).astype(float)
    low, high = bootstrap_sums(rows, lambda sums: sums[:, 0] / sums.sum(axis=1))
    one, other = bootstrap_many(rows, lambda drawn: drawn.sum(0)[0] / drawn.sum((0, 1)))
    assert low == pytest.approx(one)
    assert high == pytest.approx(other)
    assert low.shape == (3,)
    assert (low[1], high[1]) == pytest.approx(
        bootstrap(rows, lambda drawn: drawn[:, 0, 1].sum() / drawn[..., 1].sum())
    )
    with pytest.raises(ValueError, match="at least one"):
        bootstrap_sums(rows[:0], np.sum)
