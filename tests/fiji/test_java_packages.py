"""Packages in Java: what `deepbacs_zoo.package` finds in each, and its complaints."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from deepbacs_zoo.errors import DeepbacsZooError
from deepbacs_zoo.package import Package, open_package
from deepbacs_zoo.tensors import (
    Axis,
    FileRef,
    FixedSize,
    FreeSize,
    ReferencedSize,
    SteppedSize,
    TensorSpec,
)
from tests.fiji.javac import Harness
from tests.packages import ALL_WEIGHTS, CASES, FILE_CASES, REFUSED, REFUSED_FILES

# --- what Python finds ---------------------------------------------------------------------------


def complaint(error: DeepbacsZooError) -> dict[str, str]:
    return {"kind": type(error).__name__, "message": str(error)}


def in_python(request: Mapping[str, Any]) -> dict[str, Any]:
    try:
        with open_package(request["path"]) as package:
            return {**described(package), **contents(package, request)}
    except DeepbacsZooError as error:
        return complaint(error)


def described(package: Package) -> dict[str, Any]:
    return {
        "format_version": package.format_version,
        "id": package.id,
        "name": package.name,
        "version": package.version,
        "label": str(package.path),
        "names": list(package.names()),
        "findings": [{**asdict(each), "severity": each.severity.name} for each in package.findings],
        "description": plain(package.description),
        "config": plain(package.config),
        "inputs": [tensor(spec) for spec in package.inputs],
        "outputs": [tensor(spec) for spec in package.outputs],
        "weights": [
            [key, weights.format, plain(weights.file), plain(weights.fields)]
            for key, weights in package.weights.items()
        ],
    }


def contents(package: Package, request: Mapping[str, Any]) -> dict[str, Any]:
    files = {name: digest(package, FileRef(name)) for name in request.get("files", ())}
    files |= {f"weights {w.format}": digest(package, w.file) for w in package.weights.values()}
    arrays = {name: array(package, FileRef(name), None) for name in request.get("tensors", ())}
    for spec in (*package.inputs, *package.outputs) if "tests" in request else ():
        if spec.test_tensor is not None:
            arrays[f"test {spec.id}"] = array(package, spec.test_tensor, spec.axis_names)
    return {"files": files, "tensors": arrays}


def digest(package: Package, file: FileRef) -> Any:
    try:
        return hashlib.sha256(package.read(file)).hexdigest()
    except DeepbacsZooError as error:
        return complaint(error)


def array(package: Package, file: FileRef, axes: str | None) -> Any:
    try:
        found = package.tensor(file)
    except DeepbacsZooError as error:
        return complaint(error)
    return {
        "dtype": str(found.dtype),
        "shape": list(found.shape),
        "letters": axes or "?" * found.ndim,
        "values": found.ravel().astype(np.float64).tolist(),
    }


def plain(value: Any) -> Any:
    match value:
        case Mapping():
            return {str(key): plain(child) for key, child in value.items()}
        case list() | tuple():
            return [plain(child) for child in value]
        case FileRef(path, sha256):
            return [path, sha256]
    return value


def tensor(spec: TensorSpec) -> dict[str, Any]:
    return {
        "id": spec.id,
        "dtype": spec.dtype,
        "test_tensor": plain(spec.test_tensor),
        "optional": spec.optional,
        "pad_mode": spec.pad.mode,
        "pad_value": spec.pad.value,
        "axes": [axis(one) for one in spec.axes],
        "steps": [[step.name, plain(step.kwargs)] for step in spec.steps],
    }


def axis(one: Axis) -> dict[str, Any]:
    return {
        "letter": one.name,
        "id": one.id,
        "halo": one.halo,
        "scale": one.scale,
        "unit": one.unit,
        "channel_names": list(one.channel_names),
        "size": size(one.size),
    }


def size(rule: object) -> list[Any]:
    match rule:
        case FixedSize(value):
            return ["fixed", value]
        case SteppedSize(least, step):
            return ["stepped", least, step]
        case FreeSize(least, most):
            return ["free", least, most]
        case ReferencedSize(other, axis, scale, offset):
            return ["referenced", other, axis, scale, offset]
    raise AssertionError(rule)


def assert_same(harness: Harness, requests: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Ask Java and Python about all packages, and return what both said by name."""
    found = harness.ask("PackagesTest", list(requests.values()), timeout=300)
    answers = dict(zip(requests, found, strict=True))
    expected = {name: in_python(request) for name, request in requests.items()}
    for name, answer in answers.items():
        for key, value in expected[name].items():
            assert answer.get(key) == value, (name, key, answer.get("message"))
        assert answer.keys() == expected[name].keys()
    return answers


# --- whole packages ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("packages")


