"""Packages that come with the project, made anew: images, training, scores, export.

    python -m tests.benchmarks.accuracy.shipped [NAME ...] [--output DIR] [--archives DIR]

Runs that the benchmarks left in the output folder are used again.  Each package is written into
the folder of the project's models; its card is ``model_cards/NAME.md``.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from deepbacs_zoo.annotations import match_pairs
from deepbacs_zoo.cards import read_card
from deepbacs_zoo.checkpoints import is_run, open_run
from deepbacs_zoo.exporting import export
from deepbacs_zoo.models import SHIPPED
from deepbacs_zoo.tasks import annotation_kind, resolve
from deepbacs_zoo.training import train
from deepbacs_zoo.training.data.examples import read_raw
from tests.benchmarks.accuracy.few_images import runs
from tests.benchmarks.accuracy.few_images.sets import SETS
from tests.benchmarks.accuracy.image_tasks import denoising, labeling, superresolution
from tests.benchmarks.accuracy.image_tasks.options import Options

STAIN_CHANNELS = 10
"""Of the first level."""
CARDS = Path(__file__).parents[3] / "model_cards"


class Trained(Protocol):
    """What a training of a benchmark left; the folder of its package holds the run."""

    @property
    def package(self) -> Path:
        """The draft of the package."""


class Recipe(NamedTuple):
    """How a package is made: the folder of its finished run, and that of its test images."""

    run: Callable[[Options], Path]
    test: Callable[[Options], Path]


def run_of(trained: Trained) -> Path:
    """Return the folder of the run beside a draft."""
    return trained.package.parent / "run"


def train_coli(given: Options) -> Path:
    """Train on four fields in bright field by the default command, or find it finished."""
    data = given.work / "coli"
    chosen = SETS["coli"]
    runs.write_parts(chosen.cut(chosen.archive.locate(given.archives)), data)
    return run_of(runs.trained(runs.DEFAULT, data, data / f"seed_{given.seed}", given.seed))


def train_stain(given: Options) -> Path:
    """Train `fnet` with fewer channels than by default, for a package of at most 4 MB."""
    output = given.work / "labeling_fnet_small" / "run"
    begun = is_run(output)
    if not begun or open_run(output).ended is None:
        training = labeling.write(given) / "training"
        pairs = match_pairs(training / "source", training / "target")
        samples = [raw.sample for raw in read_raw(annotation_kind("image"), pairs)]
        entry = resolve("labeling", "fnet")
        method = entry.build(**entry.choose(samples).arguments)
        network = {**method.network_arguments, "base": STAIN_CHANNELS}
        method = dataclasses.replace(method, network_arguments=network)
        train(
            method,
            training / "source",
            training / "target",
            output,
            seed=given.seed,
            resume=begun,
            progress=False,
        )
    return output


RECIPES: Mapping[str, Recipe] = {
    "deepbacs-segmentation-multilabel-unet": Recipe(
        train_coli, lambda given: given.work / "coli" / "test"
    ),
    "deepbacs-denoising-care": Recipe(
        lambda given: run_of(denoising.train_care(given)),
        lambda given: denoising.simulated(given.work) / "test",
    ),
    "deepbacs-labeling-fnet": Recipe(train_stain, lambda given: labeling.write(given) / "test"),
    "deepbacs-superresolution-care": Recipe(
        lambda given: run_of(superresolution.EQUAL.train(given)),
        lambda given: superresolution.EQUAL.simulated(given.work) / "test",
    ),
}


def make(name: str, given: Options) -> Path:
    """Train, score and export a model to where it is shipped from."""
    recipe = RECIPES[name]
    run = open_run(recipe.run(given))
    card = read_card(CARDS / f"{name}.md")
    test = recipe.test(given)
    return export(run, card, SHIPPED[name].path, evaluation_data=test, overwrite=True)


def main(words: Sequence[str] | None = None) -> int:
    """Make the named packages, all by default."""
    parser = argparse.ArgumentParser(
        "shipped", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help=f"of {', '.join(RECIPES)}; all by default")
    parser.add_argument("--archives", type=Path, help="folder that holds the archives")
    parser.add_argument("--output", type=Path, help="folder for images and runs")
    given = parser.parse_args(words)
    unknown = [name for name in given.names if name not in RECIPES]
    if unknown:
        parser.error(f"no model is called {unknown[0]}; there are {', '.join(RECIPES)}")
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary) if given.output is None else given.output
        for name in given.names or RECIPES:
            path = make(name, Options(work, archives=given.archives))
            sys.stdout.write(f"{path}: {path.stat().st_size / 2**20:.2f} MB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
