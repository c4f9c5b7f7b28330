"""The check of the format by bioimageio.spec, without the network; its only importer.

The library looks up GitHub users, addresses and remote files when it also checks files.  So it runs
twice: on the whole description without any look-up, and on the parts that name files of the
package, which it then opens.
"""

from __future__ import annotations

import copy
import gc
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from deepbacs_zoo.errors import MissingExtraError
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.package import Package
from deepbacs_zoo.package.find_description import DESCRIPTION_NAMES
from deepbacs_zoo.package.members import is_remote
from deepbacs_zoo.validation.checks.outcome import Outcome

__all__ = ["check_format"]

_WHERE: Final = "description"
# Fields with people and addresses, which are looked up; checked in the first run only.
_LOOKED_UP: Final = (
    "authors",
    "badges",
    "cite",
    "git_repo",
    "links",
    "maintainers",
    "packaged_by",
    "parent",
    "training_data",
    "uploader",
)

_SPEC: Final = "bioimageio.spec, the reference implementation of the format"
FORMAT_CHECKED: Final = Rule(
    "format-checked",
    Severity.INFO,
    "Versions of bioimageio.spec differ in what they accept.",
    _SPEC,
)
FORMAT_PARTLY_CHECKED: Final = Rule(
    "format-partly-checked",
    Severity.INFO,
    "Parts of a package that lie on the network are not looked up, so mistakes there are not seen.",
)
FORMAT_UNREADABLE: Final = Rule(
    "format-unreadable",
    Severity.ERROR,
    "The zoo takes no package on which its own library fails.",
    _SPEC,
)
COMPLETENESS: Final = "metadata_completeness"
"""The share of the fields of the format that the description gives."""

FORMAT_ERROR: Final = Rule(
    "format-error", Severity.ERROR, "The zoo takes no package that breaks its format.", _SPEC
)
FORMAT_WARNING: Final = Rule(
    "format-warning",
    Severity.WARNING,
    "The zoo publishes such a package and advises against it.",
    _SPEC,
)
FORMAT_NOTE: Final = Rule(
    "format-note", Severity.INFO, "The library of the zoo remarks on this field.", _SPEC
)
_RULES: Final = {rule.severity: rule for rule in (FORMAT_NOTE, FORMAT_WARNING, FORMAT_ERROR)}

Entry = tuple[Severity, str, str]
"""Severity, place and message."""


def check_format(path: Path, package: Package | None, *, online: bool = False) -> Outcome:
    """Check the description and the files by bioimageio.spec, and say by which version of it.

    Parameters
    ----------
    path
        Where the package is.
    package
        The open package, ``None`` when it could not be opened; then only bioimageio.spec reads it.
    online
        Whether bioimageio.spec may look up people and models, and fetch files, on the network.
    """
    with _library() as spec:
        skipped: tuple[str, ...] = ()
        try:
            if package is None:
                summary = _read_by_itself(spec, path)
                entries = list(_entries(summary))
            else:
                summary, entries, skipped = _checked_twice(spec, path, package, online)
        except Exception as error:  # noqa: BLE001 - the library may fail in any way on a broken package
            # Where the package could not be opened, that was said already.
            return Outcome(() if package is None else (_failed(spec, error),))
    version = summary.format_version
    stated = f", which states {package.format_version}" if package is not None else ""
    checked = f"checked by bioimageio.spec {spec.__version__} as format {version}{stated}"
    findings = [FORMAT_CHECKED.finding(_WHERE, checked)]
    findings += [FORMAT_PARTLY_CHECKED.finding(_WHERE, text) for text in skipped]
    findings += [_finding(entry) for entry in entries]
    completeness = float(summary.metadata_completeness)
    return Outcome(tuple(findings), {COMPLETENESS: completeness})


@contextmanager
def _library() -> Iterator[Any]:
    """Import bioimageio.spec, keep its log off the terminal, and close what it leaves open."""
    try:
        from bioimageio import spec
        from loguru import logger
    except ImportError as error:
        raise MissingExtraError.of("zoo", "bioimageio.spec", "validate") from error
    logger.disable("bioimageio")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            yield spec
        finally:
            logger.enable("bioimageio")
            # Files that it read from stay open in cycles of its objects, until these are collected.
            gc.collect()


def _read_by_itself(spec: Any, path: Path) -> Any:  # noqa: ANN401 - types of the library
    return spec.load_description(path, perform_io_checks=False).validation_summary


def _checked_twice(
    spec: Any,  # noqa: ANN401 - types of the library
    path: Path,
    package: Package,
    online: bool,
) -> tuple[Any, list[Entry], tuple[str, ...]]:
    whole = _plain(package.description)
    content = copy.deepcopy(whole)
    skipped = ["output_of names a model of the zoo, which was not looked up"] * _unlinked(content)
    with ExitStack() as stack:
        root = _root(path, stack)
        summary = _check(spec, content, root, files=False)
        entries = list(_entries(summary))
        hidden = _reason_to_hide_files(content, root)
        if hidden:
            skipped.append(hidden)
        elif summary.status != "failed":
            entries += _file_entries(spec, content, root, entries)
        if online and summary.status != "failed":
            try:
                skipped = []
                entries += _looked_up(spec, whole, root, entries)
            except Exception as error:  # noqa: BLE001 - the library lets errors of the network out
                reason = f"{type(error).__name__}: {_one_line(str(error))[:200]}"
                skipped = [f"look-ups on the network failed ({reason})"]
    return summary, entries, tuple(skipped)


