from __future__ import annotations

import gc
import hashlib
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import deepbacs_zoo
from deepbacs_zoo.errors import (
    HostError,
    IntegrityError,
    PackageError,
    UnsupportedError,
    UsageError,
)
from deepbacs_zoo.findings import Severity
from deepbacs_zoo.package import Package, open_package
from deepbacs_zoo.package.zoo_config import ZooConfig
from deepbacs_zoo.tensors import FileRef
from tests.packages import CASES, REFUSED

OPENED_LATER = [name for name, refusal in REFUSED.items() if refusal.when != "open"]
REFUSED_AT_ONCE = [name for name, refusal in REFUSED.items() if refusal.when == "open"]


def edit(**fields: Any) -> Callable[[dict[str, Any], dict[str, bytes]], None]:
    def change(description: dict[str, Any], files: dict[str, bytes]) -> None:
        description.update(fields)

    return change


# --- the view ----------------------------------------------------------------------------------


def test_the_public_interface_opens_packages(tmp_path: Path) -> None:
    with deepbacs_zoo.open_package(str(CASES["bcyx"](tmp_path))) as package:
        assert isinstance(package, Package)


def test_a_package_says_what_it_is(tmp_path: Path) -> None:
    config = {"deepbacs_zoo": {"schema_version": 1}, "other": 2}
    path = CASES["bcyx"](tmp_path, config=config, change=edit(id="brave-bacterium", version=2))
    with open_package(path) as package:
        assert package.path == path
        assert package.format_version == "0.5.10"
        assert package.id == "brave-bacterium"
        assert package.name == "tiny model"
        assert package.version == "2"
        assert package.config == config
        assert package.zoo_config == ZooConfig(schema_version=1)
        assert package.description["license"] == "CC0-1.0"
        assert package.findings == ()
        assert list(package.weights) == ["onnx"]
        assert "tiny model" in repr(package)


def test_what_is_missing_is_empty(tmp_path: Path) -> None:
    def change(description: dict[str, Any], files: dict[str, bytes]) -> None:
        del description["version"]

    with open_package(CASES["bcyx"](tmp_path, change=change)) as package:
        assert package.id is None
        assert package.version is None
        assert package.config == {}
        assert package.zoo_config == ZooConfig(schema_version=1)


@pytest.mark.parametrize(
    ("version", "expected"), [("0.4.9", "brave-bacterium"), ("0.4.10", "10.5281/zenodo.1")]
)
def test_the_nickname_is_the_id_before_0_4_10(version: str, expected: str, tmp_path: Path) -> None:
    config = {"bioimageio": {"nickname": "brave-bacterium"}}
    path = CASES["bcyx_0_4"](
        tmp_path, format_version=version, config=config, change=edit(id="10.5281/zenodo.1")
    )
    with open_package(path) as package:
        assert package.id == expected


def test_the_view_cannot_be_changed(tmp_path: Path) -> None:
    with open_package(CASES["bcyx"](tmp_path)) as package:
        for mapping in (package.description, package.weights, package.config):
            with pytest.raises(TypeError):
                mapping["a"] = 1  # type: ignore[index]


@pytest.mark.parametrize("version", ["0.5.15", "0.5.99"])
def test_a_newer_0_5_is_read_and_mentioned(version: str, tmp_path: Path) -> None:
    path = CASES["format_0_5_12"](
        tmp_path, change=edit(format_version=version, something_new={"a": [1]})
    )
    with open_package(path) as package:
        (finding,) = package.findings
        assert finding.severity is Severity.INFO
        assert finding.id == "newer-description-format"
        assert version in finding.sentence()
        assert finding.allowed
        assert finding.hint
        assert package.outputs[0].axis("y").halo == 1


@pytest.mark.parametrize("version", ["0.5", "0.5.x", "latest", "0.5.10rc1", 0.5, None, ["0.5.1"]])
def test_a_version_of_another_form_is_refused(
    version: object, tmp_path: Path, check_message
) -> None:
    path = CASES["bcyx"](tmp_path, change=edit(format_version=version))
    with pytest.raises(PackageError) as caught:
        open_package(path)
    check_message(caught.value, where="package.zip: format_version")
    assert not isinstance(caught.value, UnsupportedError)


