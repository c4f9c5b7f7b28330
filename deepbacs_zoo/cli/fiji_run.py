"""``deepbacs-zoo fiji run``: a macro of ImageJ from the command line, headless."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deepbacs_zoo.cli.fiji import prepared
from deepbacs_zoo.cli.options import HeapOption, JavaOption, OverwriteOption, parse_heap
from deepbacs_zoo.cli.progress import say
from deepbacs_zoo.cli.spelling import finding_text
from deepbacs_zoo.errors import UsageError

if TYPE_CHECKING:
    from deepbacs_zoo.fiji import MacroResult

__all__ = ["command"]


def command(
    script: Annotated[
        Path,
        typer.Argument(
            metavar="SCRIPT",
            help="A macro (.ijm) or a script in Groovy: a file, or the name of one that comes with "
            "deepbacs_zoo.",
        ),
    ],
    arg: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE",
            help="A value for the script, any number of times: for its line '#@ TYPE KEY', or in a "
            "macro without such lines List.setList(getArgument()); List.get(KEY).",
        ),
    ] = None,
    argument: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What getArgument() gives, as it is.")
    ] = None,
    image: Annotated[
        list[Path] | None,
        typer.Option(help="An image that is open when the script starts, any number of times."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(help="Folder for the tables and images that are open when the script ends."),
    ] = None,
    fiji: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of a Fiji, whose ImageJ and plugins are used."),
    ] = None,
    timeout: Annotated[
        float | None, typer.Option(min=1, help="Seconds after which the script is stopped.")
    ] = None,
    java: JavaOption = None,
    heap: HeapOption = None,
    overwrite: OverwriteOption = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Run a script in ImageJ without a window, with the DeepBacs plugin at hand.

    Its log goes to standard error; its return value, and its results (#@output) as NAME=VALUE, to
    standard output.  A script that fails in any way is an error with its line.
    """
    from deepbacs_zoo.fiji import open_worker
    from deepbacs_zoo.images import read_image

    path = _find(script)
    parameters, text = _given(path, _pairs(arg or ()), argument)
    images = {each.name: read_image(each) for each in image or ()}
    for finding in (each for read in images.values() for each in read.findings):
        say(finding_text(finding))
    with open_worker(prepared(java), folder=fiji, heap=parse_heap(heap)) as gateway:
        result = gateway.run_script(
            path, text, parameters=parameters, images=images, timeout=timeout
        )
    files = [] if output is None else _save(result, output, overwrite=overwrite)
    _say(result, files, saved=output is not None, as_json=as_json)


def _given(
    path: Path, pairs: Mapping[str, str], argument: str | None
) -> tuple[Mapping[str, str], str]:
    """Return values for the parameters of a script, and its text argument."""
    from deepbacs_zoo.fiji.gateways.arguments import macro_argument
    from deepbacs_zoo.fiji.gateways.script_files import GROOVY, read_script
    from deepbacs_zoo.fiji.gateways.script_header import has_parameters

    if path.suffix.lower() == GROOVY or has_parameters(read_script(path)):
        return pairs, argument or ""
    if pairs and argument is not None:
        raise UsageError(
            "--argument",
            "the macro has no #@ lines, and gets its values by its argument too",
            value=argument,
            allowed="either --arg or --argument",
            hint="write the text as one of the values",
        )
    return {}, macro_argument(pairs) if argument is None else argument


def _say(result: MacroResult, files: list[Path], *, saved: bool, as_json: bool) -> None:
    if result.log:
        say(result.log.rstrip("\n"))
    if as_json:
        print(json.dumps(_as_data(result, files), ensure_ascii=False))
        return
    if result.value is not None:
        print(result.value)
    for name, value in result.outputs.items():
        print(f"{name}={json.dumps(value) if isinstance(value, list) else value}")
    for path in files:
        say(f"written: {path}")
    left = [*result.tables, *result.images]
    if left and not saved:
        say(f"not saved: {', '.join(left)} (--output FOLDER saves what a macro leaves open)")


def _find(path: Path) -> Path:
    """Return a script's path; a name alone may be that of one that comes with deepbacs_zoo."""
    from deepbacs_zoo.fiji import scripts_folder

    folder = scripts_folder()
    # Macros first: of two with one name it is the one that runs in every ImageJ.
    shipped = [
        *sorted((folder / "macros").glob("*.ijm")),
        *sorted((folder / "groovy").glob("*.groovy")),
    ]
    if path.exists():
        return path
    for file in shipped:
        if path.name in {file.name, file.stem}:
            return file
    raise UsageError(
        path,
        "there is no such script",
        allowed=f"a file, or one of {', '.join(file.name for file in shipped)}",
        hint="check the path",
    )


def _pairs(words: Sequence[str]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for word in words:
        key, separator, value = word.partition("=")
        if not separator or key in found:
            raise UsageError(
                f"--arg {word}",
                "this key is given twice" if separator else "it is no KEY=VALUE",
                allowed="KEY=VALUE, each key once",
                hint="write for example --arg input_path=cells.tif, or give the macro its argument "
                f"as it is: --argument '{word}'",
            )
        found[key] = value
    return found


def _save(result: MacroResult, folder: Path, *, overwrite: bool) -> list[Path]:
    """Write tables as CSV and images as TIFF, named after their titles."""
    from deepbacs_zoo.files import refuse_existing, write_bytes
    from deepbacs_zoo.images import write_tiff

    planned: dict[Path, str] = {}
    for kind, titles in ((".csv", result.tables), (".tif", result.images)):
        for title in titles:
            stem = title.removesuffix(".csv" if kind == ".csv" else ".tif")
            planned[folder / f"{_safe(stem)}{kind}"] = title
    refuse_existing(planned, overwrite=overwrite)
    folder.mkdir(parents=True, exist_ok=True)
    for path, title in planned.items():
        if path.suffix == ".csv":
            write_bytes(path, result.tables[title].csv().encode("utf-8"))
        else:
            image = result.images[title]
            write_tiff(path, image.data.values, "tzcyx", image.calibration)
    return list(planned)


def _safe(title: str) -> str:
    return (
        "".join(each if each.isalnum() or each in " ._+-" else "_" for each in title) or "untitled"
    )


def _as_data(result: MacroResult, files: Sequence[Path]) -> Mapping[str, object]:
    return {
        "value": result.value,
        "outputs": dict(result.outputs),
        "log": result.log,
        "tables": list(result.tables),
        "images": list(result.images),
        "files": [str(path) for path in files],
        "report": None if result.report is None else dict(result.report),
    }
