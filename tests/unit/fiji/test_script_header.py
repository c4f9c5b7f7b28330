import pytest

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.fiji.gateways.script_header import has_parameters, read_header


def only(line):
    (found,), _ = read_header(line)
    return found


@pytest.mark.parametrize(
    ("line", "name", "kind", "attributes"),
    [
        ("#@ String name", "name", "String", {}),
        ("#@String name", "name", "String", {}),
        ("#@ java.io.File  path ", "path", "File", {}),
        ("#@ Integer(value=3) n", "n", "int", {"value": "3"}),
        ("#@ Integer n (value=3)", "n", "int", {"value": "3"}),
        ("#@ FLOAT x", "x", "float", {}),
        ("#@ Number x", "x", "double", {}),
        ("#@ ij.ImagePlus imp", "imp", "ImagePlus", {}),
        ("#@ ColorRGB c", "c", "String", {}),
        ("#@ File[] (style='files') paths", "paths", "File[]", {"style": "files"}),
        (
            '#@ String (label="a (b), c", choices={"x, y", "z" , w}, persist=false) s',
            "s",
            "String",
            {"label": "a (b), c", "choices": ["x, y", "z", "w"], "persist": "false"},
        ),
        (r'#@ String (value="say \"hi\"\n", min=-1) s', "s", "String",
         {"value": 'say "hi"\n', "min": "-1"}),
        ("#@ String (visibility=ItemVisibility.MESSAGE) s", "s", "String",
         {"visibility": "ItemVisibility.MESSAGE"}),
    ],
)  # fmt: skip
def test_lines_are_read_as_scijava_does(line, name, kind, attributes):
    found = only(line)
    assert (found.name, found.kind, found.attributes) == (name, kind, attributes)
    assert found.is_input
    assert not found.is_output


@pytest.mark.parametrize(
    ("line", "kind", "ways"),
    [
        ("#@output x", "Object", (False, True)),
        ("#@OUTPUT Dataset x", "Object", (False, True)),
        ("#@output(label='a') Integer x", "int", (False, True)),
        ("#@ Double (type=OUTPUT) x", "double", (False, True)),
        ("#@both ImagePlus x", "ImagePlus", (True, True)),
        ("#@input String x", "String", (True, False)),
    ],
)
def test_results_and_inputs_are_kept_apart(line, kind, ways):
    found = only(line)
    assert (found.kind, (found.is_input, found.is_output)) == (kind, ways)


def test_lines_become_empty_and_keep_their_number():
    code = "#!/usr/bin/env x\r\n#@ int a\r\n// b\r\n  #@ int c\n#@script(menuPath='x')\nd"
    found, rest = read_header(code)
    assert [(each.name, each.line) for each in found] == [("a", 2)]
    assert rest == "\r\n\r\n// b\r\n  #@ int c\n\nd"


def test_comments_of_the_old_syntax_count_in_the_header_only():
    code = "// @String(value='x') a\n// @author Ann\n// #@ int no\nx = 1;\n// @int b\n"
    found, rest = read_header(code)
    assert [each.name for each in found] == ["a"]
    assert rest == "\n// @author Ann\n// #@ int no\nx = 1;\n// @int b\n"


@pytest.mark.parametrize("line", ["#@ LogService log", "#@ Context c", "#@script(name='a')"])
def test_parts_of_imagej2_are_no_parameters(line):
    assert read_header(f"{line}\nx") == ([], "\nx")


@pytest.mark.parametrize(
    "line",
    [
        "#@ String",
        "#@ String a b",
        "#@ Foo a",
        "#@ ImagePlus[] a",
        "#@ String (label='a' name",
        "#@ String (label) a",
        "#@ String (label='a' 3) a",
        "#@ String (choices={'a', b a",
        "#@ String (choices={'a', 'b) a",
        "#@ String a-b",
        "#@ String 1a",
        "#@",
    ],
)
def test_what_cannot_be_read_is_an_error_with_its_line(line):
    with pytest.raises(UsageError, match="the script's line 2"):
        read_header(f"\n{line}")


def test_a_name_stands_for_one_parameter():
    with pytest.raises(UsageError, match="declared twice"):
        read_header("#@ int a\n#@ String a")


def test_most_macros_have_none():
    assert not has_parameters('x = 1;\nprint("#@ int a");')
    assert has_parameters("\n#@ int a")
