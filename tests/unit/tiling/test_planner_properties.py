"""Properties of every plan, on sizes, rules and budgets drawn by hypothesis."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from deepbacs_zoo.errors import HostError, PackageError
from deepbacs_zoo.tensors import FreeSize, SteppedSize
from deepbacs_zoo.tiling import AxisRule, plan

SIZES = st.one_of(
    st.builds(SteppedSize, st.integers(1, 32), st.sampled_from([1, 2, 4, 8, 16])),
    st.builds(FreeSize, st.integers(1, 16)),
)
RULES = st.builds(AxisRule, SIZES, st.integers(0, 12), st.sampled_from([0.5, 1.0, 2.0]))


@given(
    st.lists(st.tuples(st.integers(1, 200), RULES), min_size=1, max_size=2),
    st.integers(64, 20_000),
    st.sampled_from(["none", "halo"]),
)
def test_every_pixel_of_the_output_is_written_once_by_tiles_that_fit_the_budget(
    axes, budget, border
):
    shape, rules = zip(*axes, strict=True)
    try:
        planned = plan(shape, rules, budget=budget, peak_bytes_per_pixel=1.0, border=border)
    except (HostError, PackageError):
        return  # no tile fits, or its halo leaves nothing
    assert np.prod(planned.tile_shape) <= budget
    written = np.zeros(planned.padded_output_shape, np.int64)
    for tile in planned.tiles:
        kept = tuple(part.stop - part.start for part in tile.keep)
        assert kept == tuple(part.stop - part.start for part in tile.write)
        written[tile.write] += 1
    assert (written == 1).all()
    cropped = written[planned.crop].shape
    assert cropped == planned.output_shape
    assert planned.processed >= np.prod(planned.padded_shape)
    assert all(padded >= size for padded, size in zip(planned.padded_shape, shape, strict=True))


@given(st.integers(1, 300), RULES, st.integers(64, 20_000))
def test_inner_seams_lie_at_least_the_halo_away_from_a_tiles_edges(size, rule, budget):
    try:
        planned = plan((size,), (rule,), budget=budget, peak_bytes_per_pixel=1.0)
    except (HostError, PackageError):
        return
    halo = int(np.ceil(rule.halo * rule.scale))
    length = rule.out(planned.tile_shape[0])
    for number, tile in enumerate(planned.tiles):
        if number > 0:
            assert tile.keep[0].start >= halo
        if number < len(planned.tiles) - 1:
            assert length - tile.keep[0].stop >= halo
