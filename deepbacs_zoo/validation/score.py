"""The score that the collection of the BioImage Model Zoo will give a package, predicted.

The collection's back office gives a quarter each for a valid format, for the completeness of the
metadata, for the test of bioimageio.core, and for the mean of the three best partners
(https://github.com/bioimage-io/collection).  Models are sorted by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deepbacs_zoo.summary import Verdict
from deepbacs_zoo.validation.checks.format import COMPLETENESS, FORMAT_ERROR, FORMAT_UNREADABLE

if TYPE_CHECKING:
    from deepbacs_zoo.summary import Summary

__all__ = ["SCORE", "predicted_score"]

SCORE: Final = "zoo_score_predicted"
_CORE: Final = "bioimageio.core"
_PARTNERS: Final = ("ilastik", "deepImageJ", "CAREamics", "BiaPy")
_BEST: Final = 3
_WORKS: Final = (Verdict.RUNS, Verdict.DIFFERS)


def predicted_score(summary: Summary) -> float | None:
    """Return the score, 0 to 1, or ``None`` where the format was not checked.

    Parameters
    ----------
    summary
        Of all checks.  A program counts if its newest version is predicted to run one of the
        weights formats; a partner's own test may ask for more or less than that.
    """
    completeness = summary.figures.get(COMPLETENESS)
    if completeness is None:
        return None
    broken = {FORMAT_ERROR.id, FORMAT_UNREADABLE.id} & {each.id for each in summary.findings}
    partners = sorted((_works(summary, name) for name in _PARTNERS), reverse=True)[:_BEST]
    parts = (not broken, completeness, _works(summary, _CORE), sum(partners) / _BEST)
    return sum(parts) / len(parts)


def _works(summary: Summary, consumer: str) -> bool:
    verdicts = [each for each in summary.consumers if each.consumer == consumer]
    newest = max((_number(each.version) for each in verdicts), default=())
    return any(each.verdict in _WORKS for each in verdicts if _number(each.version) == newest)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
