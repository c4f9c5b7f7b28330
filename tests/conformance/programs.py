"""The real programs: what pip installs for them, the script that runs them, and what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from deepbacs_zoo.findings import Severity
from deepbacs_zoo.package import open_package
from deepbacs_zoo.summary import Summary, Verdict
from deepbacs_zoo.validation.checks.tolerance import ABSOLUTE, RELATIVE

__all__ = ["PROGRAMS", "Comparison", "Program"]

_BY_SPEC: Final = frozenset(
    {
        "core-description-in-folder",
        "format-error",
        "format-unreadable",
        "tolerance-of-integers",
        "tolerance-too-wide",
    }
)
"""Findings of ours that are bioimageio.spec's, or about how it finds a description."""


_ABOUT_ONNX: Final = frozenset({"onnx-custom-operators", "onnx-loads", "onnx-too-new"})


class Comparison(NamedTuple):
    """A verdict beside what the program did.

    Parameters
    ----------
    what
        The package, and the weights format.
    predicted, seen
        Ours and the program's.
    reason, said
        Why, by us and by the program.
    """

    what: str
    predicted: str
    seen: str
    reason: str
    said: str


class Program(NamedTuple):
    """A program that is run.

    Parameters
    ----------
    requirements
        What pip installs.
    script
        What its environment runs, with the folder of packages and the file of results.
    compare
        Takes the results by package, our summaries by package, and the folder.
    """

    requirements: tuple[str, ...]
    script: str
    compare: Callable[
        [Mapping[str, Any], Mapping[str, Summary], Path],
        Iterator[Comparison],
    ]


def _core(
    version: str, found: Mapping[str, Any], ours: Mapping[str, Summary], folder: Path
) -> Iterator[Comparison]:
    for name, formats in found.items():
        for verdict in ours[name].consumers:
            if (verdict.consumer, verdict.version) == ("bioimageio.core", version):
                seen, said = _core_seen(formats, verdict.weights, folder / f"{name}.zip")
                what = f"{name}, {verdict.weights}"
                yield Comparison(what, verdict.verdict, seen, verdict.reason, said)


def _core_seen(formats: Mapping[str, Any], weights: str, path: Path) -> tuple[Verdict, str]:
    """Return the verdict that the program itself gives, and what it said."""
    if "load" in formats:
        return Verdict.FAILS, formats["load"]
    result = formats.get(weights)
    if result is None:
        return Verdict.FAILS, "the format is not there"
    test, predict = result["test"], result["predict"]
    said = f"{test}; {predict}"
    if test != "passed" and not isinstance(predict, float):
        return Verdict.FAILS, said
    if test != "passed" or not isinstance(predict, float) or predict > _allowed(path):
        return Verdict.DIFFERS, said
    return Verdict.RUNS, said


def _allowed(path: Path) -> float:
    """Return the zoo's tolerance at the largest value of the test outputs."""
    with open_package(path) as package:
        largest = max(
            float(abs(package.tensor(spec.test_tensor)).max(initial=0))
            for spec in package.outputs
            if spec.test_tensor is not None
        )
    return ABSOLUTE + RELATIVE * largest


def _numbers(
    consumer: str, found: Mapping[str, Any], ours: Mapping[str, Summary], folder: Path
) -> Iterator[Comparison]:
    """Yield a comparison for each package, of which the program takes the state dict only."""
    for name, said in found.items():
        for verdict in ours[name].consumers:
            if (verdict.consumer, verdict.weights) == (consumer, "pytorch_state_dict"):
                seen = Verdict.FAILS
                if isinstance(said, float):
                    alike = said <= _allowed(folder / f"{name}.zip")
                    seen = Verdict.RUNS if alike else Verdict.DIFFERS
                yield Comparison(name, verdict.verdict, seen, verdict.reason, str(said))


def _spec(
    found: Mapping[str, Any], ours: Mapping[str, Summary], folder: Path
) -> Iterator[Comparison]:
    del folder
    for name, said in found.items():
        broken = [
            finding
            for finding in ours[name].findings
            if finding.id in _BY_SPEC and finding.severity >= Severity.WARNING
        ]
        reason = f"{broken[0].where}: {broken[0].what}" if broken else ""
        seen = "passed" if said == "passed" else "failed"
        yield Comparison(name, "failed" if broken else "passed", seen, reason, said)


def _onnx(
    found: Mapping[str, Any], ours: Mapping[str, Summary], folder: Path
) -> Iterator[Comparison]:
    del folder
    for name, said in found.items():
        about = {each.id: each for each in ours[name].findings if each.id in _ABOUT_ONNX}
        against = [each for key, each in about.items() if key != "onnx-loads"]
        reason = "; ".join(str(each.what) for each in against)
        seen = "loads" if said == "loads" else "fails"
        yield Comparison(name, "fails" if against or not about else "loads", seen, reason, said)


PROGRAMS: Final[Mapping[str, Program]] = {
    **{
        f"bioimageio.core {version}": Program(
            (f"bioimageio.core=={version}", "pydantic<2.14", "torch", "onnxruntime"),
            "core_script.py",
            partial(_core, version),
        )
        for version in ("0.10.4", "0.11.0")
    },
    "BiaPy 3.7": Program(
        ("biapy==3.7.1", "pydantic<2.14"), "biapy_script.py", partial(_numbers, "BiaPy")
    ),
    "CAREamics 0.3.5": Program(
        ("careamics==0.3.5", "pydantic<2.14"),
        "careamics_script.py",
        partial(_numbers, "CAREamics"),
    ),
    "ONNX Runtime 1.13.1": Program((), "onnxruntime_script.py", _onnx),
    "newest bioimageio.spec": Program(("bioimageio.spec",), "spec_script.py", _spec),
}
"""By the name that the command takes."""
