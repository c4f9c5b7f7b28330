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
from deepbacs_zoo.errors import UsageError

if TYPE_CHECKING:
    from deepbacs_zoo.fiji import MacroResult

__all__ = ["command"]


def command(
    macro: Annotated[
        Path,
        typer.Argument(
            metavar="MACRO.ijm",
            help="The macro: a file, or the name of one that comes with deepbacs_zoo.",
        ),
    ],
    arg: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE",
            help="A value for the macro, any number of times: "
            "List.setList(getArgument()); List.get(KEY).",
        ),
    ] = None,
    image: Annotated[
        list[Path] | None,
        typer.Option(help="An image that is open when the macro starts, any number of times."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(help="Folder for the tables and images that are open when the macro ends."),
    ] = None,
    timeout: Annotated[
        float | None, typer.Option(min=1, help="Seconds after which the macro is stopped.")
    ] = None,
    java: JavaOption = None,
    heap: HeapOption = None,
    overwrite: OverwriteOption = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Run a macro in ImageJ without a window, with the DeepBacs plugin at hand.

    The macro's log goes to standard error, its return value to standard output.  A macro that fails
    in any way is an error.
    """
    from deepbacs_zoo.fiji import open_worker
    from deepbacs_zoo.fiji.gateways.arguments import macro_argument
    from deepbacs_zoo.images import read_image

    code = _read_macro(macro)
    argument = macro_argument(_pairs(arg or ()))
    images = {path.name: read_image(path) for path in image or ()}
    with open_worker(prepared(java), heap=parse_heap(heap)) as gateway:
        result = gateway.run_macro(code, argument, images=images, timeout=timeout)
    files = [] if output is None else _save(result, output, overwrite=overwrite)
    _say(result, files, saved=output is not None, as_json=as_json)


def _say(result: MacroResult, files: list[Path], *, saved: bool, as_json: bool) -> None:
    if result.log:
        say(result.log.rstrip("\n"))
    if as_json:
        print(json.dumps(_as_data(result, files), ensure_ascii=False))
        return
    if result.value is not None:
        print(result.value)
    for path in files:
        say(f"written: {path}")
    left = [*result.tables, *result.images]
    if left and not saved:
        say(f"not saved: {', '.join(left)} (--output FOLDER saves what a macro leaves open)")


def _read_macro(path: Path) -> str:
    """Return a macro's text; a name alone may be that of a macro that comes with deepbacs_zoo."""
    from deepbacs_zoo.fiji import scripts_folder

    shipped = sorted((scripts_folder() / "macros").glob("*.ijm"))
    if not path.exists():
        path = next((file for file in shipped if path.name in {file.name, file.stem}), path)
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no UTF-8 text"
        names = ", ".join(file.name for file in shipped)
        raise UsageError(
            path,
            "the macro cannot be read",
            value=reason,
            allowed=f"a text file in ImageJ's macro language, or one of {names}",
            hint="check the path",
        ) from error


def _pairs(words: Sequence[str]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for word in words:
        key, separator, value = word.partition("=")
        if not separator or key in found:
            raise UsageError(
                f"--arg {word}",
                "this key is given twice" if separator else "it is no KEY=VALUE",
                allowed="KEY=VALUE, each key once",
                hint="write for example --arg input_path=cells.tif",
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
        "log": result.log,
        "tables": list(result.tables),
        "images": list(result.images),
        "files": [str(path) for path in files],
        "report": None if result.report is None else dict(result.report),
    }