@pytest.mark.parametrize("version", ["0.2.3", "0.3.6", "0.6.0", "1.0.0"])
def test_other_formats_are_not_supported(version: str, tmp_path: Path, check_message) -> None:
    path = CASES["bcyx"](tmp_path, change=edit(format_version=version))
    with pytest.raises(UnsupportedError, match="not read here") as caught:
        open_package(path)
    check_message(caught.value, where="format_version", value=version, allowed="0.5.x")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", None),
        ("name", 12),
        ("type", None),
        ("config", ["a"]),
        ("config", {"deepbacs_zoo": "yes"}),
        ("inputs", None),
        ("inputs", {"a": 1}),
        ("outputs", "abc"),
        ("weights", None),
        ("weights", []),
        ("weights", {"onnx": None}),
        ("weights", {"onnx": "weights.onnx"}),
        ("id", 12),
    ],
)
def test_wrongly_typed_fields_are_named(
    field: str, value: object, tmp_path: Path, check_message
) -> None:
    path = CASES["bcyx"](tmp_path, change=edit(**{field: value}))
    with pytest.raises(PackageError) as caught:
        open_package(path)
    check_message(caught.value, where=f"package.zip: {field}")


@pytest.mark.parametrize("name", REFUSED_AT_ONCE)
def test_packages_that_contradict_themselves_do_not_open(
    name: str, tmp_path: Path, check_message
) -> None:
    refusal = REFUSED[name]
    path = refusal(tmp_path)
    with pytest.raises(refusal.error) as caught:
        open_package(path)
    check_message(caught.value, where=str(path))


@pytest.mark.parametrize("name", OPENED_LATER)
def test_packages_are_refused_no_earlier_than_needed(name: str, tmp_path: Path) -> None:
    refusal = REFUSED[name]
    with open_package(refusal(tmp_path)) as package:
        (weights,) = package.weights.values()
        if refusal.when == "run":
            assert package.read(weights.file)
            return
        for method in (package.read, package.file_path):
            with pytest.raises(refusal.error):
                method(weights.file)


# --- files -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["bcyx", "folder", "one_folder_down", "model_yaml", "folder_0_4"])
def test_files_are_listed_and_read(name: str, tmp_path: Path) -> None:
    with open_package(CASES[name](tmp_path)) as package:
        names = package.names()
        assert {"weights.onnx", "test_input.npy", "README.md"} <= set(names)
        assert names == tuple(sorted(names))
        for file in names:
            content = package.read(file)
            path = package.file_path(file)
            assert path.read_bytes() == content
            assert path.name == Path(file).name


def test_the_description_itself_opens_its_folder(tmp_path: Path) -> None:
    folder = CASES["folder"](tmp_path)
    with open_package(folder / "rdf.yaml") as package:
        assert package.read(package.weights["onnx"].file) == (folder / "weights.onnx").read_bytes()


@pytest.mark.parametrize("name", ["bcyx", "folder"])
def test_a_file_asked_for_by_name_is_verified_too(name: str, tmp_path: Path, check_message) -> None:
    refused = REFUSED["tampered_weights" if name == "bcyx" else "tampered_weights_folder"]
    with open_package(refused(tmp_path)) as package:
        expected = package.weights["onnx"].file.sha256
        for method in (package.read, package.file_path):
            with pytest.raises(IntegrityError, match="SHA-256") as caught:
                method("./weights.onnx")
            check_message(caught.value, where="weights.onnx", allowed=str(expected))
        assert package.read("README.md")


def test_a_file_of_a_folder_is_verified_again_when_it_changed(tmp_path: Path) -> None:
    folder = CASES["folder"](tmp_path)
    with open_package(folder) as package:
        file = package.weights["onnx"].file
        assert package.file_path(file) == package.file_path(file)
        (folder / "weights.onnx").write_bytes(b"something else")
        with pytest.raises(IntegrityError, match="SHA-256"):
            package.file_path(file)


def test_an_unpacked_file_that_was_tampered_with_is_refused(tmp_path: Path) -> None:
    with open_package(CASES["bcyx"](tmp_path)) as package:
        file = package.weights["onnx"].file
        package.file_path(file).write_bytes(b"something else")
        with pytest.raises(IntegrityError, match="SHA-256"):
            package.file_path(file)


def test_members_are_unpacked_once_side_by_side_and_deleted(tmp_path: Path) -> None:
    package = open_package(CASES["all_weights"](tmp_path, weights=("onnx",)))
    path = package.file_path("weights.onnx")
    before = path.stat().st_mtime_ns
    assert package.file_path(package.weights["onnx"].file) == path
    assert path.stat().st_mtime_ns == before
    assert package.file_path("README.md").parent == path.parent
    assert path.parent.stat().st_mode & 0o077 == 0
    assert sorted(p.name for p in path.parent.iterdir()) == ["README.md", "weights.onnx"]
    package.close()
    assert not path.parent.exists()
    package.close()


