"""Movies and stacks with a label image for each plane."""

import numpy as np
import pytest
import tifffile

from deepbacs_zoo.annotations import LabelOptions, Pair, read_annotated, read_label_pairs
from deepbacs_zoo.annotations.kinds import KINDS
from deepbacs_zoo.errors import DataError

SIZE = (20, 30)


def labels(*numbers):
    plane = np.zeros(SIZE, np.uint16)
    for row, number in enumerate(numbers):
        plane[2 + 6 * row : 6 + 6 * row, 4:20] = number
    return plane


MOVIE = np.stack([labels(1, 2, 3), labels(1, 3), labels(), labels(3, 7)])


def written(path, array, axes=None):
    options = {"imagej": True, "metadata": {"axes": axes}} if axes else {}
    tifffile.imwrite(path, array, photometric="minisblack", **options)
    return path


def pair_of(folder, image, truth, axes="TYX", truth_axes="TYX"):
    return Pair(
        "movie",
        written(folder / "movie.tif", image, axes),
        written(folder / "labels.tif", truth, truth_axes),
    )


def images_of(movie):
    return (movie * 100 + np.arange(len(movie), dtype=np.uint16)[:, None, None]).astype(np.uint16)


def test_frames_are_images_of_their_own(tmp_path):
    found = list(read_label_pairs([pair_of(tmp_path, images_of(MOVIE), MOVIE)]))
    assert [each.pair.name for each in found] == [f"movie_t00{t}" for t in (1, 2, 3, 4)]
    assert [(each.pair.t, each.pair.z) for each in found] == [(t, None) for t in range(4)]
    for t, each in enumerate(found):
        assert each.image.data.shape == (1, 1, 1, *SIZE)
        np.testing.assert_array_equal(each.image.data.values[0, 0, 0], images_of(MOVIE)[t])
        np.testing.assert_array_equal(each.annotation.labels > 0, MOVIE[t] > 0)
        assert each.image.stem == each.pair.name
    assert [each.annotation.labels.max() for each in found] == [3, 2, 0, 2]
    assert found[3].annotation.numbers == (3, 7)
    # A number follows an object through the frames: that it is not in all of them is no gap.
    assert [each.annotation.findings[:1] for each in found if each.annotation.labels.any()] == [
        (),
        (),
        (),
    ]
    (finding,) = found[2].annotation.findings
    assert finding.id == "image-without-object"
    assert "movie_t003" in finding.where


def test_one_plane_is_read_where_the_pair_names_it(tmp_path):
    pair = pair_of(tmp_path, images_of(MOVIE), MOVIE)
    third = Pair("movie_t004", pair.source, pair.target, t=3)
    (found,) = read_label_pairs([third])
    assert found.pair == third
    np.testing.assert_array_equal(found.image.data.values[0, 0, 0], images_of(MOVIE)[3])


@pytest.mark.parametrize(
    ("axes", "truth_axes"),
    [("ZYX", "ZYX"), ("TYX", "ZYX"), ("TYX", None), ("TYX", "CYX"), ("ZYX", "TYX")],
)
def test_the_axis_of_a_label_movie_may_have_another_name(axes, truth_axes, tmp_path):
    found = list(read_label_pairs([pair_of(tmp_path, images_of(MOVIE), MOVIE, axes, truth_axes)]))
    axis = axes[0].lower()
    assert [each.pair.name for each in found] == [f"movie_{axis}00{n}" for n in (1, 2, 3, 4)]
    for plane, each in zip(MOVIE, found, strict=True):
        np.testing.assert_array_equal(each.annotation.labels > 0, plane > 0)


def test_a_movie_of_stacks_has_both_in_its_names(tmp_path):
    both = MOVIE.reshape(2, 2, *SIZE)
    images = images_of(MOVIE).reshape(both.shape)
    found = list(read_label_pairs([pair_of(tmp_path, images, both, "TZYX", "TZYX")]))
    assert [each.pair.name for each in found] == [
        f"movie_t00{t}_z00{z}" for t in (1, 2) for z in (1, 2)
    ]
    np.testing.assert_array_equal(found[2].image.data.values[0, 0, 0], images[1, 0])


@pytest.mark.parametrize(
    ("image", "truth", "words"),
    [
        (MOVIE, MOVIE[:3], "3 frames against 4 frames"),
        (MOVIE, MOVIE[0], "one plane against 4 frames"),
        (MOVIE[0], MOVIE, "4 frames against one plane"),
    ],
)
def test_other_numbers_of_planes_are_one_sentence(image, truth, words, tmp_path):
    axes = ["TYX" if each.ndim == 3 else "YX" for each in (image, truth)]
    with pytest.raises(DataError, match=words) as caught:
        list(read_label_pairs([pair_of(tmp_path, image, truth, *axes)]))
    assert "its planes are not those of movie.tif" in str(caught.value)


def test_masks_of_a_movie_are_masks_by_all_of_its_frames(tmp_path):
    movie = np.stack([labels(1, 1), labels(), labels(1, 2)])
    found = list(read_label_pairs([pair_of(tmp_path, movie, movie)]))
    assert [each.annotation.labels.max() for each in found] == [1, 0, 2]
    movie = np.minimum(movie, 1)
    found = list(read_label_pairs([pair_of(tmp_path, movie, movie)]))
    assert [each.annotation.labels.max() for each in found] == [2, 0, 2]
    assert [[each.id for each in frame.annotation.findings] for frame in found] == [
        ["two-values-as-mask"],
        ["image-without-object"],
        [],
    ]


def test_boxes_around_the_labels_of_a_movie(tmp_path):
    pair = pair_of(tmp_path, images_of(MOVIE), MOVIE)
    found = list(KINDS["boxes"].read([pair], ["cell"], LabelOptions()))
    assert [len(each.annotation.boxes) for each in found] == [3, 2, 0, 2]
    assert found[0].image.data.sizes["t"] == 1


def test_a_movie_is_no_single_image(tmp_path):
    with pytest.raises(DataError, match="4 planes"):
        read_annotated(pair_of(tmp_path, images_of(MOVIE), MOVIE))


def test_each_file_is_read_once(tmp_path, monkeypatch):
    from deepbacs_zoo.annotations import pairs

    read, opened = pairs.read_image, []
    monkeypatch.setattr(
        pairs, "read_image", lambda path, *part: opened.append(path) or read(path, *part)
    )
    pair = pair_of(tmp_path, images_of(MOVIE), MOVIE)
    frames = [each.pair for each in read_label_pairs([pair])]
    assert len(list(read_label_pairs(frames))) == 4
    assert opened == [pair.source, pair.source]
