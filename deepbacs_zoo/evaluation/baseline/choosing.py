"""Training images for the classical method: found, read, and never those that are scored."""

from __future__ import annotations

import filecmp
import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from deepbacs_zoo.annotations import Annotated, LabelOptions, Pair, folders_beside, read_as
from deepbacs_zoo.annotations.kinds import AnnotationKind
from deepbacs_zoo.errors import DeepbacsZooError
from deepbacs_zoo.evaluation.previews import grey_of
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.options import Option, Text

__all__ = ["choose_baseline"]

BASELINE_LEFT_OUT: Final = Rule(
    "baseline-left-out",
    Severity.INFO,
    "A classical method with fixed parameters fails on images that it was not made for, and then "
    "every model looks good beside it.",
    "fixed Otsu threshold + watershed: F1 0.05 on phase contrast, where a tuned method has 0.75",
)

_MOST_FIELDS: Final = 8
_MOST_PIXELS: Final = 4_000_000
"""More training images would hardly change what is chosen, but take minutes."""

MakeField = Callable[[Any, Any], Any]


def choose_baseline(
    kind: AnnotationKind,
    make_field: MakeField,
    tune: Callable[[Sequence[Any]], Any],
    training: Sequence[Pair] | None,
    scored: Sequence[Pair],
    classes: Sequence[str] | None,
    labels: LabelOptions,
) -> Any:  # noqa: ANN401 - each kind has its own
    """Tune the classical method on training images.

    Parameters
    ----------
    kind
        Reads the images with their ground truth.
    make_field
        Takes a plane ``y x`` float32 and its annotation.
    tune
        Takes what was made of the training images; gives the method, or ``None``.
    training
        The training images; ``None`` for those in a folder ``training`` beside the scored ones.
    scored
        The images that are scored, which choose nothing.
    classes, labels
        As ``kind`` reads them.

    Returns
    -------
    Any
        The method; or a ``Finding`` with the reason why it is left out, where no training image is
        known or nothing is found in them.
    """
    try:
        known = _beside(kind, scored) if training is None else tuple(training)
        apart = _apart(known, scored)
        fields = list(_fields(kind.read(_spread(apart), classes, labels), make_field))
    except DeepbacsZooError as error:
        return _left_out("the training images cannot be read: " + error.where + ": " + error.what)
    if not fields:
        same = "the training images are the ones that are scored"
        return _left_out(same if known else "no training images are known to tune it on")
    return tune(fields) or _left_out("the training images hold nothing to tune it on")


def _left_out(reason: str | Text) -> Finding:
    return BASELINE_LEFT_OUT.finding(
        "baseline",
        "the classical method is left out: " + reason,
        "training images beside the scored ones",
        "name their folder by " + Option("training"),
    )


def _beside(kind: AnnotationKind, scored: Sequence[Pair]) -> tuple[Pair, ...]:
    """Return the pairs in the folder of training images beside the one of the scored images."""
    first = scored[0]
    folders = folders_beside(first.source.parent, first.target.parent, "training")
    return () if folders is None else read_as(kind.match_pairs(*folders), first.reading)


def _apart(training: Sequence[Pair], scored: Sequence[Pair]) -> list[Pair]:
    """Return the training images of which no scored image is a copy."""
    sources, others = (
        [path for path in dict.fromkeys(pair.source for pair in pairs) if path.is_file()]
        for pairs in (training, scored)
    )
    sizes: dict[int, list[Path]] = {}
    for path in others:
        sizes.setdefault(path.stat().st_size, []).append(path)
    copies = {
        path
        for path in sources
        for other in sizes.get(path.stat().st_size, ())
        if filecmp.cmp(path, other, shallow=False)
    }
    return [pair for pair in training if pair.source not in copies]


def _spread(pairs: Sequence[Pair]) -> Sequence[Pair]:
    """Return a few of many images, spread evenly."""
    return pairs[:: -(-len(pairs) // _MOST_FIELDS) or 1]


def _fields(annotated: Iterator[Annotated[Any]], make_field: MakeField) -> Iterator[Any]:
    """Yield the first fields, until there are many pixels."""
    pixels = 0
    for each in itertools.islice(annotated, _MOST_FIELDS):
        plane = grey_of(each.image)
        pixels += plane.size
        yield make_field(plane, each.annotation)
        if pixels >= _MOST_PIXELS:
            return
