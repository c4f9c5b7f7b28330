import numpy as np
import pytest

from deepbacs_zoo.annotations import Box
from deepbacs_zoo.decoding import decode_boxes
from deepbacs_zoo.package.zoo_config import AnchorBoxes
from deepbacs_zoo.tasks.detection.anchors import (
    choose_anchors,
    choose_grid,
    encode_boxes,
    size_iou,
)


def drawn(random, sizes, count, spread=0.03):
    chosen = np.array(sizes, float)[random.integers(len(sizes), size=count)]
    return chosen * np.exp(random.normal(0, spread, chosen.shape))


def test_sizes_are_compared_as_if_boxes_had_one_centre():
    found = size_iou(np.array([[10.0, 10.0], [4.0, 8.0]]), np.array([[10.0, 5.0], [4.0, 8.0]]))
    assert found == pytest.approx(np.array([[0.5, 0.32], [20 / 62, 1.0]]))


def test_anchors_are_the_usual_sizes_the_smallest_first():
    sizes = drawn(np.random.default_rng(1), [(100, 30), (20, 20), (30, 100)], 300)
    found = choose_anchors(sizes)
    assert np.array(found) == pytest.approx(
        np.array([(20, 20), (30, 100), (100, 30)]), rel=0.05
    ) or np.array(found) == pytest.approx(np.array([(20, 20), (100, 30), (30, 100)]), rel=0.05)
    assert choose_anchors(sizes) == found


def test_boxes_of_one_size_need_one_anchor_and_various_ones_at_most_five():
    random = np.random.default_rng(2)
    assert choose_anchors(drawn(random, [(40, 20)], 50, spread=0.001)) == ((40.0, 20.0),)
    assert choose_anchors(np.array([[7.0, 9.0]])) == ((7.0, 9.0),)
    assert choose_anchors(np.array([[7.0, 9.0]] * 8)) == ((7.0, 9.0),)
    assert len(choose_anchors(np.exp(random.uniform(2, 6, (400, 2))))) == 5


@pytest.mark.parametrize(
    ("sides", "grid"),
    [({"a": 200.0, "b": 40.0}, 16), ({"a": 60.0, "b": 14.0}, 8), ({"a": 9.0}, 4), ({"a": 3.0}, 4)],
)
def test_the_grid_is_as_coarse_as_the_smallest_class_allows(sides, grid):
    boxes = [Box(0, 0, side, 2 * side, name) for name, side in sides.items() for _ in range(5)]
    assert choose_grid(boxes) == grid
    assert choose_grid([*boxes, Box(0, 0, 1, 1, "rare")]) == grid  # one odd box says little
    assert choose_grid([Box(0, 0, 30, 30, "rare")]) == 16


CLASSES = ("coccus", "rod")
ANCHORS = ((20.0, 20.0), (60.0, 20.0), (20.0, 60.0))
SETTINGS = AnchorBoxes("boxes", classes=CLASSES, anchors=len(ANCHORS), grid=16)


def spread_boxes(random, count=12, size=(200, 330)):
    """Boxes on a raster, none over another."""
    boxes = []
    places = [(y, x) for y in range(3) for x in range(5)]
    for y, x in (places[index] for index in random.permutation(len(places))[:count]):
        width, height = random.uniform(10, 60, 2)
        y0, x0 = y * 65 + random.uniform(0, 64 - height), x * 65 + random.uniform(0, 64 - width)
        name = CLASSES[int(random.integers(2))]
        boxes.append(Box(x0, y0, x0 + width, y0 + height, name))
    assert all(box.x1 <= size[1] and box.y1 <= size[0] for box in boxes)
    return boxes


@pytest.mark.parametrize("seed", range(5))
def test_decoding_gives_encoded_boxes_back(seed):
    boxes = spread_boxes(np.random.default_rng(seed))
    tensor = encode_boxes(boxes, (200, 330), CLASSES, ANCHORS, 16)
    assert tensor.shape == (3 * 7, 13, 21)
    assert tensor.dtype == np.float32
    found = decode_boxes(SETTINGS, tensor, (200, 330))
    as_rows = lambda each: (each[4], *(round(value, 3) for value in each[:4]))  # noqa: E731
    expected = sorted(as_rows((b.x0, b.y0, b.x1, b.y1, CLASSES.index(b.name))) for b in boxes)
    decoded = sorted(as_rows((b.x0, b.y0, b.x1, b.y1, b.class_index)) for b in found)
    assert np.array(decoded) == pytest.approx(np.array(expected), abs=2e-3)
    assert {box.score for box in found} == {1.0}


def test_a_box_is_the_business_of_the_anchor_most_like_it():
    boxes = [Box(0, 0, 50, 20, "rod"), Box(100, 0, 118, 55, "coccus")]
    tensor = encode_boxes(boxes, (64, 128), CLASSES, ANCHORS, 16).reshape(3, 7, 4, 8)
    assert np.argwhere(tensor[:, 4]).tolist() == [[1, 0, 1], [2, 1, 6]]
    assert tensor[1, :, 0, 1].tolist() == pytest.approx([0.5625, 0.625, 50, 20, 1, 0, 1])


def test_of_boxes_in_one_cell_each_gets_an_anchor_while_there_are_some():
    boxes = [Box(30 - half, 30 - half, 30 + half, 30 + half, "rod") for half in (9, 10, 11, 12)]
    tensor = encode_boxes(boxes, (64, 64), CLASSES, ANCHORS, 16).reshape(3, 7, 4, 4)
    assert tensor[:, 4].sum() == 3
    assert tensor[:, 2, 1, 1].tolist() == [18, 20, 22]


def test_a_centre_on_the_last_edge_lies_in_the_last_cell():
    tensor = encode_boxes([Box(56, 24, 72, 40, "rod")], (32, 64), CLASSES, ANCHORS, 16)
    assert np.argwhere(tensor.reshape(3, 7, 2, 4)[:, 4]).tolist() == [[0, 1, 3]]
    assert tensor.reshape(3, 7, 2, 4)[0, :2, 1, 3].tolist() == [1.0, 1.0]
