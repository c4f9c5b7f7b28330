"""Two versions of a package side by side: what differs, and whether the second is worse."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from deepbacs_zoo.errors import DeepbacsZooError, HostError
from deepbacs_zoo.findings import Finding, Severity
from deepbacs_zoo.options import Spelling, in_python
from deepbacs_zoo.summary import Summary, Verdict, table_row

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from deepbacs_zoo.package import Package
    from deepbacs_zoo.tensors import TensorSpec
    from deepbacs_zoo.validation.context import Context

__all__ = ["Comparison", "Differing", "compare_packages"]

_LONGEST: Final = 80
_MISSING: Final = "missing"
_BEST_FIRST: Final = (Verdict.RUNS, Verdict.DIFFERS, Verdict.UNKNOWN, Verdict.FAILS)

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Differing:
    """Something that differs between two packages.

    Parameters
    ----------
    where
        A path into the description, a file, a tensor, or a program with its weights.
    before, after
        Of the first and of the second package, in words; empty where there is none.
    """

    where: str
    before: str
    after: str


@dataclass(frozen=True)
class Comparison:
    """Differences between two packages.

    Parameters
    ----------
    first, second
        Validation of both.
    description, files, tensors, verdicts
        What differs; tensors are the test tensors.
    results
        What both compute of the test input of the first: the largest absolute difference by
        output, or why there is none.
    """

    first: Summary
    second: Summary
    description: tuple[Differing, ...]
    files: tuple[Differing, ...]
    tensors: tuple[Differing, ...]
    results: tuple[Differing, ...]
    verdicts: tuple[Differing, ...]

    @property
    def new(self) -> tuple[Finding, ...]:
        """The findings about the second package that the first does not have."""
        return _beyond(self.second, self.first)

    @property
    def gone(self) -> tuple[Finding, ...]:
        """The findings about the first package that the second does not have."""
        return _beyond(self.first, self.second)

    @property
    def worse(self) -> tuple[str, ...]:
        """Whatever is worse in the second package, in words: new errors and lost programs."""
        errors = (
            f"{each.where}: {each.what}" for each in self.new if each.severity is Severity.ERROR
        )
        before, after = _best(self.first), _best(self.second)
        lost = (
            f"{program}: {before[program]} before, {after.get(program, Verdict.FAILS)} now"
            for program in before
            if _rank(after.get(program, Verdict.FAILS)) > _rank(before[program])
        )
        return (*errors, *lost)

    def to_text(self, spelling: Spelling = in_python) -> str:
        """Return plain lines for a terminal."""
        lines = [self._headline()]
        for title, rows in self._sections(spelling):
            lines.append(f"  {title}")
            lines += [f"    {where}: {_arrow(before, after)}" for where, before, after in rows]
        return "\n".join(lines)

    def to_markdown(self, spelling: Spelling = in_python) -> str:
        """Return Markdown with a table for each kind of difference."""
        lines = [f"# {self._headline()}"]
        for title, rows in self._sections(spelling):
            lines += ["", f"## {title.capitalize()}", ""]
            lines += [table_row(("where", "before", "after")), "|---" * 3 + "|"]
            lines += [table_row((f"`{where}`", before, after)) for where, before, after in rows]
        return "\n".join(lines)

    def to_json(self, spelling: Spelling = in_python) -> str:
        """Return one JSON object with a list for each kind of difference."""
        answer = {
            "first": self.first.subject,
            "second": self.second.subject,
            "worse": list(self.worse),
            **{
                name: [vars(each) for each in getattr(self, name)]
                for name in ("description", "files", "tensors", "results", "verdicts")
            },
            "new": [each.plain(spelling) for each in self.new],
            "gone": [each.plain(spelling) for each in self.gone],
        }
        return json.dumps(answer, indent=2, ensure_ascii=False)

    def _headline(self) -> str:
        verdict = "the second is worse" if self.worse else "the second is no worse"
        if not any(rows for _, rows in self._sections(in_python)):
            verdict = "they are the same"
        return f"{self.first.subject} and {self.second.subject}: {verdict}"

    def _sections(self, spelling: Spelling) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
        """Yield title and rows of what differs."""
        kinds = {
            "worse": [("worse", "", text) for text in self.worse],
            "description": _stated(self.description),
            "files": _stated(self.files),
            "test tensors": _rows(self.tensors),
            "results of the first test input": _rows(self.results),
            "verdicts": _rows(self.verdicts),
            "new findings": [
                (each.where, "", f"{each.severity.name} {each.sentence(spelling)}")
                for each in self.new
            ],
            "gone findings": [
                (each.where, f"{each.severity.name} {each.sentence(spelling)}", "")
                for each in self.gone
            ],
        }
        yield from ((title, rows) for title, rows in kinds.items() if rows)


def compare_packages(
    first: str | Path,
    second: str | Path,
    *,
    trust: bool = False,
    progress: Progress | None = None,
) -> Comparison:
    """Compare two versions of a package, such as before and after a new training.

    Parameters
    ----------
    first, second
        Zips, folders, or names of models that come with the project.
    trust
        Whether code that comes with the packages may run.
    progress
        Called with the number of checks done and their total.

    Raises
    ------
    UsageError
        There is nothing at a path.
    HostError
        The computer refuses.
    """
    from deepbacs_zoo.models import package_path
    from deepbacs_zoo.validation.run import validate

    paths = package_path(first), package_path(second)
    report = progress or (lambda done, total: None)
    before = validate(paths[0], trust=trust, progress=lambda done, n: report(done, 2 * n))
    after = validate(paths[1], trust=trust, progress=lambda done, n: report(n + done, 2 * n))
    with ExitStack() as stack:
        one, other = (_opened(path, stack) for path in paths)
        both = () if one is None or other is None else (one, other)
        return Comparison(
            before,
            after,
            description=_differing(_leaves(one), _leaves(other)),
            files=_differing(_files(paths[0]), _files(paths[1])),
            tensors=tuple(_tensors(*both)) if both else (),
            results=tuple(_results(*both, trust=trust)) if both else (),
            verdicts=_differing(_verdicts(before), _verdicts(after)),
        )


def _opened(path: Path, stack: ExitStack) -> Package | None:
    from deepbacs_zoo.errors import PackageError
    from deepbacs_zoo.package import open_package

    try:
        return stack.enter_context(open_package(path))
    except PackageError:  # a finding says why
        return None


def _differing(first: Mapping[str, str], second: Mapping[str, str]) -> tuple[Differing, ...]:
    """Return what two tables do not have alike, in the order of the first."""
    return tuple(
        Differing(key, first.get(key, ""), second.get(key, ""))
        for key in dict.fromkeys((*first, *second))
        if first.get(key) != second.get(key)
    )


# --- description and files -----------------------------------------------------------------------


def _leaves(package: Package | None) -> dict[str, str]:
    return {} if package is None else dict(_fields(package.description, ""))


def _fields(value: object, place: str) -> Iterator[tuple[str, str]]:
    """Yield all values of a description as JSON, with their places."""
    entries: Sequence[tuple[object, Any]] = ()
    if isinstance(value, Mapping):
        entries = list(value.items())
    elif isinstance(value, list):
        entries = list(enumerate(value))
    for key, entry in entries:
        yield from _fields(entry, f"{place}.{key}" if place else str(key))
    if not entries:
        yield place, json.dumps(value, ensure_ascii=False, default=str)


def _files(path: Path) -> dict[str, str]:
    """Return size and hash of all files by name; none of a package that cannot be read."""
    from deepbacs_zoo.package.opening import open_source

    try:
        source, _ = open_source(path)
    except HostError:
        raise
    except DeepbacsZooError:
        return {}
    try:
        found = {}
        for name in source.names():
            try:
                with source.open(name) as file:
                    found[name] = _size_and_hash(iter(lambda: file.read(1 << 20), b""))
            except (DeepbacsZooError, OSError, ValueError, RuntimeError) as error:
                found[name] = f"not readable ({type(error).__name__})"
        return found
    finally:
        source.close()


def _size_and_hash(blocks: Iterator[bytes]) -> str:
    digest, size = hashlib.sha256(), 0
    for block in blocks:
        digest.update(block)
        size += len(block)
    return f"{size:,} bytes, SHA-256 {digest.hexdigest()[:12]}…"


# --- tensors and results -------------------------------------------------------------------------


def _tensors(first: Package, second: Package) -> Iterator[Differing]:
    """Yield test tensors that are not the same, with their largest difference."""
    before, after = _test_tensors(first), _test_tensors(second)
    for name in dict.fromkeys((*before, *after)):
        one, other = before.get(name), after.get(name)
        if one is None or other is None or one.shape != other.shape or one.dtype != other.dtype:
            yield Differing(name, _form(one), _form(other))
        elif largest := _largest(one, other):
            yield Differing(name, _form(one), f"largest difference {largest:.2g}")


def _form(array: NDArray[Any] | None) -> str:
    if array is None:
        return ""
    return f"{' x '.join(map(str, array.shape))}, {array.dtype}"


def _test_tensors(package: Package) -> dict[str, NDArray[Any]]:
    """Return the test tensors that can be read, axes and dtype as described."""
    found = {}
    for side, specs in (("input", package.inputs), ("output", package.outputs)):
        for spec in specs:
            if spec.test_tensor is None:
                continue
            try:
                found[f"{side} {spec.id}"] = package.tensor(spec.test_tensor)
            except DeepbacsZooError:  # a finding says why
                continue
    return found


def _results(first: Package, second: Package, *, trust: bool) -> Iterator[Differing]:
    """Yield the largest differences of what both compute of the first test input."""
    from deepbacs_zoo.validation.context import Context

    if tuple(map(_kind, first.inputs)) != tuple(map(_kind, second.inputs)):
        yield Differing("inputs", "", "not compared: the packages take other images")
        return
    try:
        with Context(first, trust=trust) as one, Context(second, trust=trust) as other:
            tensors = one.test_tensors(first.inputs)
            found = [_outputs(context, tensors) for context in (one, other)]
    except HostError:
        raise
    except DeepbacsZooError as error:
        yield Differing("inputs", "", f"not compared: {error.what}")
        return
    one_found, other_found = found
    if one_found is None or other_found is None:
        yield Differing("weights", "", "not compared: weights of one package do not run here")
        return
    yield from _unlike(one_found, other_found)


def _unlike(
    first: Mapping[str, NDArray[Any]], second: Mapping[str, NDArray[Any]]
) -> Iterator[Differing]:
    """Yield the outputs, axes and dtype as described, that are not the same."""
    for name in dict.fromkeys((*first, *second)):
        one, other = first.get(name), second.get(name)
        if one is None or other is None or one.shape != other.shape:
            yield Differing(f"output {name}", _form(one), _form(other))
        elif largest := _largest(one, other):
            yield Differing(f"output {name}", "", f"largest difference {largest:.2g}")


def _kind(spec: TensorSpec) -> tuple[object, ...]:
    channels = next((axis.size for axis in spec.axes if axis.name == "c"), None)
    return spec.axis_names, spec.dtype, channels


def _outputs(
    context: Context, tensors: Mapping[str, NDArray[Any]]
) -> dict[str, NDArray[Any]] | None:
    """Return what a package computes of tensors, by the weights that prediction takes."""
    from deepbacs_zoo.prediction import run_network

    session = context.first_session()
    if session is None:
        return None
    # The inputs of both are alike; their ids may differ.
    ids = [spec.id for spec in context.package.inputs]
    given = dict(zip(ids, tensors.values(), strict=False))
    return run_network(context.package, session, given)


def _largest(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Return the largest absolute difference of two arrays of one shape, any axes and dtype."""
    from deepbacs_zoo.validation.checks.tolerance import compare

    return compare(other, one).largest


