import numpy as np
import pytest

from deepbacs_zoo.annotations import Box
from deepbacs_zoo.decoding import decode_boxes
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.findings import Severity
from deepbacs_zoo.package.zoo_config import AnchorBoxes
from deepbacs_zoo.tasks import Sample, get_entry, get_method
from deepbacs_zoo.tasks.detection.yolov2 import CLASS_SETS
from deepbacs_zoo.tasks.ground_truth.boxes import BoxTruth

SHAPE = (120, 200)
ENTRY = get_entry("yolov2")


def sample(*boxes, name="annotations/a.xml", channels=1):
    return Sample(name, channels, BoxTruth(tuple(boxes), SHAPE))


def box(name, side=40.0, x=0.0):
    return Box(x, 10.0, x + side, 10.0 + side, name)


def samples(rods=6, cocci=6, **options):
    return [
        sample(*(box("rod", 60, number) for number in range(rods)), **options),
        sample(*(box("coccus", 26, number) for number in range(cocci)), **options),
    ]


def test_classes_anchors_grid_and_channels_come_from_the_training_images():
    choice = ENTRY.choose(samples())
    assert choice.arguments == {
        "classes": ["coccus", "rod"],
        "anchors": [[26.0, 26.0], [60.0, 60.0]],
        "grid": 16,
        "channels": 1,
    }
    assert ENTRY.choose(samples(channels=3)).arguments["channels"] == 3
    task = get_method("yolov2", choice.arguments)
    assert task.annotation == "boxes"
    assert task.grid == task.multiple == 16
    assert task.channels == 1
    assert dict(task.arguments)["anchors"] == ((26.0, 26.0), (60.0, 60.0))
    assert get_method("yolov2", {**choice.arguments, "channels": 3}).channels == 3


def test_named_classes_keep_their_order():
    choice = ENTRY.choose(samples(), classes=("rod", "coccus", "spiral"))
    assert choice.arguments["classes"] == ["rod", "coccus", "spiral"]
    (warning,) = [each for each in choice.findings if each.severity == Severity.WARNING]
    assert warning.id == "class-with-few-examples"
    assert "spiral 0" in warning.sentence()


def test_classes_are_counted_before_training():
    counted, *others = ENTRY.choose(samples(rods=12)).findings
    assert counted.severity == Severity.INFO
    assert counted.id == "training-boxes-counted"
    assert counted.sentence().splitlines() == [
        "2 training images",
        "  coccus       6 boxes in 1 images",
        "  rod         12 boxes in 1 images",
    ]
    assert others == []


def test_rare_and_unbalanced_classes_are_reported():
    (_, rare) = ENTRY.choose(samples(cocci=4)).findings
    assert rare.id == "class-with-few-examples"
    assert "coccus 4" in rare.sentence()
    (_, unbalanced) = ENTRY.choose(samples(rods=66)).findings
    assert unbalanced.id == "classes-unbalanced"
    assert "11 times" in unbalanced.sentence()


@pytest.mark.parametrize(
    ("data", "options", "parts"),
    [
        ([sample(), sample()], {}, ("annotations", "no box")),
        ([sample(box("rod"))], {"classes": ("coccus",)}, ("a.xml", "unknown class", "rod")),
        ([sample(box("rod"), channels=2)], {}, ("a.xml", "2 channels")),
        ([sample(box("rod")), sample(box("rod"), channels=3)], {}, ("first image has 1",)),
    ],
)
def test_what_cannot_be_trained_is_refused(data, options, parts):
    with pytest.raises(DataError) as caught:
        ENTRY.choose(data, **options)
    for part in parts:
        assert part in str(caught.value)


def test_targets_are_what_the_exported_network_should_give():
    task = get_method("yolov2", ENTRY.choose(samples()).arguments)
    truth = BoxTruth((box("rod", 55, 20.0), box("coccus", 22, 130.0)), SHAPE)
    target = task.make_target(truth.content)
    assert target.shape == (len(task.classes), 8, 13)
    settings = task.decode
    assert isinstance(settings, AnchorBoxes)
    found = decode_boxes(settings, target, SHAPE)
    assert {settings.classes[each.class_index] for each in found} == {"rod", "coccus"}
    rod = next(each for each in found if settings.classes[each.class_index] == "rod")
    assert (rod.x0, rod.y0, rod.x1, rod.y1) == pytest.approx((20, 10, 75, 65), abs=1e-3)


def test_the_channels_of_the_output_have_names():
    task = get_method("yolov2", ENTRY.choose(samples()).arguments)
    assert len(set(task.classes)) == len(task.classes) == 14
    assert task.classes[:7] == (
        "x 1",
        "y 1",
        "width 1",
        "height 1",
        "objectness 1",
        "coccus 1",
        "rod 1",
    )
    assert task.outputs[0].axis("x").scale == 16
    assert len(task.outputs[0].description) <= 128  # the format allows no more


def test_boxes_drawn_by_accident_make_no_anchor():
    boxes = [box("rod", 40, number) for number in range(8)]
    choice = ENTRY.choose([sample(*boxes, Box(3, 3, 4, 4, "rod"))])
    assert choice.arguments["anchors"] == [[40.0, 40.0]]
    assert ENTRY.choose([sample(Box(3, 3, 4, 4, "rod"))]).arguments["anchors"] == [[1.0, 1.0]]


def test_the_classes_of_both_published_sets_are_known():
    assert CLASS_SETS["growth-stages"] == ("rod", "dividing", "microcolony")
    assert len(set(CLASS_SETS["antibiotics"])) == 8
    for names in CLASS_SETS.values():
        task = get_method("yolov2", {"classes": names})
        assert task.network_arguments["classes"] == len(names)
        assert np.prod(task.make_target(BoxTruth((), SHAPE)).shape) > 0
