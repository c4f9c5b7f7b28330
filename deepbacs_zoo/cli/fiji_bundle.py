"""``deepbacs-zoo fiji bundle``: what a Fiji user unpacks into the Fiji folder, as one zip."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from deepbacs_zoo.cli.fiji import prepared
from deepbacs_zoo.cli.options import JavaOption, OverwriteOption

__all__ = ["command"]

DEMO_PACKAGE: Final = Path("demo_output/package.zip")


def command(
    output: Annotated[Path, typer.Option(help="The zip to write.")],
    model: Annotated[
        list[Path] | None,
        typer.Option(
            help="A package (.zip) or the name of a model to put in, any number of times; by "
            "default those that come with deepbacs_zoo, and the demo's if it is here."
        ),
    ] = None,
    java: JavaOption = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Write a zip with plugin, engine, models, macros, a sample image and a page to begin with."""
    from deepbacs_zoo.datasets import sample_images
    from deepbacs_zoo.fiji.bundle import PAGE, write_bundle
    from deepbacs_zoo.models import SHIPPED, package_path

    own = [path for path in (DEMO_PACKAGE,) if path.exists()]
    by_default = [*own, *(each.path for each in SHIPPED.values())]
    models = [package_path(each) for each in model] if model else by_default
    samples = sorted((sample_images() / "test" / "source").glob("example02_*.tif"))[:2]
    files = write_bundle(prepared(java), models, samples, output, overwrite=overwrite)
    for name, size in files.items():
        print(f"{size / 1e6:8.2f} MB  {name}")
    print(f"{output}: unpack it into the Fiji folder, restart Fiji and open '{PAGE}'")
