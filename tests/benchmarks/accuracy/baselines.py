"""The two baselines for dark cells, tuned on the training part and scored on the test part."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from deepbacs_zoo.evaluation import LabelScores
from deepbacs_zoo.metrics import Estimate
from tests.benchmarks.accuracy import classical, workflow
from tests.benchmarks.accuracy.archives import MISIC, MissingDataError
from tests.benchmarks.accuracy.clock import Clock
from tests.benchmarks.accuracy.fields import Field
from tests.benchmarks.accuracy.misic import Misic
from tests.benchmarks.accuracy.options import Options
from tests.benchmarks.accuracy.table import Row

NOISES = (0.05, 0.13, 0.3)
MISIC_FIELDS = 5
"""Training fields by which MiSiC is tuned: its README asks for one."""

Value = Callable[[Sequence[Field], Sequence[np.ndarray]], tuple[float, ...]]
Columns = Callable[[LabelScores], dict[str, Estimate]]


def classical_row(
    given: Options,
    training: Sequence[Field],
    test: Sequence[Field],
    grid: Mapping[str, Sequence[float]],
    value: Value,
    columns: Columns,
) -> Row:
    """Return the scores of the classical recipe, tuned over ``grid``."""
    clock = Clock()
    recipe = classical.tuned(training, grid, lambda found: value(training, found))
    seconds = clock.read()
    scores = workflow.score_function("classical", recipe, test, given.work / "classical")
    return Row("classical", columns(scores), seconds, recipe.describe())


def misic_row(
    given: Options,
    training: Sequence[Field],
    test: Sequence[Field],
    widths: Sequence[float],
    value: Value,
    columns: Columns,
) -> Row:
    """Return the scores of MiSiC with the settings that are best for the training part."""
    clock = Clock()
    try:
        network = Misic(MISIC.locate(given.archives), given.seed)
    except MissingDataError as error:
        return Row("MiSiC", {}, about=f"left out: {error}")
    few = training[:: -(-len(training) // MISIC_FIELDS)]
    settings = network.tuned(few, widths, NOISES, lambda found: value(few, found))
    seconds = clock.read()
    scores = workflow.score_function(
        "MiSiC", lambda image: network(image, settings), test, given.work / "MiSiC"
    )
    return Row("MiSiC", columns(scores), seconds, settings.describe())
