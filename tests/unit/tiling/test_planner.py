from __future__ import annotations

import itertools
import math
import random

import numpy as np
import pytest

from deepbacs_zoo.errors import DataError, HostError, PackageError, UnsupportedError
from deepbacs_zoo.options import Bytes, Option
from deepbacs_zoo.tensors import FixedSize, FreeSize, SteppedSize
from deepbacs_zoo.tiling import AxisRule, plan
from tests.each import each

MIB = 2**20
UNET = SteppedSize(16, 16)


def square(side, rule, budget=4096 * MIB, **more):
    return plan((side, side), (rule, rule), budget=budget, peak_bytes_per_pixel=1000, **more)


def random_case(seed):
    rng = random.Random(seed)
    dimensions = rng.choice((1, 2, 2, 2, 3))
    scale = rng.choice((1.0, 1.0, 1.0, 2.0, 0.5, 0.25, 1.5, 1 / 3, 4 / 3))
    rules, shape = [], []
    for _ in range(dimensions):
        halo = rng.choice((0, 0, 3, 8, 17))
        kind = rng.randrange(4)
        if kind == 0:
            size = FixedSize(rng.randrange(2 * halo + 24, 160))
        elif kind == 1:
            size = FreeSize(rng.randrange(1, 40))
        else:
            size = SteppedSize(rng.randrange(1, 40), rng.choice((1, 2, 4, 8, 16, 10)))
        offset = rng.choice((0.0, 0.0, 0.0, 2.0)) if scale >= 1 else 0.0
        rules.append(AxisRule(size, halo, scale, offset))
        shape.append(rng.randrange(1, {1: 2000, 2: 400, 3: 90}[dimensions]))
    budget = int(10 ** rng.uniform(2 * dimensions, 2.3 * dimensions + 1))
    return tuple(shape), rules, budget, rng.choice(("none", "halo"))


def solved(seed):
    shape, rules, budget, border = random_case(seed)
    found, budget = planned(shape, rules, budget, border=border)
    return found, rules, budget


def planned(shape, rules, budget, **more):
    """Plan with the budget drawn, or twice that until the smallest tile fits."""
    try:
        return plan(shape, rules, budget=budget, peak_bytes_per_pixel=1, **more), budget
    except HostError:
        return planned(shape, rules, 2 * budget, **more)


@each("seed", range(400))
def test_random_plans_hold_their_promises(seed):
    found, rules, budget = solved(seed)
    written = np.zeros(found.padded_output_shape, dtype=int)
    for tile in found.tiles:
        written[tile.write] += 1
        for axis, rule in enumerate(rules):
            read, keep, write = tile.read[axis], tile.keep[axis], tile.write[axis]
            assert 0 <= read.start < read.stop <= found.padded_shape[axis]
            assert read.stop - read.start == found.tile_shape[axis]
            assert 0 <= keep.start < keep.stop <= rule.out(found.tile_shape[axis])
            assert keep.stop - keep.start == write.stop - write.start
            # A pixel of the tile's output lies where the whole image's output has it.
            assert read.start * rule.scale == pytest.approx(write.start - keep.start)
            if isinstance(rule.size, SteppedSize):
                assert read.start % rule.size.step == 0
            halo = rule.halo * rule.scale - 1e-9
            assert read.start == 0 or keep.start >= halo
            end = rule.out(found.tile_shape[axis])
            assert read.stop == found.padded_shape[axis] or keep.stop <= end - halo
    assert (written == 1).all()
    assert math.prod(found.tile_shape) <= budget
    assert found.processed == math.prod(found.tile_shape) * len(found.tiles)
    assert found.needed == math.prod(found.image_shape)


@each("seed", range(400))
def test_random_tiles_have_valid_sizes_and_cover_the_image(seed):
    found, rules, _ = solved(seed)
    for axis, rule in enumerate(rules):
        size, tile = rule.size, found.tile_shape[axis]
        if isinstance(size, FixedSize):
            assert tile == size.value
        else:
            assert tile >= size.min
        if isinstance(size, SteppedSize):
            assert (tile - size.min) % size.step == 0
        assert found.before[axis] + found.image_shape[axis] <= found.padded_shape[axis]
        assert found.after[axis] >= 0
        crop = found.crop[axis]
        assert 0 <= crop.start < crop.stop <= found.padded_output_shape[axis]
        assert crop.stop - crop.start == found.output_shape[axis]


@each("seed", range(60))
def test_no_fitting_combination_processes_clearly_less(seed):
    shape, rules, budget, _ = random_case(seed + 5000)
    shape, rules = shape[:2], [AxisRule(SteppedSize(8, 8), rule.halo) for rule in rules[:2]]
    found, budget = planned(shape, rules, budget)
    sizes = [range(8, padded + 1, 8) for padded in found.padded_shape]
    best = min(
        math.prod(
            tile * tiles_needed(padded, tile, rule.halo)
            for padded, tile, rule in zip(found.padded_shape, tiles, rules, strict=True)
        )
        for tiles in itertools.product(*sizes)
        if math.prod(tiles) <= budget
    )
    assert best <= found.processed <= 1.02 * best


def tiles_needed(padded, tile, halo):
    """Count tiles by laying one after the other, each as far on as the halo allows."""
    if tile == padded:
        return 1
    stride = (tile - 2 * halo) // 8 * 8
    if stride <= 0:
        return 10**6
    count, end = 1, tile
    while end < padded:
        count, end = count + 1, end + stride
    return count


