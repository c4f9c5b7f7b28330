"""The check of safety: what could harm whoever unpacks a package or loads its weights.

Files are looked at where they lie; nothing is unpickled, unpacked or executed, and no weights are
loaded before.  Each finding names the file and what it would do.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Final

from deepbacs_zoo.errors import DeepbacsZooError, PackageError
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.validation.checks.members import EXPLAIN, MEMBER_LINK, MOST_NAMED, member_findings
from deepbacs_zoo.validation.checks.outcome import Outcome, error_finding

if TYPE_CHECKING:
    from deepbacs_zoo.package import Package
    from deepbacs_zoo.package.source import Source
    from deepbacs_zoo.validation.context import Context

__all__ = ["check_closed", "check_safety"]

_CODE: Final[Mapping[str, str]] = MappingProxyType(
    {
        ".py": "Python code",
        ".ipynb": "a notebook",
        ".ijm": "an ImageJ macro",
        ".bsh": "a BeanShell script",
        ".groovy": "a Groovy script",
        ".js": "JavaScript",
        ".jar": "Java code",
        ".class": "Java code",
        ".sh": "a shell script",
        ".bat": "a batch file",
        ".exe": "a program",
        ".dll": "a library of machine code",
        ".so": "a library of machine code",
        ".dylib": "a library of machine code",
        ".pkl": "a pickle, which runs code when it is read",
        ".pickle": "a pickle, which runs code when it is read",
    }
)

EXECUTABLE_FILE: Final = Rule(
    "executable-file", Severity.INFO, "A file that can run can do harm, once it is trusted."
)
PICKLE_CODE: Final = Rule(
    "pickle-with-code",
    Severity.WARNING,
    "Whoever reads a pickle calls the functions that it names.",
    "Python, module pickle; torch.load without weights_only",
)
KERAS_LAMBDA: Final = Rule(
    "keras-lambda",
    Severity.WARNING,
    "A layer of this kind holds Python code, which Keras executes as it loads the model.",
    "Keras 3, safe_mode",
)
GRAPH_FILES: Final = Rule(
    "graph-touches-files",
    Severity.WARNING,
    "Operations of a graph that read or write files, or call Python, run with every image.",
    "TensorFlow, SECURITY.md",
)
ARCHITECTURE_CODE: Final = Rule(
    "architecture-code", Severity.INFO, "State dicts are loaded into what the code builds."
)
YAML_TAG: Final = Rule(
    "yaml-tag",
    Severity.ERROR,
    "Loaders of YAML that are not safe build the object that a tag names.",
    "PyYAML, yaml.unsafe_load",
)

_PYTHON_TAG: Final = re.compile(rb"!!python/\S+|!<tag:yaml.org,2002:python/[^>]+>")
_LAMBDA: Final = (b'"class_name": "Lambda"', b'"class_name":"Lambda"')
_OPERATIONS: Final = (b"PyFunc", b"ReadFile", b"WriteFile", b"MatchingFiles")
_PICKLED: Final = (".pt", ".pth", ".ckpt", ".bin", ".pkl", ".pickle", ".joblib")
_KERAS: Final = (".keras", ".h5", ".hdf5")


def check_safety(context: Context) -> Outcome:
    """Look at members, links, pickles, layers and operations with code, and code that is named."""
    package = context.package
    return Outcome((*member_findings(package.path), *_contents(package.path), *_code(package)))


def check_closed(path: Path, error: PackageError) -> Outcome:
    """Look at a package that cannot be opened, as far as its files can be listed.

    Where members are the reason, all of them are named instead of the first one.
    """
    members = tuple(member_findings(path))
    is_said = any(each.id != MEMBER_LINK.id for each in members)
    opening = () if is_said else (error_finding(error),)
    return Outcome((*opening, *members, *_contents(path), *_tags(path)))


# --- contents ------------------------------------------------------------------------------------


def _contents(path: Path) -> Iterator[Finding]:
    """Yield what the files of weights would do, whether their hashes are right or not."""
    from deepbacs_zoo.package.opening import open_source

    try:
        source, _ = open_source(path)
    except DeepbacsZooError:
        return
    try:
        for name in source.names():
            yield from _content(source, name)
    finally:
        source.close()


def _content(source: Source, name: str) -> Iterator[Finding]:
    for endings, look in _LOOKS.items():
        if name.lower().endswith(endings):
            try:
                with source.open(name) as file:
                    yield from look(name, file)
            except (DeepbacsZooError, zipfile.BadZipFile, OSError, ValueError, RuntimeError):
                continue  # said where the file is checked
            except (EOFError, NotImplementedError, zipfile.LargeZipFile):
                continue


def _pickle(name: str, file: IO[bytes]) -> Iterator[Finding]:
    from deepbacs_zoo.validation.checks.pickles import calls_of, is_dangerous

    calls = calls_of(file)
    if not calls:
        return
    bad = [each for each in calls if is_dangerous(each)]
    named = ", ".join((bad or calls)[:5])
    yield PICKLE_CODE.finding(
        name,
        f"whoever unpickles it calls {named}",
        "tensors alone, which torch.load reads with weights_only",
        EXPLAIN if bad else "save the state dict and not the network",
        severity=Severity.ERROR if bad else None,
    )


def _keras(name: str, file: IO[bytes]) -> Iterator[Finding]:
    from deepbacs_zoo.validation.checks.pickles import mentions

    if name.lower().endswith(".keras"):
        with zipfile.ZipFile(file) as archive, archive.open("config.json") as config:
            found = mentions(config, _LAMBDA)
    else:
        found = mentions(file, _LAMBDA)
    if found:
        yield KERAS_LAMBDA.finding(
            name,
            "a layer of the class Lambda runs Python code of its author",
            "layers of Keras itself",
            "replace the layer, or load it only if you trust its author",
        )


def _graph(name: str, file: IO[bytes]) -> Iterator[Finding]:
    from deepbacs_zoo.validation.checks.pickles import mentions

    if found := mentions(file, _OPERATIONS):
        yield GRAPH_FILES.finding(
            name,
            f"its graph has the operations {', '.join(found)}",
            "operations on tensors",
            "run it only if you trust its author",
        )


def _bundle(name: str, file: IO[bytes]) -> Iterator[Finding]:
    with zipfile.ZipFile(file) as archive:
        for inner in archive.namelist():
            if inner.endswith("saved_model.pb"):
                with archive.open(inner) as graph:
                    yield from _graph(f"{name}/{inner}", graph)


_LOOKS: Final[Mapping[str | tuple[str, ...], Callable[[str, IO[bytes]], Iterator[Finding]]]] = (
    MappingProxyType({_PICKLED: _pickle, _KERAS: _keras, "saved_model.pb": _graph, ".zip": _bundle})
)
"""By the endings of names."""


def _tags(path: Path) -> Iterator[Finding]:
    """Yield tags of a description that name Python objects."""
    from deepbacs_zoo.package.opening import open_source
    from deepbacs_zoo.package.yaml_text import MAX_BYTES

    try:
        source, name = open_source(path)
    except DeepbacsZooError:
        return
    try:
        with source.open(name) as file:
            tags = dict.fromkeys(_PYTHON_TAG.findall(file.read(MAX_BYTES)))
    except (DeepbacsZooError, zipfile.BadZipFile, OSError, ValueError, RuntimeError):
        return
    finally:
        source.close()
    for tag in list(tags)[:MOST_NAMED]:
        text = tag.decode("utf-8", "replace")
        what = f"the tag {text} would build or call what it names"
        yield YAML_TAG.finding(name, what, "plain values", EXPLAIN)


# --- code that is named --------------------------------------------------------------------------


def _code(package: Package) -> Iterator[Finding]:
    yield from _executables(package)
    for name, weights in package.weights.items():
        entry = weights.fields.get("architecture")
        if isinstance(entry, Mapping):
            file = entry.get("source")
            if file is not None and _is_ours(package, str(file)):
                continue
            what = f"loading these weights calls {entry.get('callable')} of " + (
                f"the package's file {file}" if file else f"the library {entry.get('import_from')}"
            )
            yield ARCHITECTURE_CODE.finding(
                f"weights.{name}.architecture", f"{what}; nothing here does unless it is trusted"
            )
    for side, specs in (("inputs", package.inputs), ("outputs", package.outputs)):
        for index, spec in enumerate(specs):
            for number, step in enumerate(spec.steps):
                if step.name == "custom":
                    what = "a step with code of the package, which is not run here"
                    yield ARCHITECTURE_CODE.finding(f"{side}.{index}.steps.{number}", what)


def _executables(package: Package) -> Iterator[Finding]:
    for name in package.names():
        kind = _CODE.get(PurePosixPath(name).suffix.lower())
        if kind is None:
            continue
        if kind == "Python code" and _is_ours(package, name):
            text = "this file is Python code, one of deepbacs_zoo's own networks"
        else:
            text = f"this file is {kind}; nothing here runs it unless it is trusted"
        yield EXECUTABLE_FILE.finding(name, text)


def _is_ours(package: Package, name: str) -> bool:
    from deepbacs_zoo.runners.architecture import trusted_architectures

    try:
        return hashlib.sha256(package.read(name)).hexdigest() in trusted_architectures()
    except PackageError:  # reported where the file is checked
        return False
