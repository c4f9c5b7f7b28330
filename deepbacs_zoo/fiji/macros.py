"""A ready macro for a package: its path and the options of the program that runs it, with notes."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.fiji.deepimagej.image_rules import number_issues
from deepbacs_zoo.fiji.deepimagej.installed import COMMAND as DEEPIMAGEJ
from deepbacs_zoo.fiji.deepimagej.rules import lint
from deepbacs_zoo.fiji.deepimagej.staging import check_package
from deepbacs_zoo.fiji.gateways.macro import macro_text, run_line
from deepbacs_zoo.options import Option, Spelling, in_python, spell
from deepbacs_zoo.package import Package

__all__ = ["CONSUMERS", "package_macro"]

_DEEPBACS: Final = "DeepBacs Run"
_OPTIONS: Final = """\
// Keys are in lower case: ImageJ finds no others.
options = "model_path=[" + model + "]";
options += " input_path=[" + {images} + "]";
options += " output_folder=[" + output + "]";"""
_OF_DEEPBACS: Final = f"""\
options += " border=none";         // halo: the border of bioimageio.core
options += " memory=4GiB";         // of one pass; a larger image is cut into tiles
// options += " pixel_size=0.1";   // micrometers per pixel, where the file does not say
// options += " overwrite";        // replace results that exist
run("{_DEEPBACS}", options);
return output;"""
_BEFORE_DEEPIMAGEJ: Final = """\
// deepImageJ prints its errors and goes on, so that only the files tell.
start = output + "/" + replace(File.getNameWithoutExtension(input), " ", "");
results = newArray({results});
for (i = 0; i < results.length; i++)
    if (File.exists(results[i]))
        exit("This result exists already: " + results[i]);"""
_AFTER_DEEPIMAGEJ: Final = f"""\
run("{DEEPIMAGEJ}", options);
for (i = 0; i < results.length; i++)
    if (!File.exists(results[i]))
        exit("deepImageJ did not write " + results[i] + ", see Window > Console");
