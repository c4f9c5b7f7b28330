"""``deepbacs-zoo fiji``: the verbs that drive ImageJ; each is a module of its own.

``main`` adds the verbs that have modules of their own; like every module of the command line this
one loads its subpackage inside its functions, so that ``--help`` stays fast.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from deepbacs_zoo.cli.options import JavaOption
from deepbacs_zoo.cli.progress import Report, bar
from deepbacs_zoo.cli.spelling import on_command_line
from deepbacs_zoo.options import spell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deepbacs_zoo.fiji import JavaEnvironment
    from deepbacs_zoo.fiji.java.rows import Row

__all__ = ["app", "fetching", "prepared"]

app = typer.Typer(
    name="fiji",
    help="ImageJ and Fiji: look whether it can run, run macros, make a bundle for a Fiji folder.",
    no_args_is_help=True,
)
_SIGNS: Final = {"ok": "ok     ", "warning": "WARNING", "missing": "MISSING"}
_QUIET: Final = 2.0


@app.command(name="doctor")
def doctor_command(
    java: JavaOption = None,
    fiji: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of a Fiji to look into; by default $FIJI_HOME."),
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Fetch nothing; look only at what is here.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say what ImageJ needs and what is missing; fetch the libraries and compile the plugin.

    With a Fiji folder, also what is in it, and whether its ImageJ starts.

    Exit code 2 if something is missing without which no macro runs.
    """
    from deepbacs_zoo.fiji.java.doctor import doctor

    with fetching() as tell:
        rows = doctor(java, offline=offline or None, progress=tell)
    good = _is_good(rows)
    folder = fiji or _usual_fiji()
    if folder is not None:
        from deepbacs_zoo.fiji import prepare
        from deepbacs_zoo.fiji.folder_report import folder_rows

        rows += folder_rows(folder, prepare(java, offline=True) if good else None)
    good = _is_good(rows)
    if as_json:
        print(json.dumps({"ok": good, "rows": [_plain(row) for row in rows]}, ensure_ascii=False))
    else:
        print(_table(rows))
        print("ImageJ can run." if good else "ImageJ cannot run: see what is MISSING.")
    if not good:
        raise typer.Exit(2)


def _usual_fiji() -> Path | None:
    name = os.environ.get("FIJI_HOME", "").strip()
    return Path(name) if name else None


def _is_good(rows: Sequence[Row]) -> bool:
    return all(row.status != "missing" for row in rows)


def _plain(row: Row) -> dict[str, str]:
    return {**asdict(row), "hint": spell(row.hint, on_command_line)}


def _table(rows: Sequence[Row]) -> str:
    width = max(len(row.name) for row in rows)
    lines = []
    for row in rows:
        where = f"  [{row.where}]" if row.where else ""
        lines.append(f"{_SIGNS[row.status]}  {row.name:<{width}}  {row.found}{where}")
        if row.hint:
            lines.append(f"{'':<{width + 11}}-> {spell(row.hint, on_command_line)}")
    return "\n".join(lines)


@contextmanager
def fetching() -> Iterator[Report]:
    """Yield a callback for progress, which draws a bar for whatever takes over 2 s."""
    with ExitStack() as stack:
        start: list[float] = []
        draw: list[Report] = []

        def tell(done: int, total: int) -> None:
            if not start:
                start.append(time.monotonic())
            if not draw and time.monotonic() - start[0] > _QUIET:
                draw.append(stack.enter_context(bar("Fetching Java libraries (MB)")))
            for report in draw:
                report(done // 1_000_000, total // 1_000_000)

        yield tell


def prepared(java: Path | None) -> JavaEnvironment:
    """Return the set-up for a Java, with a bar if libraries are fetched for long."""
    from deepbacs_zoo.fiji import prepare

    with fetching() as tell:
        return prepare(java, progress=tell)