def test_a_forgotten_package_cleans_up(tmp_path: Path) -> None:
    package = open_package(CASES["bcyx"](tmp_path))
    folder = package.file_path("weights.onnx").parent
    del package
    gc.collect()
    assert not folder.exists()


def test_a_tampered_member_leaves_nothing_behind(tmp_path: Path) -> None:
    with open_package(REFUSED["tampered_weights"](tmp_path)) as package:
        folder = package.file_path("README.md").parent
        with pytest.raises(IntegrityError):
            package.file_path(package.weights["onnx"].file)
        assert [path.name for path in folder.iterdir()] == ["README.md"]


def test_a_full_disk_is_an_error_of_the_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, check_message
) -> None:
    def full(self: Path, target: object) -> None:
        raise OSError(28, "No space left on device")

    with open_package(CASES["bcyx"](tmp_path)) as package:
        monkeypatch.setattr(Path, "replace", full)
        with pytest.raises(HostError) as caught:
            package.file_path("weights.onnx")
        check_message(caught.value, where="weights.onnx", value="No space left")
        monkeypatch.undo()
        assert package.file_path("weights.onnx").is_file()


def test_many_threads_read_one_package(tmp_path: Path) -> None:
    with open_package(CASES["bcyx"](tmp_path)) as package:
        expected = {name: package.read(name) for name in package.names()}
        wrong: list[str] = []

        def work() -> None:
            for name, content in expected.items():
                if package.read(name) != content or package.file_path(name).read_bytes() != content:
                    wrong.append(name)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a\\..\\b", ""])
def test_names_that_lead_out_are_refused(name: str, tmp_path: Path) -> None:
    with open_package(CASES["folder"](tmp_path)) as package:
        for method in (package.read, package.file_path):
            with pytest.raises(PackageError, match="inside the package"):
                method(name)


def test_nothing_is_fetched_from_the_network(tmp_path: Path, check_message) -> None:
    with open_package(REFUSED["weights_elsewhere"](tmp_path)) as package:
        with pytest.raises(UnsupportedError, match="not in the package") as caught:
            package.read(package.weights["onnx"].file)
        check_message(caught.value, where="package.zip", value="https://", allowed="inside")


def test_a_missing_file_is_named(tmp_path: Path, check_message) -> None:
    with open_package(CASES["bcyx"](tmp_path)) as package:
        with pytest.raises(IntegrityError, match="missing") as caught:
            package.read(FileRef("other.onnx"))
        check_message(caught.value, where="package.zip: other.onnx")


def test_a_closed_package_says_so(tmp_path: Path) -> None:
    for name in ("bcyx", "folder"):
        package = open_package(CASES[name](tmp_path / name))
        package.close()
        for use in (package.names, lambda p=package: p.read("README.md")):
            with pytest.raises(UsageError, match="closed"):
                use()


def test_two_hashes_for_one_file_are_refused(tmp_path: Path, check_message) -> None:
    def change(description: dict[str, Any], files: dict[str, bytes]) -> None:
        description["outputs"][0]["test_tensor"] = {"source": "test_input.npy", "sha256": "0" * 64}

    with pytest.raises(PackageError, match="two different hashes") as caught:
        open_package(CASES["bcyx"](tmp_path, change=change))
    check_message(caught.value, where="test_input.npy", value="0" * 64)


# --- tensors -----------------------------------------------------------------------------------


def test_test_tensors_are_arrays(tmp_path: Path) -> None:
    with open_package(CASES["uint16"](tmp_path)) as package:
        array = package.tensor(package.inputs[0].test_tensor)
        assert array.dtype == np.uint16
        assert array.ndim == 4


def test_a_damaged_test_tensor_is_refused(tmp_path: Path, check_message) -> None:
    def change(description: dict[str, Any], files: dict[str, bytes]) -> None:
        content = files["test_input.npy"][:-4]
        files["test_input.npy"] = content
        file = description["inputs"][0]["test_tensor"]
        file["sha256"] = hashlib.sha256(content).hexdigest()

    with open_package(CASES["bcyx"](tmp_path, change=change)) as package:
        with pytest.raises(IntegrityError, match="cut off") as caught:
            package.tensor(package.inputs[0].test_tensor)
        check_message(caught.value, where="package.zip: test_input.npy", value="shape")


# --- cost --------------------------------------------------------------------------------------


def test_reading_imports_nothing_heavy() -> None:
    code = (
        "import sys; from deepbacs_zoo.package import open_package; "
        "print(sorted(set(sys.modules) & {'torch', 'onnxruntime', 'bioimageio', 'pydantic', "
        "'scipy', 'xarray', 'matplotlib', 'tifffile'}))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
