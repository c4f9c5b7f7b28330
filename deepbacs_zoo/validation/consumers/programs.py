"""Programs that read packages: their rules as data, what several look at, and verdicts by them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from deepbacs_zoo.findings import ConsumerRule, Finding, Issue, Severity
from deepbacs_zoo.package import Package
from deepbacs_zoo.summary import OTHER_WEIGHTS, ConsumerVerdict, Difference, Verdict
from deepbacs_zoo.tensors import FixedSize, ReferencedSize, Step, TensorSpec
from deepbacs_zoo.validation.checks.outcome import Outcome
from deepbacs_zoo.validation.context import Context

if TYPE_CHECKING:
    from deepbacs_zoo.validation.consumers.measured import Measured

__all__ = [
    "Breach",
    "Consumer",
    "Expectation",
    "Look",
    "Program",
    "described_documents",
    "halo",
    "issues_of",
    "other_size",
    "several_inputs",
    "several_outputs",
    "space_axis_without_id",
    "statistics",
    "steps_that",
    "three_dimensional",
    "unmeasured",
    "whole_images_only",
    "worded",
]

_PLAIN_DOCUMENTS: Final = (0, 5, 10)
_OF_THE_IMAGE: Final = frozenset({"scale_range", "zero_mean_unit_variance", "scale_mean_variance"})


class Breach(NamedTuple):
    """A place of the description that breaks an expectation, and what is there."""

    where: str
    what: str


Look = Callable[[Package], Iterator[Breach]]
"""What is looked at."""


class Expectation(NamedTuple):
    """One rule of a program.

    Parameters
    ----------
    rule
        Its identity, reason and evidence, and whether the program fails without it.
    look
        Finds the places that break it.
    allowed, hint
        What is right, and what to do.
    """

    rule: ConsumerRule
    look: Look
    allowed: str
    hint: str


def issues_of(package: Package, expectations: Collection[Expectation]) -> tuple[Issue, ...]:
    """Return every breach, in the order of the table."""
    return tuple(
        each.rule.issue(breach.where, breach.what, each.allowed, each.hint)
        for each in expectations
        for breach in each.look(package)
    )


@dataclass(frozen=True)
class Program:
    """A program that reads packages.

    Parameters
    ----------
    name, version
        As users know it.
    """

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()

    def decide(
        self,
        weights: str,
        issues: Iterable[Issue],
        differences: Sequence[Difference] | None = None,
        allowed: float = 0.0,
    ) -> ConsumerVerdict:
        """Return the verdict about a weights format.

        Parameters
        ----------
        weights
            The format.
        issues
            The rules that the package breaks there.
        differences
            What was measured, which then decides between equal and different numbers; ``None``
            where nothing could be, so that the rules decide.
        allowed
            The largest difference that is none.
        """
        broken = tuple(issues)
        fatal = tuple(issue.finding for issue in broken if issue.rule.blocks)
        if fatal:
            return self._verdict(weights, Verdict.FAILS, fatal)
        others = tuple(issue.finding for issue in broken)
        if differences is None:
            differences = unmeasured(broken)
        alike = all(each.largest is not None and each.largest <= allowed for each in differences)
        verdict = Verdict.RUNS if alike else Verdict.DIFFERS
        return self._verdict(weights, verdict, others, tuple(differences))

    def takes(self, weights: str, others: Sequence[str], why: str = "") -> ConsumerVerdict:
        """Return the verdict about a weights format that the program passes over."""
        finding = OTHER_WEIGHTS.finding(
            f"{self}, weights.{weights}",
            f"it does not take this format{why}",
            ", ".join(others),
            "add weights of such a format" if others else "",
        )
        return self._verdict(weights, Verdict.FAILS, (finding,))

    def _verdict(
        self,
        weights: str,
        verdict: Verdict,
        findings: tuple[Finding, ...],
        differences: tuple[Difference, ...] = (),
    ) -> ConsumerVerdict:
        return ConsumerVerdict(self.name, self.version, weights, verdict, findings, differences)


@dataclass(frozen=True)
class Consumer:
    """A program that takes the first weights format it knows, and its rules.

    Parameters
    ----------
    program
        The program.
    expectations
        Its rules.
    formats
        The weights formats that it takes, the preferred one first.
    """

    program: Program
    expectations: tuple[Expectation, ...]
    formats: tuple[str, ...]

    def check(
        self, context: Context, measure: Callable[[Context], Measured | None] | None = None
    ) -> Outcome:
        """Predict whether it runs a package, and whether it computes the same.

        Parameters
        ----------
        context
            The package.
        measure
            Runs a model of the program, if there is one, on packages that it does not fail on.
        """
        package = context.package
        issues = issues_of(package, self.expectations)
        taken = next((name for name in self.formats if name in package.weights), None)
        blocked = taken is None or any(issue.rule.blocks for issue in issues)
        found = None if measure is None or blocked else measure(context)
        # Rules about larger images than those that a model runs.
        differences = None if found is None else (*found.differences, *unmeasured(issues))
        allowed = 0.0 if found is None else found.allowed
        verdicts = tuple(
            self.program.decide(name, issues, differences, allowed)
            if name == taken
            else self.program.takes(name, self.formats if taken is None else (taken,))
            for name in package.weights
        )
        findings = worded(self.program, issues, Severity.INFO) if taken is not None else ()
        return Outcome(findings, consumers=verdicts)


def unmeasured(issues: Iterable[Issue]) -> tuple[Difference, ...]:
    """Return the differences that rules predict and nothing measured."""
    return tuple(Difference(str(issue.finding.what)) for issue in issues)


def worded(
    program: Program, issues: Iterable[Issue], severity: Severity | None = None
) -> tuple[Finding, ...]:
    """Return issues as findings that name the program and say what becomes of the package.

    The severity is that of the rules, or a lower one for programs that few packages are made for.
    """
    return tuple(
        rule.finding(
            f"{program}, {finding.where}",
            ("will not run it: " if rule.blocks else "will compute something else: ")
            + finding.what,
            finding.allowed,
            finding.hint,
            severity=severity,
        )
        for rule, finding in issues
    )


def several_inputs(package: Package) -> Iterator[Breach]:
    """Look for more or fewer than one input."""
    if len(package.inputs) != 1:
        yield Breach("inputs", f"there are {len(package.inputs)} inputs")


def several_outputs(package: Package) -> Iterator[Breach]:
    """Look for more or fewer than one output."""
    if len(package.outputs) != 1:
        yield Breach("outputs", f"there are {len(package.outputs)} outputs")


def described_documents(package: Package) -> Iterator[Breach]:
    """Look for documentation and covers as mappings, which format 0.5.11 brought."""
    version = package.format_version
    number = tuple(int(part) for part in version.split(".")[:3] if part.isdigit())
    metadata = package.metadata
    documents = [each for each in (metadata.documentation, *metadata.covers) if each]
    if number > _PLAIN_DOCUMENTS or any(each.is_mapping for each in documents):
        yield Breach("format_version", f"format {version}, with documents as mappings")


def three_dimensional(package: Package) -> Iterator[Breach]:
    """Look for an input with three space axes."""
    for index, spec in enumerate(package.inputs):
        if "z" in spec.axis_names:
            yield Breach(f"inputs.{index}.axes", "the input has an axis z")


def other_size(package: Package) -> Iterator[Breach]:
    """Look for outputs that have not the size of the image."""
    for index, spec in enumerate(package.outputs):
        for axis in spec.space:
            size = axis.size
            same = isinstance(size, ReferencedSize) and (size.scale, size.offset) == (1.0, 0.0)
            if not same and not _is_that_of_the_input(package, axis.name, size):
                yield Breach(
                    f"outputs.{index}.axes.{axis.id}", "the output has not the size of the image"
                )


def _is_that_of_the_input(package: Package, name: str, size: object) -> bool:
    if not isinstance(size, FixedSize) or not package.inputs:
        return False
    axes = {axis.name: axis.size for axis in package.inputs[0].space}
    return axes.get(name) == size


def halo(package: Package) -> Iterator[Breach]:
    """Look for a halo."""
    for index, spec in enumerate(package.outputs):
        if largest := max((axis.halo for axis in spec.space), default=0):
            yield Breach(f"outputs.{index}.axes", f"the output has a halo of {largest} pixels")


def space_axis_without_id(package: Package) -> Iterator[Breach]:
    """Look for space axes of format 0.5 that state no id."""
    if package.format_version.startswith("0.4"):
        return
    for side in ("inputs", "outputs"):
        for index, tensor in enumerate(package.description.get(side) or ()):
            for number, axis in enumerate(tensor.get("axes") or ()):
                if isinstance(axis, Mapping) and axis.get("type") == "space" and "id" not in axis:
                    yield Breach(f"{side}.{index}.axes.{number}", "the space axis states no id")


def steps_that(
    concerns: Callable[[Step, TensorSpec], bool], what: str, sides: str = "inputs outputs"
) -> Look:
    """Return a look for steps of which something is true.

    Parameters
    ----------
    concerns
        Takes a step and its tensor.
    what
        What is there, with ``{}`` for the operation.
    sides
        ``inputs``, ``outputs`` or both.
    """

    def look(package: Package) -> Iterator[Breach]:
        for side, specs in (("inputs", package.inputs), ("outputs", package.outputs)):
            for index, spec in enumerate(specs if side in sides.split() else ()):
                for number, step in enumerate(spec.steps):
                    if concerns(step, spec):
                        where = f"{side}.{index}.steps.{number} ({step.name})"
                        yield Breach(where, what.format(step.name))

    return look


def _measures(step: Step, spec: TensorSpec) -> bool:
    del spec
    return step.name in _OF_THE_IMAGE or (
        step.name == "clip" and {"min_percentile", "max_percentile"} & step.kwargs.keys() != set()
    )


statistics: Final = steps_that(_measures, "{} takes the statistics of an image")
"""Look for steps that measure the image."""


def whole_images_only(package: Package) -> Iterator[Breach]:
    """Look for a network that measures the image, or continues it, by itself."""
    if not package.zoo_config.allow_tiling:
        yield Breach("config.deepbacs_zoo", "the network takes an image in one piece only")