def test_image_that_fits_is_one_pass_padded_at_its_end_only():
    found = square(1000, AxisRule(UNET, 32))
    assert found.whole
    assert found.padded_shape == (1008, 1008)
    assert found.before == (0, 0)
    assert found.after == (8, 8)
    assert found.cost == pytest.approx(1.016, abs=1e-3)


def test_valid_size_is_not_padded_whatever_the_halo():
    found = square(512, AxisRule(UNET, 96))
    assert (found.whole, found.padded_shape, found.cost) == (True, (512, 512), 1.0)


def test_border_halo_pads_all_round_and_crops_the_output():
    found = square(512, AxisRule(UNET, 20), border="halo")
    assert found.padded_shape == (560, 560)
    assert found.before == (20, 20)
    assert found.crop == (slice(20, 532), slice(20, 532))
    assert found.output_shape == (512, 512)


def test_fixed_network_takes_a_smaller_image_in_one_mirrored_pass():
    found = square(400, AxisRule(FixedSize(512), 32))
    assert found.whole
    assert found.after == (112, 112)
    assert found.output_shape == (400, 400)


def test_fixed_network_cuts_a_larger_image_without_padding_it():
    found = square(1000, AxisRule(FixedSize(512), 32))
    assert found.padded_shape == (1000, 1000)
    assert found.tile_shape == (512, 512)
    assert len(found.tiles) == 9


def test_squares_are_preferred_to_thousand_stripes_without_a_halo():
    found = square(5000, AxisRule(UNET, 0), budget=512 * MIB)
    assert found.tile_shape[0] == found.tile_shape[1]
    assert found.cost < 1.02


def test_enlarging_network_writes_twice_the_pixels():
    found = square(100, AxisRule(SteppedSize(16, 4), 6, 2.0), budget=3 * MIB)
    assert not found.whole
    assert found.output_shape == (200, 200)
    assert all(tile.write[0].start % 1 == 0 for tile in found.tiles)


def test_halo_is_rounded_up_to_whole_output_pixels():
    found = square(256, AxisRule(UNET, 17, 0.5), border="halo")
    assert found.before == (18, 18)
    assert found.crop[0] == slice(9, 9 + 128)


def test_odd_image_on_a_grid_of_two_has_the_specified_output_size():
    assert square(101, AxisRule(UNET, 0, 0.5)).output_shape == (50, 50)


def test_further_output_shares_the_tiles_and_has_its_own_seams():
    rule, half = AxisRule(UNET, 8), AxisRule(UNET, 8, 0.5)
    found = square(300, rule, budget=15 * MIB, others=[(half, half)])
    other = found.towards((half, half))
    assert other.output_shape == (150, 150)
    assert [tile.read for tile in other.tiles] == [tile.read for tile in found.tiles]
    written = np.zeros(other.padded_output_shape, dtype=int)
    for tile in other.tiles:
        written[tile.write] += 1
    assert (written == 1).all()


def test_further_input_of_half_size_is_read_in_step():
    rule, half = AxisRule(UNET, 8), AxisRule(UNET, 0, 0.5)
    found = square(300, rule, budget=15 * MIB, others=[(half, half)])
    for tile, read in zip(found.tiles, found.reads_of((half, half)), strict=True):
        assert read[0] == slice(tile.read[0].start // 2, tile.read[0].stop // 2)


def test_budget_below_the_smallest_tile_names_the_number_that_works():
    rule = AxisRule(SteppedSize(256, 16), 32)
    with pytest.raises(HostError) as caught:
        square(1000, rule, budget=10 * MIB)
    assert caught.value.value == "10 MiB"
    assert caught.value.allowed == "at least 63 MiB"
    assert Option("memory", Bytes(63 * 2**20)) in caught.value.hint.parts
    assert square(1000, rule, budget=63 * MIB).tile_shape == (256, 256)


def test_halo_that_eats_the_fixed_tile_is_the_packages_fault():
    with pytest.raises(PackageError) as caught:
        square(600, AxisRule(FixedSize(64), 32))
    assert "halo 32" in str(caught.value.value)
    assert "below 32" in caught.value.allowed


@pytest.mark.parametrize(
    ("size", "border"), [(FixedSize(64), "none"), (FreeSize(1, 64), "none"), (UNET, "halo")]
)
def test_scale_that_is_no_fraction_is_not_cut(size, border):
    with pytest.raises(UnsupportedError, match=r"0\.707107.*border='none'"):
        square(100, AxisRule(size, 2, 0.7071067811), border=border)


def test_scale_that_is_no_fraction_passes_whole():
    found = square(96, AxisRule(UNET, 2, 0.7071067811))
    assert (found.whole, found.output_shape) == (True, (67, 67))


def test_image_that_the_network_eats_up_is_refused():
    with pytest.raises(DataError) as caught:
        square(100, AxisRule(UNET, 0, 1.0, -184))
    assert caught.value.allowed == "more than 184 pixels"


@pytest.mark.parametrize(("halo", "scale"), [(-1, 1.0), (0, 0.0)])
def test_impossible_rule_is_refused(halo, scale):
    with pytest.raises(PackageError, match="allowed: halo >= 0"):
        AxisRule(UNET, halo, scale)


def test_planning_a_huge_volume_takes_no_time():
    rule = AxisRule(FreeSize(1), 10)
    found = plan((300, 1999, 2001), (rule,) * 3, budget=1024 * MIB, peak_bytes_per_pixel=1000)
    assert found.cost < 3
