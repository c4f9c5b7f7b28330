"""The score that the zoo's collection will give a package."""

import pytest

from deepbacs_zoo.summary import ConsumerVerdict, Summary, Verdict
from deepbacs_zoo.validation.checks.format import COMPLETENESS, FORMAT_ERROR
from deepbacs_zoo.validation.score import predicted_score


def summary(completeness: float | None = 0.6, **verdicts: Verdict) -> Summary:
    """Return a summary with a verdict for each program, dots in its version as in its name."""
    names = {"core": "bioimageio.core", "ilastik": "ilastik", "deepimagej": "deepImageJ"}
    names |= {"careamics": "CAREamics", "biapy": "BiaPy", "qupath": "QuPath"}
    figures = {} if completeness is None else {COMPLETENESS: completeness}
    consumers = tuple(
        ConsumerVerdict(names[name], "1.0", "onnx", verdict) for name, verdict in verdicts.items()
    )
    return Summary("package", figures=figures, consumers=consumers)


def test_gives_a_quarter_for_format_completeness_core_and_the_three_best_partners() -> None:
    partners = dict.fromkeys(("ilastik", "deepimagej", "biapy", "careamics"), Verdict.RUNS)

    assert predicted_score(summary(1.0, core=Verdict.RUNS, **partners)) == 1
    assert predicted_score(summary(0.6)) == pytest.approx((1 + 0.6) / 4)
    assert predicted_score(summary(0.6, core=Verdict.RUNS)) == pytest.approx((2 + 0.6) / 4)
    assert predicted_score(summary(0.6, ilastik=Verdict.DIFFERS)) == pytest.approx(
        (1 + 0.6 + 1 / 3) / 4
    )


@pytest.mark.parametrize("verdict", [Verdict.FAILS, Verdict.UNKNOWN])
def test_counts_no_program_that_is_not_known_to_run(verdict: Verdict) -> None:
    assert predicted_score(summary(core=verdict, biapy=verdict)) == predicted_score(summary())


def test_counts_no_program_that_is_no_partner() -> None:
    assert predicted_score(summary(qupath=Verdict.RUNS)) == predicted_score(summary())


def test_takes_the_newest_version_of_a_program() -> None:
    versions = {"0.9.0": Verdict.RUNS, "0.10.0": Verdict.FAILS}
    consumers = tuple(
        ConsumerVerdict("bioimageio.core", version, "onnx", verdict)
        for version, verdict in versions.items()
    )

    assert predicted_score(summary().joined((), consumers=consumers)) == predicted_score(summary())


def test_gives_nothing_for_a_format_that_is_broken() -> None:
    broken = summary().joined([FORMAT_ERROR.finding("inputs", "there is none")])

    assert predicted_score(broken) == pytest.approx(0.6 / 4)


def test_is_not_known_where_the_format_was_not_checked() -> None:
    assert predicted_score(summary(None)) is None
