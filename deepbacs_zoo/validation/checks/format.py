"""The judge of the format: bioimageio.spec, asked without the network.  Its only door.

The library looks up GitHub users, addresses and remote files when it also checks files.  So it is
asked twice: once about the whole description without any look-up, and once about the parts that
name files of the package, which it then opens.
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
from deepbacs_zoo.findings import Finding, Severity
from deepbacs_zoo.package import Package
from deepbacs_zoo.package.members import is_remote
from deepbacs_zoo.validation.checks.outcome import Outcome, note

__all__ = ["check_format"]

_WHERE: Final = "description"
_DESCRIPTIONS: Final = ("rdf.yaml", "bioimageio.yaml", "model.yaml")
# Fields with people and addresses, which are looked up; judged in the first asking only.
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

Entry = tuple[Severity, str, str]


def check_format(path: Path, package: Package | None) -> Outcome:
    """Ask bioimageio.spec, and say which version of it judged.

    Parameters
    ----------
    path
        Where the package is.
    package
        The open package, ``None`` when it could not be opened; then only bioimageio.spec reads it.
    """
    with _library() as spec:
        skipped: tuple[str, ...] = ()
        try:
            if package is None:
                summary = _read_by_itself(spec, path)
                entries = list(_entries(summary))
            else:
                summary, entries, skipped = _asked_twice(spec, path, package)
        except Exception as error:  # noqa: BLE001 - the judge may fail in any way on a broken package
            return Outcome((_failed(spec, error),))
    version = summary.format_version
    stated = f", which states {package.format_version}" if package is not None else ""
    judged = f"judged by bioimageio.spec {spec.__version__} as format {version}{stated}"
    findings = [note(_WHERE, judged)]
    findings += [note(_WHERE, words) for words in skipped]
    findings += [_finding(entry) for entry in entries]
    completeness = float(summary.metadata_completeness)
    return Outcome(tuple(findings), {"metadata_completeness": completeness})


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


def _asked_twice(
    spec: Any,  # noqa: ANN401 - types of the library
    path: Path,
    package: Package,
) -> tuple[Any, list[Entry], tuple[str, ...]]:
    skipped: list[str] = []
    content = _plain(package.description)
    for entry in content.get("inputs", ()):
        if isinstance(entry, dict) and entry.pop("output_of", None) is not None:
            skipped.append("output_of names a model of the zoo, which was not looked up")
    with ExitStack() as stack:
        root = _root(path, stack)
        summary = _ask(spec, content, root, look=False)
        entries = list(_entries(summary))
        if root is None:
            skipped.append("files were not shown to bioimageio.spec: they lie in a folder of a zip")
        elif any(_remote_sources(content)):
            skipped.append("files were not shown to bioimageio.spec: some lie on the network")
        elif summary.status != "failed":
            local = {key: value for key, value in content.items() if key not in _LOOKED_UP}
            looked = _entries(_ask(spec, local, root, look=True))
            entries += [
                (severity, where, f"the files do not fit: {what}" if where == _WHERE else what)
                for severity, where, what in looked
                if (severity, where, what) not in entries and where.split(".")[0] not in _LOOKED_UP
            ]
    return summary, entries, tuple(skipped)


def _ask(spec: Any, content: dict[str, Any], root: Any, *, look: bool) -> Any:  # noqa: ANN401
    context = spec.ValidationContext(
        perform_io_checks=look,
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
    return archive if set(_DESCRIPTIONS) & set(archive.namelist()) else None


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
        return note(where, what)
    allowed = "what the bioimage.io specification has at this place"
    return Finding(severity, where, what, allowed, "correct this field of the description")


def _failed(spec: Any, error: Exception) -> Finding:  # noqa: ANN401 - types of the library
    return Finding(
        Severity.ERROR,
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