return output;"""


def package_macro(package: Package, consumer: str, spelling: Spelling = in_python) -> str:
    """Return a macro that runs a package on an image.

    Parameters
    ----------
    package
        The package, which the macro names by its absolute path.
    consumer
        ``deepbacs`` for our plugin, ``deepimagej`` for deepImageJ 3.1.
    spelling
        How the notes in the macro write options of deepbacs_zoo.

    Raises
    ------
    UsageError
        There is no such program, its macro cannot hold the package's path, or it takes a folder and
        the package is a zip.
    UnsupportedError
        The program does not run the package.
    """
    if consumer not in CONSUMERS:
        raise UsageError(
            Option("consumer"),
            "macros are not written for a program of this name",
            value=consumer,
            allowed=" | ".join(CONSUMERS),
            hint="choose one of these",
        )
    return "\n".join(CONSUMERS[consumer](package, spelling)) + "\n"


def _for_deepbacs(package: Package, _: Spelling) -> Iterator[str]:
    ids = [spec.id for spec in package.inputs if not spec.optional]
    variables = _variables(ids)
    yield from _head(package, "the DeepBacs plugin", ids)
    yield ""
    yield _model(package.path, _DEEPBACS)
    yield from _questions(ids)
    yield ""
    named = ' + ";" + '.join(f'"{name}=" + {variables[name]}' for name in ids)
    yield _OPTIONS.format(images=variables[ids[0]] if len(ids) == 1 else named)
    yield _OF_DEEPBACS


def _for_deepimagej(package: Package, spelling: Spelling) -> Iterator[str]:
    if package.path.is_file() and package.path.suffix.lower() == ".zip":
        raise UsageError(
            package.path,
            "deepImageJ takes the folder of a package, and this is a zip",
            allowed="a folder with rdf.yaml in it",
            hint="unpack it, for example into the folder models of Fiji, and name that folder",
        )
    check_package(package)
    ids = [spec.id for spec in package.inputs]
    yield from _head(package, "deepImageJ 3.1", ids)
    for _, finding in (*lint(package), *number_issues(package)):
        what, hint = (spell(text, spelling) for text in (finding.what, finding.hint))
        yield f"// Other numbers than Python's: {what} ({hint})."
    yield ""
    yield _model(package.path if package.path.is_dir() else package.path.parent, DEEPIMAGEJ)
    yield from _questions(ids)
    yield ""
    results = ", ".join("start + " + _literal(f"_{spec.id}.tif") for spec in package.outputs)
    yield _BEFORE_DEEPIMAGEJ.format(results=results)
    yield _OPTIONS.format(images=_variables(ids)[ids[0]])
    yield _AFTER_DEEPIMAGEJ


CONSUMERS: Final[Mapping[str, Callable[[Package, Spelling], Iterator[str]]]] = {
    "deepbacs": _for_deepbacs,
    "deepimagej": _for_deepimagej,
}
"""The programs that macros are written for."""


def _head(package: Package, program: str, ids: Sequence[str]) -> Iterator[str]:
    """Yield what the macro does, how it is called, and what the package takes and gives."""
    yield f"// Run the model '{_line(package.name)}' on an image, with {program}."
    yield "//"
    yield "// In Fiji: open this file and run it; it asks for what it needs."
    yield "// From a command line, all of it in the argument, one key=value a line:"
    for key in (*_keys(ids).values(), "output_folder"):
        yield f"//   {key}={'results' if key == 'output_folder' else 'cells.tif'}"
    yield "//"
    for verb, specs in (("takes", package.inputs), ("gives", package.outputs)):
        for spec in specs:
            channels = spec.axis("c").channel_names if "c" in spec.axis_names else ()
            names = f" ({', '.join(map(_line, channels))})" if channels else ""
            yield f"// It {verb} '{spec.id}', axes {' '.join(spec.axis_names)}{names}."
    if package.zoo_config.pixel_size:
        sizes = package.zoo_config.pixel_size.items()
        each = ", ".join(f"{axis} {size:g}" for axis, size in sizes)
        yield f"// It was trained at {each} micrometers per pixel."


def _questions(ids: Sequence[str]) -> Iterator[str]:
    """Yield the lines that take images and folder from the argument, or ask for them."""
    yield "List.setList(getArgument());"
    for name, variable in _variables(ids).items():
        title = "The image" if len(ids) == 1 else f"The image for {name}"
        yield f"{variable} = List.get({macro_text(_keys(ids)[name])});"
        yield f'if ({variable} == "")'
        yield f"    {variable} = File.openDialog({macro_text(title)});"
    yield 'output = List.get("output_folder");'
    yield 'if (output == "")'
    yield '    output = getDirectory("Where the results go");'


def _keys(ids: Sequence[str]) -> Mapping[str, str]:
    """Return the key in the argument for the image of each input."""
    return {ids[0]: "input_path"} if len(ids) == 1 else {name: name for name in ids}


def _variables(ids: Sequence[str]) -> Mapping[str, str]:
    """Return the variable that holds the image of each input."""
    if len(ids) == 1:
        return {ids[0]: "input"}
    return {name: "input_" + name.replace("-", "_") for name in ids}


def _model(path: Path, command: str) -> str:
    """Return the line with the package's path, which has to stand between brackets later."""
    place = path.absolute().as_posix()
    run_line(command, {"model_path": place})
    return f"model = {_literal(place)};"


def _literal(text: str) -> str:
    """Return a text as macro code of ASCII alone: ImageJ reads macro files as ISO 8859-1."""
    parts = []
    for is_ascii, characters in groupby(text, str.isascii):
        part = "".join(characters)
        if is_ascii:
            parts.append(macro_text(part))
        else:
            units = array("H", part.encode("utf-16"))[1:]  # without the mark of its byte order
            parts.append(f"fromCharCode({', '.join(map(str, units))})")
    return " + ".join(parts)


def _line(text: str) -> str:
    return " ".join(text.split())
