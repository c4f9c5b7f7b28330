import math

import pytest

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.prediction import PredictOptions


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("border", "wide"),
        ("rescale", "always"),
        ("memory", 0),
        ("memory", -1),
        ("pixel_size", 0.0),
        ("pixel_size", -0.1),
        ("pixel_size", math.nan),
        ("pixel_size", math.inf),
    ],
)
def test_a_value_that_an_option_does_not_have_is_refused_by_its_name(name, value):
    with pytest.raises(UsageError) as caught:
        PredictOptions(**{name: value})
    assert str(caught.value.where) == name
    assert caught.value.value is value
