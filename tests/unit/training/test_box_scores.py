import pytest

from deepbacs_zoo.annotations import Box
from deepbacs_zoo.tasks import get_method
from deepbacs_zoo.tasks.ground_truth.boxes import BoxTruth
from deepbacs_zoo.training.kinds import kind_of

SHAPE = (64, 96)
TASK = get_method("yolov2", {"classes": ("coccus", "rod"), "anchors": ((20.0, 20.0),)})
TRUE = (Box(5, 5, 27, 24, "coccus"), Box(50, 35, 75, 58, "rod"))


def scores_of(*images):
    """Return measures of images, each given by true and found boxes."""
    scores = kind_of(TASK).scores(TASK)
    for true, found in images:
        scores.add(TASK.make_target(BoxTruth(found, SHAPE)), BoxTruth(true, SHAPE))
    return scores.measures()


def test_what_is_all_right_has_full_marks():
    assert scores_of((TRUE, TRUE), ((), ())) == {
        "map_50": pytest.approx(1.0),
        "recall": 1.0,
        "precision": 1.0,
        "count_error": 0.0,
    }


def test_a_missed_box_and_one_of_a_wrong_class_count():
    wrong = (Box(5, 5, 27, 24, "rod"),)
    found = scores_of((TRUE, wrong), (TRUE[:1], TRUE[:1]))
    assert found["recall"] == pytest.approx(1 / 3)
    assert found["precision"] == pytest.approx(1 / 2)
    assert found["count_error"] == pytest.approx((1 + 0 + 0 + 0) / 4)  # a rod for a rod elsewhere
    assert 0 < found["map_50"] < 1


def test_nothing_found_is_nothing_right():
    assert scores_of((TRUE, ())) == {
        "map_50": 0.0,
        "recall": 0.0,
        "precision": 0.0,
        "count_error": 1.0,
    }
    assert scores_of(((), ()))["map_50"] == 0.0
