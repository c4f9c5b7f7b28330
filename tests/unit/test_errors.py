import pickle

import pytest

from deepbacs_zoo import errors


def every_error():
    return [each for name in errors.__all__ if isinstance(each := getattr(errors, name), type)]


def test_every_error_stands_in_the_tree_drawn_at_the_top():
    for kind in every_error():
        assert kind.__name__ in errors.__doc__
        assert issubclass(kind, errors.DeepbacsZooError)


def test_a_name_that_no_table_holds_is_refused_with_those_that_it_does():
    assert errors.look_up({"a": 1, "b": 2}, "b", "run.json: method", "method") == 2
    with pytest.raises(errors.UsageError) as caught:
        errors.look_up({"a": 1, "b": 2}, "c", "run.json: method", "method")
    expected = "run.json: method: no method has this name (c); allowed: a, b; choose one of these."
    assert str(caught.value) == expected


@pytest.mark.parametrize("kind", every_error())
def test_a_message_is_one_sentence_with_place_value_allowed_and_hint(kind):
    error = kind("a.tif", "has the wrong size", value="3x4", allowed="5x6", hint="crop it")
    assert str(error) == "a.tif: has the wrong size (3x4); allowed: 5x6; crop it."


@pytest.mark.parametrize("kind", every_error())
def test_an_error_survives_pickling(kind):
    error = kind("a.tif", "bad", value=3, allowed="4", hint="try 4")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert str(again) == str(error)
    assert again.value == 3


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.UsageError, 2),
        (errors.MissingExtraError, 2),
        (errors.HostError, 2),
        (errors.OutputExistsError, 2),
        (errors.DataError, 1),
        (errors.PackageError, 1),
        (errors.IntegrityError, 1),
        (errors.UnsupportedError, 1),
        (errors.MacroError, 1),
        (errors.ModelError, 1),
    ],
)
def test_exit_codes_tell_bad_data_from_bad_usage(kind, code):
    assert kind.exit_code == code


def test_a_missing_extra_names_the_extra_and_the_command():
    error = errors.MissingExtraError.of("train", "torch", "deepbacs-zoo train")
    for part in ("deepbacs-zoo train", "torch", "'train'", "pip install 'deepbacs_zoo[train]'"):
        assert part in str(error)


def test_a_macro_error_keeps_its_log_through_pickling():
    error = errors.MacroError("Macro", "stopped", allowed="a", hint="b", log="line 1")
    assert pickle.loads(pickle.dumps(error)).log == "line 1"