# --- findings and verdicts -----------------------------------------------------------------------


def _beyond(summary: Summary, other: Summary) -> tuple[Finding, ...]:
    known = {(each.id, each.where, each.severity) for each in other.findings}
    return tuple(
        each for each in summary.findings if (each.id, each.where, each.severity) not in known
    )


def _verdicts(summary: Summary) -> dict[str, str]:
    return {f"{each.program}, {each.weights}": str(each.verdict) for each in summary.consumers}


def _best(summary: Summary) -> dict[str, Verdict]:
    """Return the best verdict on each program, whatever the weights."""
    best: dict[str, Verdict] = {}
    for each in summary.consumers:
        known = best.setdefault(each.program, each.verdict)
        best[each.program] = min(known, each.verdict, key=_rank)
    return best


def _rank(verdict: Verdict) -> int:
    return _BEST_FIRST.index(verdict)


def _rows(differing: Sequence[Differing]) -> list[tuple[str, str, str]]:
    return [(each.where, _short(each.before), _short(each.after)) for each in differing]


def _stated(differing: Sequence[Differing]) -> list[tuple[str, str, str]]:
    """Return rows of what stands in one package and may stand in the other."""
    return [(where, old or _MISSING, new or _MISSING) for where, old, new in _rows(differing)]


def _arrow(before: str, after: str) -> str:
    return f"{before} -> {after}" if before and after else before or after


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
