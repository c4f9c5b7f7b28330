"""The command ``deepbacs-zoo``: its verbs, and what the shell gets when something is wrong."""

from __future__ import annotations

import errno
import sys
from typing import Annotated

import typer

from deepbacs_zoo._version import __version__
from deepbacs_zoo.cli import (
    card,
    data,
    demo,
    evaluate,
    export,
    fiji,
    fiji_bundle,
    fiji_install,
    fiji_macro,
    fiji_run,
    models,
    predict,
    publish,
    synthesize,
    train,
    validate,
)
from deepbacs_zoo.cli.spelling import error_text
from deepbacs_zoo.errors import DeepbacsZooError

__all__ = ["app", "main"]

app = typer.Typer(
    name="deepbacs-zoo",
    help="From microscopy images to a trained model, its BioImage Model Zoo package, and results.",
    no_args_is_help=True,
    add_completion=False,
    # The errors of this project are sentences; a traceback is for bugs, and Python's own serves.
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command(name="train")(train.command)
app.command(name="evaluate")(evaluate.command)
app.command(name="export")(export.command)
app.command(name="validate")(validate.command)
app.command(name="predict")(predict.command)
app.command(name="publish")(publish.command)
app.command(name="demo")(demo.command)
app.add_typer(card.app)
app.add_typer(models.app)
app.add_typer(data.app)
app.add_typer(synthesize.app)
fiji.app.command(name="run")(fiji_run.command)
fiji.app.command(name="macro")(fiji_macro.command)
fiji.app.command(name="bundle")(fiji_bundle.command)
fiji.app.command(name="install")(fiji_install.command)
app.add_typer(fiji.app)


def _print_version(asked: bool) -> None:
    if asked:
        print(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """From microscopy images to a trained model, its BioImage Model Zoo package, and results."""


def main() -> None:
    """Run the command line; exit code 0 good, 1 bad model or data, 2 usage or environment."""
    try:
        app()
    except DeepbacsZooError as error:
        print(f"Error: {error_text(error)}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EDQUOT}:
            raise
        print(
            f"Error: {error.filename or 'output'}: this computer refuses to write "
            f"({error.strerror}); allowed: a folder with free space that may be written; "
            "free some space or choose another --output.",
            file=sys.stderr,
        )
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        print("Interrupted: nothing half written was kept.", file=sys.stderr)
        raise SystemExit(2) from None
