"""Progress bars and questions on standard error; bars are silent when that is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

__all__ = ["Report", "asked", "bar", "bytes_bar", "say"]

Report = Callable[[int, int], None]


def say(text: str) -> None:
    """Write one line for a person to standard error; standard output is for results."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def bar(title: str) -> Iterator[Report]:
    """Yield a function of ``(done, total)`` that draws a progress bar."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("[progress.description]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


@contextmanager
def bytes_bar(title: str) -> Iterator[Report]:
    """Yield a function of bytes ``(done, total)`` that draws a bar with speed and time left."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn("[progress.description]{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def asked(question: str) -> bool:
    """Ask a question that is answered by y or n; `UsageError` where nobody sits there."""
    if not sys.stdin.isatty():
        from deepbacs_zoo.errors import UsageError
        from deepbacs_zoo.options import Option

        raise UsageError(
            Option("yes"),
            "there is a question, and nobody to answer it",
            value=question,
            allowed="a terminal, or an answer in advance",
            hint="set " + Option("yes", True),
        )
    return typer.confirm(question, err=True)
