"""The two baselines for dark cells, tuned on the training part and scored on the test part."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from deepbacs_zoo.evaluation import Estimate, Scores
from tests.benchmarks.accuracy import classical, road
from tests.benchmarks.accuracy.archives import MISIC, MissingDataError
from tests.benchmarks.accuracy.fields import Field
from tests.benchmarks.accuracy.misic import Misic
from tests.benchmarks.accuracy.options import Options
from tests.benchmarks.accuracy.table import Row

Value = Callable[[Sequence[np.ndarray]], tuple[float, ...]]
Columns = Callable[[Scores], dict[str, Estimate]]


def classical_row(
    given: Options,
    training: Sequence[Field],
    test: Sequence[Field],
    grid: Mapping[str, Sequence[float]],
    value: Value,
    columns: Columns,
) -> Row:
    """Return the scores of the classical recipe, tuned over ``grid``."""
    begun = time.perf_counter()
    recipe = classical.tuned(training, grid, value)
    seconds = time.perf_counter() - begun
    scores = road.score_function("classical", recipe, test, given.work / "classical")
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
    begun = time.perf_counter()
    try:
        network = Misic(MISIC.locate(given.archives), given.seed)
    except MissingDataError as error:
        return Row("MiSiC", {}, about=f"left out: {error}")
    settings = network.tuned(training, widths, (0.05, 0.13, 0.3), value)
    seconds = time.perf_counter() - begun
    scores = road.score_function(
        "MiSiC", lambda image: network(image, settings), test, given.work / "MiSiC"
    )
    return Row("MiSiC", columns(scores), seconds, settings.describe())