def _unlinked(content: dict[str, Any]) -> int:
    """Remove links to models of the zoo from the inputs; return how many there were."""
    inputs = [entry for entry in content.get("inputs", ()) if isinstance(entry, dict)]
    return sum(entry.pop("output_of", None) is not None for entry in inputs)


def _reason_to_hide_files(content: dict[str, Any], root: object) -> str:
    if root is None:
        return "files were not shown to bioimageio.spec: they lie in a folder of a zip"
    if any(_remote_sources(content)):
        return "files were not shown to bioimageio.spec: some lie on the network"
    return ""


def _file_entries(
    spec: Any,  # noqa: ANN401 - types of the library
    content: dict[str, Any],
    root: object,
    known: list[Entry],
) -> Iterator[Entry]:
    """Yield what is new when the library opens the files of the package, too."""
    local = {key: value for key, value in content.items() if key not in _LOOKED_UP}
    for severity, where, what in _entries(_check(spec, local, root, files=True)):
        if (severity, where, what) in known or where.split(".")[0] in _LOOKED_UP:
            continue
        yield severity, where, f"the files do not fit: {what}" if where == _WHERE else what


def _looked_up(
    spec: Any,  # noqa: ANN401 - types of the library
    content: dict[str, Any],
    root: object,
    known: list[Entry],
) -> list[Entry]:
    """Return what is new when the library looks up whatever the description names.

    Raises
    ------
    ConnectionError
        The network is down, which the library takes for a mistake of the description.
    """
    summary = _check(spec, content, root, files=True)
    for detail in summary.details:
        for error in detail.errors:
            if error.type[:1].isupper():  # the class of an exception; mistakes are in small letters
                raise ConnectionError(f"{error.type}: {error.msg}")
    return [entry for entry in _entries(summary) if entry not in known]


def _check(spec: Any, content: dict[str, Any], root: object, *, files: bool) -> Any:  # noqa: ANN401
    context = spec.ValidationContext(
        perform_io_checks=files,
        log_warnings=False,
        progressbar=False,
        **({} if root is None else {"root": root}),
    )
    described = spec.build_description(copy.deepcopy(content), context=context)
    return described.validation_summary


def _root(path: Path, stack: ExitStack) -> Path | zipfile.ZipFile | None:
    if path.is_dir():
        return path
    if not zipfile.is_zipfile(path):
        return path.parent
    archive = stack.enter_context(zipfile.ZipFile(path))
    return archive if set(DESCRIPTION_NAMES) & set(archive.namelist()) else None


def _entries(summary: Any) -> Iterator[Entry]:  # noqa: ANN401 - types of the library
    for detail in summary.details:
        for error in detail.errors:
            yield Severity.ERROR, _place(error.loc), _one_line(error.msg)
        for warning in detail.warnings:
            # The library knows 20 info, 30 warning, 35 alert.
            severity = Severity.WARNING if warning.severity > Severity.INFO else Severity.INFO
            yield severity, _place(warning.loc), _one_line(warning.msg)


def _finding(entry: Entry) -> Finding:
    severity, where, what = entry
    if severity == Severity.INFO:
        return FORMAT_NOTE.finding(where, what)
    allowed = "what the bioimage.io specification has at this place"
    return _RULES[severity].finding(where, what, allowed, "correct this field of the description")


def _failed(spec: Any, error: Exception) -> Finding:  # noqa: ANN401 - types of the library
    return FORMAT_UNREADABLE.finding(
        _WHERE,
        f"bioimageio.spec {spec.__version__} cannot read it ({type(error).__name__}: "
        f"{_one_line(str(error))[:300]})",
        "a package in a bioimage.io format",
        "correct the description, or get the package again",
    )


def _place(location: tuple[int | str, ...]) -> str:
    """Return a path into the description, without the library's names of validators and classes."""
    parts = [str(part) for part in location]
    kept = [part for part in parts if part and not part[0].isupper() and "[" not in part]
    return ".".join(kept) or _WHERE


def _one_line(text: str) -> str:
    return " ".join(text.split()).removeprefix("Value error, ").rstrip(".")


def _plain(value: Any) -> Any:  # noqa: ANN401 - YAML holds anything
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return value


def _remote_sources(value: Any) -> Iterator[str]:  # noqa: ANN401 - YAML holds anything
    """Yield every file of the description that is an address."""
    if isinstance(value, dict):
        for key, entry in value.items():
            named = key in ("source", "documentation", "icon")
            if named and isinstance(entry, str) and is_remote(entry):
                yield entry
            elif key in ("covers", "attachments", "test_inputs", "test_outputs", "sample_inputs"):
                yield from _remote_in(entry)
            elif key not in ("config", *_LOOKED_UP):
                yield from _remote_sources(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _remote_sources(entry)


def _remote_in(entries: Any) -> Iterator[str]:  # noqa: ANN401 - YAML holds anything
    entries = entries.get("files") if isinstance(entries, dict) else entries
    for entry in entries if isinstance(entries, list) else ():
        source = entry.get("source") if isinstance(entry, dict) else entry
        if isinstance(source, str) and is_remote(source):
            yield source
