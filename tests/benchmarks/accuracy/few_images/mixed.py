"""Mixed density: every decoder on the weights of every recipe, and the winner's margin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from deepbacs_zoo.metrics import Estimate, bootstrap_sums, estimated, ratio
from tests.benchmarks.accuracy.clock import Clock, Seconds
from tests.benchmarks.accuracy.few_images.decoders import (
    DECODERS,
    KNOWN,
    LEVELS_TUNED,
    THRESHOLD,
    THRESHOLD_TUNED,
    count,
    f1,
)
from tests.benchmarks.accuracy.few_images.few import Options
from tests.benchmarks.accuracy.few_images.mixed_sets import MIXED
from tests.benchmarks.accuracy.few_images.runs import DEFAULT, Recipe, trained, write_parts
from tests.benchmarks.accuracy.table import Row, Table

OLD = {"max_contrast": 1.4, "max_zoom": 1.0, "composed_fields": 0, "least_steps": 0}
"""Settings of training as they were before models of few images were asked for."""
RECIPES = {
    "before": Recipe(settings=OLD),
    "after": DEFAULT,
    "foreground, before": Recipe("unet", OLD),
    "foreground, after": Recipe("unet"),
}
BEFORE = ("before", THRESHOLD_TUNED)
"""What the default command gave."""
AFTER = ("after", LEVELS_TUNED)
"""What it gives."""
DRAWS = 10_000


class Key(NamedTuple):
    """A recipe and a decoder of its weights."""

    recipe: str
    decoder: str


Counts = Mapping[Key, Mapping[str, np.ndarray]]
"""By recipe and decoder, by test: ``seeds units counts``."""


def run(given: Options, recipes: Mapping[str, Recipe] = RECIPES) -> Table:
    """Train every recipe on every set, and score every decoder on every test."""
    clock = Clock()
    cut = {name: make(given.archives) for name, make in MIXED.items()}
    found: dict[Key, dict[str, np.ndarray]] = {}
    seconds: dict[tuple[str, str], list[Seconds]] = {}
    for name, each in cut.items():
        data = given.work / "mixed" / name
        write_parts(each.parts, data)
        for recipe_name, recipe in recipes.items():
            counts = []
            for seed in given.seeds:
                one = trained(recipe, data, _folder(data, recipe_name, seed), seed)
                counts.append(count(one, each.tests, data / "test" / "source"))
                for test in each.tests:
                    seconds.setdefault((recipe_name, test), []).append(one.seconds or Seconds())
            for decoder in DECODERS:
                by_test = found.setdefault(Key(recipe_name, decoder), {})
                for test in each.tests:
                    by_test[test] = np.stack([seed[test][decoder] for seed in counts])
    return table(found, seconds, given.seeds, clock.read())


def _folder(data: Path, recipe: str, seed: int) -> Path:
    return data / recipe.replace(", ", "_") / f"seed_{seed}"


def table(
    counts: Counts,
    seconds: Mapping[tuple[str, str], Sequence[Seconds]],
    seeds: Sequence[int],
    spent: Seconds,
) -> Table:
    """Return one row for every test, recipe and decoder."""
    best = winner(counts)
    tests = tuple(counts[best])
    rows = []
    for test in tests:
        for key, found in counts.items():
            row = f"{test}: {key.recipe}: {key.decoder}"
            times = seconds.get((key.recipe, test), (Seconds(),))
            mean = sum(times, Seconds()) / len(times)
            rows.append(Row(row, scores(found[test], counts[best][test]), mean))
    return Table(
        "few_images_mixed",
        "Mixed density: trained on dense and sparse fields of one source, tested at another scale "
        "(colony), on other parts of the image (nuclei) and on another source (hela)",
        rows,
        (),
        ", ".join(map(str, seeds)),
        spent,
        notes(counts, best),
    )


def winner(counts: Counts) -> Key:
    """Return the decoder with the highest mean F1 over the tests; none that knows the test."""
    fair = [key for key in counts if key.decoder != KNOWN]
    return max(fair, key=lambda key: np.mean([_total_f1(each) for each in counts[key].values()]))


def _total_f1(counts: np.ndarray) -> float:
    return float(f1(counts.sum(axis=(0, 1))))


def scores(counts: np.ndarray, best: np.ndarray) -> dict[str, Estimate]:
    """Return the scores of a row: sums over seeds and fields, intervals over units.

    Parameters
    ----------
    counts
        ``seeds units counts``.
    best
        Those of the winner.
    """
    units = counts.sum(axis=0)
    return {
        "F1 at IoU 0.5": estimated(units, f1)[()],
        "worst seed": Estimate(float(f1(counts.sum(axis=1)).min())),
        "merged": estimated(units, lambda sums: ratio(sums[:, 3], sums[:, 5]))[()],
        "split": estimated(units, lambda sums: ratio(sums[:, 4], sums[:, 5]))[()],
        "winner's margin": margin(best, counts),
    }


def margin(one: np.ndarray, other: np.ndarray) -> Estimate:
    """Return how much higher F1 is, its interval of 10,000 resamples of the units.

    Parameters
    ----------
    one, other
        ``seeds units counts``; the same units are drawn for both, with all seeds.
    """
    both = np.stack([one.sum(axis=0), other.sum(axis=0)], axis=1)

    def difference(sums: np.ndarray) -> np.ndarray:
        return f1(sums[..., 0, :]) - f1(sums[..., 1, :])

    low, high = bootstrap_sums(both, difference, resamples=DRAWS)
    return Estimate(float(difference(both.sum(axis=0))), float(low), float(high))


def notes(counts: Counts, best: Key) -> list[str]:
    """Return the winner and its margins in words."""
    found = [
        f"Winner, by the mean F1 of the tests: {best.recipe}: {best.decoder}.  The row that knows "
        "the test fields is an upper bound of single thresholds and cannot win.",
        f"The default command gave '{BEFORE[0]}: {BEFORE[1]}' and gives '{AFTER[0]}: {AFTER[1]}'.",
    ]
    single = max(
        (key for key in counts if key.decoder in (THRESHOLD, THRESHOLD_TUNED)),
        key=lambda key: np.mean([_total_f1(each) for each in counts[key].values()]),
    )
    rivals = {
        f"that of the best single threshold ({single.recipe}: {single.decoder})": single,
        "that of the single threshold that is best on the test, of the same weights": Key(
            best.recipe, KNOWN
        ),
        "before": Key(*BEFORE),
    }
    for test, each in counts[best].items():
        margins = [
            f"{margin(each, counts[key][test])} than {name}"
            for name, key in rivals.items()
            if key in counts
        ]
        found.append(f"{test}: the winner's F1 is higher by {', by '.join(margins)}.")
    return found
