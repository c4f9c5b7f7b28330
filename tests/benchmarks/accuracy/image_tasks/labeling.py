"""Artificial labeling, real: the fluorescence of E. coli from bright field (ColiCoords)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from deepbacs_zoo.evaluation import ImageScores
from deepbacs_zoo.images import Image
from deepbacs_zoo.metrics import Estimate
from tests.benchmarks.accuracy.archives import COLICOORDS, Members
from tests.benchmarks.accuracy.clock import Clock
from tests.benchmarks.accuracy.image_tasks import filters
from tests.benchmarks.accuracy.image_tasks.options import Options
from tests.benchmarks.accuracy.image_tasks.pairs import (
    ImagePair,
    margin,
    means,
    plane_of,
    read_samples,
    score,
    score_package,
    write_pairs,
)
from tests.benchmarks.accuracy.image_tasks.runs import Trained, trained
from tests.benchmarks.accuracy.table import Bar, Row, Table

PIXEL = 0.08
"""Micrometers, by the archive's own documentation."""
TESTED = 6
"""The last fields of example 02."""
METHODS = ("fnet", "care", "pix2pix")
CONSTANT, RIDGE, BOOSTED = "constant image", "ridge regression", "boosted trees"
KEYS = {
    "Pearson": "pearson",
    "Pearson near cells": "pearson_objects",
    "PSNR": "psnr",
    "SSIM": "ssim",
    "resolution in pixels": "resolution",
}


def fields(archive: Path) -> list[ImagePair]:
    """Return the 20 fields of example 02."""
    root = "colicoords-0.1.5/examples/data/02/"
    with Members(archive) as members:
        stacks = (
            members.image(f"{root}{kind}_stack.tif") for kind in ("brightfield", "fluorescence")
        )
        return [
            ImagePair(f"example02_{index:02d}", *pair)
            for index, pair in enumerate(zip(*stacks, strict=True))
        ]


def write(given: Options) -> Path:
    """Write both parts as a user has them; return the folder."""
    folder, pairs = given.work / "labeling", fields(COLICOORDS.locate(given.archives))
    write_pairs(pairs[:-TESTED], folder / "training", PIXEL)
    write_pairs(pairs[-TESTED:], folder / "test", PIXEL)
    return folder


def train(given: Options, method: str) -> Trained:
    """Train by the default command, the method named."""
    words = ("labeling", "--method", method, "--data", str(write(given)))
    return trained(words, given.work / f"labeling_{method}", given.seed)


def run(given: Options) -> Table:
    """Train and score all methods."""
    clock = Clock()
    folder = write(given)
    training, samples = (read_samples(folder / part) for part in ("training", "test"))
    level = float(np.mean([plane_of(one.target).mean() for one in training]))

    def constant(image: Image) -> np.ndarray:
        return np.full_like(plane_of(image), level)[None]

    found = {CONSTANT: score(CONSTANT, constant, samples)}
    rows = [Row(CONSTANT, columns(found[CONSTANT]), about="the mean of the training targets")]
    pairs = [(plane_of(one.image), plane_of(one.target)) for one in training]
    for name, fit in ((RIDGE, filters.ridge), (BOOSTED, filters.boosted)):
        if name == BOOSTED and not filters.has_trees():
            continue
        started = Clock()
        predict = fit(pairs)
        seconds = started.read()

        def filtered(image: Image, predict: filters.Regression = predict) -> np.ndarray:
            return predict(plane_of(image))[None]

        found[name] = score(name, filtered, samples)
        rows.append(Row(name, columns(found[name]), seconds, filters.ABOUT))
    for name in METHODS:
        package = train(given, name)
        found[name] = score_package(name, package.package, samples)
        rows.append(Row(name, columns(found[name]), package.seconds, package.about))
    return Table(
        "labeling",
        f"Artificial labeling, real: fluorescence of E. coli from bright field, trained on "
        f"{len(training)} fields of ColiCoords' example 02, tested on its last {len(samples)}",
        rows,
        bars(found),
        given.seed,
        clock.read(),
        (
            "SSIM flatters images that are mostly empty: see that of the constant image.",
            *(() if BOOSTED in found else (filters.ABSENT,)),
        ),
    )


def columns(scores: ImageScores) -> dict[str, Estimate]:
    """Return the scores that the table shows; the constant image has no correlation."""
    return {word: each for word, each in means(scores, KEYS).items() if each.value == each.value}


def bars(found: dict[str, ImageScores]) -> list[Bar]:
    """Return the bars: the best network above the trees, with the paired interval."""
    rivals = [name for name in (RIDGE, BOOSTED) if name in found]
    reached = []
    for word in ("Pearson", "Pearson near cells"):
        key = KEYS[word]
        best = max(METHODS, key=lambda name: found[name].estimates[key].value)
        for other in rivals:
            by = margin(found[best], found[other], key)
            text = f"{word}: {best} minus {other}: {by}, above 0"
            reached.append(Bar(text, by.value > 0 and (by.low or 0.0) > 0))
    return reached
