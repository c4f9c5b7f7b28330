import pytest

from deepbacs_zoo.cli.spelling import on_command_line
from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.options import Bytes, Option, in_python, spell


@pytest.mark.parametrize(
    ("option", "python", "command_line"),
    [
        (Option("pixel_size"), "pixel_size", "--pixel-size"),
        (Option("border", "halo"), "border='halo'", "--border halo"),
        (Option("overwrite", True), "overwrite=True", "--overwrite"),
        (Option("memory", Bytes(2**20 + 1)), "memory=1048577", "--memory 2MiB"),
        (Option("pretrained"), "pretrained", "--from"),
        (Option("consumer", "deepimagej"), "consumer='deepimagej'", "--for deepimagej"),
    ],
)
def test_each_interface_writes_an_option_its_own_way(option, python, command_line):
    assert in_python(option) == python
    assert on_command_line(option) == command_line


def test_a_text_keeps_the_order_of_its_parts_and_options():
    text = "use " + Option("a") + " or " + (Option("b", 1) + "!")
    assert spell(text, on_command_line) == "use --a or --b 1!"
    assert str(text) == "use a or b=1!"


def test_an_error_is_written_by_each_interface_from_the_same_parts():
    error = UsageError(
        Option("memory"), "too little", allowed="more", hint="raise " + Option("memory"), value=1
    )
    assert str(error) == "memory: too little (1); allowed: more; raise memory."
    sentence = error.sentence(on_command_line)
    assert sentence == "--memory: too little (1); allowed: more; raise --memory."
