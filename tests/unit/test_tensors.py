import pytest

from deepbacs_zoo.axes import axis_name
from deepbacs_zoo.tensors import Axis, FixedSize, FreeSize, ReferencedSize, SteppedSize, TensorSpec


@pytest.mark.parametrize(("size", "fitted"), [(1, 16), (16, 16), (17, 24), (24, 24), (97, 104)])
def test_a_stepped_size_is_rounded_up_to_the_next_valid_one(size, fitted):
    assert SteppedSize(16, 8).fit(size) == fitted


@pytest.mark.parametrize(
    ("scale", "offset", "size", "expected"),
    [(2, 0, 5, 10), (0.5, 0, 5, 2), (1, -4, 10, 6), (0.3 / 0.1, 0, 7, 21), (0.5, 0.5, 5, 3)],
)
def test_a_referenced_size_is_floored_without_losing_a_pixel(scale, offset, size, expected):
    assert ReferencedSize("input", "x", scale, offset).of(size) == expected


def test_a_tensor_finds_its_axes_by_name():
    tensor = TensorSpec(
        "raw",
        (
            Axis("b", "batch", FreeSize()),
            Axis("c", "channel", FixedSize(3)),
            Axis("y", "y", SteppedSize(16, 8)),
            Axis("x", "x", SteppedSize(16, 8)),
        ),
    )
    assert tensor.axis_names == "bcyx"
    assert [axis.name for axis in tensor.space] == ["y", "x"]
    assert tensor.size_of("c") == 3
    assert tensor.size_of("y") is None
    with pytest.raises(KeyError):
        tensor.axis("z")


def test_names_of_axis_types():
    assert [axis_name(kind, "any") for kind in ("batch", "index", "time", "channel")] == list(
        "bitc"
    )
    assert axis_name("space", "z") == "z"
    with pytest.raises(KeyError):
        axis_name("space", "depth")