def test_every_good_package_is_read_alike(harness: Harness, folder: Path) -> None:
    requests = {
        name: {"path": str(build(folder / name)), "files": ["README.md", "none"], "tests": True}
        for name, build in CASES.items()
    }
    answers = assert_same(harness, requests)
    assert len(answers) == len(CASES)
    assert all("message" not in answer for answer in answers.values())
    assert all(answer["tensors"] for answer in answers.values())
    weights = [key for key, *_ in answers["all_weights"]["weights"]]
    assert weights == list(ALL_WEIGHTS)


def test_odd_files_are_read_alike(harness: Harness, folder: Path) -> None:
    asked = {"files": ["README.md", "test_input.npy", "none"], "tests": True}
    requests = {
        name: {"path": str(build(folder / name)), **asked} for name, build in FILE_CASES.items()
    }
    answers = assert_same(harness, requests)
    assert all("message" not in answer for answer in answers.values())
    assert all(answer["tensors"] for answer in answers.values())


def test_odd_files_are_refused_alike(harness: Harness, folder: Path) -> None:
    requests = {name: {"path": str(case(folder / name))} for name, case in REFUSED_FILES.items()}
    answers = assert_same(harness, requests)
    for name, case in REFUSED_FILES.items():
        assert ("message" in answers[name]) == (case.when == "open"), name


def test_every_refused_package_gets_the_sentence_of_python(harness: Harness, folder: Path) -> None:
    requests = {name: {"path": str(case(folder / name))} for name, case in REFUSED.items()}
    answers = assert_same(harness, requests)
    for name, case in REFUSED.items():
        assert ("message" in answers[name]) == (case.when == "open"), name
        if case.when == "read":
            assert all("message" in file for file in answers[name]["files"].values()), name


# --- descriptions of all kinds -------------------------------------------------------------------

ODD: list[Any] = [None, "", " ", "b", "bx", "a-b", "../x", 0, 1, 2, -1, 1.5, 16.0, True]
ODD += [[], {}, ["a"], [1, 2], {"a": 1}, {1: 2}, float("nan"), float("inf"), "é" * 70, "it's\n\t"]
ODD += [{"tensor_id": "input", "axis_id": "y"}, {"min": 3, "step": 2}, {"source": "a", "sha256": 1}]
ODD += [[{"type": "float32"}], "https://example.org/x", {"min": 4, "max": 9}, 0.0, [[]]]
DROPPED = object()


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    if isinstance(value, (dict, list)):
        for key, child in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(child, (*path, key))


def is_same(found: Any, expected: Any) -> bool:
    """Whether two answers are equal; NaN equals NaN."""
    if isinstance(found, dict) and isinstance(expected, dict):
        pairs = [(found.get(key), value) for key, value in expected.items()]
        return found.keys() == expected.keys() and all(is_same(*pair) for pair in pairs)
    if isinstance(found, list) and isinstance(expected, list):
        return len(found) == len(expected) and all(map(is_same, found, expected))
    return found == expected or (found != found and expected != expected)


def changed(description: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    result = copy.deepcopy(description)
    place: Any = result
    for key in path[:-1]:
        place = place[key]
    if value is DROPPED:
        del place[path[-1]]
    else:
        place[path[-1]] = copy.deepcopy(value)
    return result


BASES = ("three_channels", "upsampled_halo", "data_dependent", "calibrated", "pad_constant")
BASES += ("all_weights_0_4", "steps_fixed_channel_0_4", "upsampled_0_4", "sample_tensors_0_4")


@pytest.mark.slow
@pytest.mark.parametrize("base", BASES)
def test_descriptions_with_odd_values_are_read_or_refused_alike(
    harness: Harness, tmp_path: Path, base: str
) -> None:
    description = dict(read_by_python(base, tmp_path))
    random = np.random.default_rng(len(base))
    requests: dict[str, dict[str, Any]] = {}
    for path in places(description):
        if path[0] in ("authors", "cite", "covers", "tags", "license", "documentation"):
            continue
        picked = [ODD[index] for index in random.permutation(len(ODD))[:2]]
        for number, value in enumerate((DROPPED, *picked)):
            file = tmp_path / str(len(requests)) / "rdf.yaml"
            file.parent.mkdir()
            text = yaml.safe_dump(changed(description, path, value), sort_keys=False)
            file.write_text(text, "utf-8")
            name = f"{'.'.join(map(str, path))} {number} {value!r:.40}"
            requests[name] = {"path": str(file)}
    answers = harness.ask("PackagesTest", list(requests.values()), timeout=300)
    different = {}
    for (name, request), answer in zip(requests.items(), answers, strict=True):
        expected = in_python(request)
        if not is_same({**answer, "names": 0}, {**expected, "names": 0}):
            different[name] = (answer.get("message"), expected.get("message"))
    assert not different
    assert sum("message" in answer for answer in answers) > len(answers) / 4


def read_by_python(name: str, tmp_path: Path) -> Mapping[str, Any]:
    with open_package(CASES[name](tmp_path / "base")) as package:
        return package.description
