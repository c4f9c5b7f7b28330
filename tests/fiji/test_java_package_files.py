"""Zips, folders, YAML and NumPy files in Java: found, refused and verified as in Python."""

from __future__ import annotations

import io
import random
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from tests.fiji.javac import Harness
from tests.fiji.test_java_packages import assert_same, in_python, is_same
from tests.packages import CASES, REFUSED


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return CASES["bcyx"](tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="module")
def members(whole: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(whole) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def make_zip(path: Path, files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def make_folder(path: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        place = path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return path


# --- where packages lie --------------------------------------------------------------------------


def renamed(files: dict[str, bytes], name: str) -> dict[str, bytes]:
    return {name if key == "rdf.yaml" else key: content for key, content in files.items()}


def below(files: dict[str, bytes], folder: str) -> dict[str, bytes]:
    return {folder + name: content for name, content in files.items()}


def sources(members: dict[str, bytes]) -> dict[str, dict[str, bytes]]:
    text = members["rdf.yaml"]
    return {
        "dotted": renamed(members, "tiny.rdf.yaml"),
        "bioimageio": renamed(members, "bioimageio.yaml"),
        "dot_folder": below(members, "./"),
        "one_down": {**below(members, "tiny/"), "__MACOSX/tiny/._rdf.yaml": b"", "other/b": b""},
        "two_down": below(members, "a/b/"),
        "several": {**below(members, "a/"), **below(members, "b/")},
        "two_dotted": {"b.rdf.yaml": text, "a.rdf.yaml": text},
        "first_counts": {**members, "model.yaml": b"", "a.rdf.yaml": b""},
        "none": {"weights.onnx": b""},
        "up": {**members, "../evil": b""},
        "hidden_up": {**members, "a/../../evil": b""},
        "absolute": {**members, "/etc/evil": b""},
        "drive": {**members, "C:/evil": b""},
        "backslash": {**members, "a\\..\\evil": b""},
        "twice": {**members, "./README.md": b""},
        "umlaut": {**members, "grün µ.txt": b""},
    }


def test_packages_are_found_and_refused_alike(
    harness: Harness, members: dict[str, bytes], tmp_path: Path
) -> None:
    requests = {}
    for name, files in sources(members).items():
        requests[name] = {"path": str(make_zip(tmp_path / f"{name}.zip", files))}
    stored = make_zip(tmp_path / "stored.bin", members, zipfile.ZIP_STORED)
    folder = make_folder(tmp_path / "folder", members)
    (folder / "link.md").symlink_to(folder / "README.md")
    (folder / "leaves.md").symlink_to(stored)
    asked = ["README.md", "./README.md", "link.md", "leaves.md", "../x", "a\\b", "nothing"]
    asked += ["https://example.org/x", "/etc/passwd"]
    requests["stored"] = {"path": str(stored), "files": asked}
    requests["folder"] = {"path": str(folder), "files": asked}
    requests["description"] = {"path": str(folder / "rdf.yaml"), "files": asked}
    requests["not_there"] = {"path": str(tmp_path / "nothing.zip")}
    others = ("model.tar.gz", "model.RAR")
    for name in ("weights.onnx", "noending", "text.zip", "empty.zip", ".hidden", *others):
        (tmp_path / name).write_bytes(b"" if "empty" in name else b"something else")
        requests[name] = {"path": str(tmp_path / name)}
    (tmp_path / "empty").mkdir()
    requests["empty"] = {"path": str(tmp_path / "empty")}
    answers = assert_same(harness, requests)
    for name in others:
        assert "unpack it and give the folder" in answers[name]["message"]
    opened = {name for name, answer in answers.items() if "message" not in answer}
    assert opened >= {"dotted", "one_down", "first_counts", "umlaut", "stored", "folder"}
    assert not opened & {"up", "hidden_up", "absolute", "drive", "backslash", "twice", "several"}


def test_members_that_cannot_be_unpacked_are_unsupported(
    harness: Harness, members: dict[str, bytes], tmp_path: Path
) -> None:
    encrypted = bytearray(make_zip(tmp_path / "plain.zip", members).read_bytes())
    encrypted[encrypted.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "encrypted.zip").write_bytes(encrypted)
    make_zip(tmp_path / "lzma.zip", members, zipfile.ZIP_LZMA)
    names = ("encrypted.zip", "lzma.zip")
    answers = harness.ask("PackagesTest", [{"path": str(tmp_path / name)} for name in names])
    assert [answer["kind"] for answer in answers] == ["UnsupportedError"] * 2


def test_a_zip_bomb_is_refused_before_it_is_unpacked(
    harness: Harness, members: dict[str, bytes], tmp_path: Path
) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rdf.yaml", members["rdf.yaml"])
        with archive.open("big", "w", force_zip64=True) as file:
            for _ in range(257):
                file.write(bytes(2**20))
    crowd = make_zip(tmp_path / "crowd.zip", {f"{n}": b"" for n in range(10_001)})
    answers = assert_same(harness, {"big": {"path": str(path)}, "many": {"path": str(crowd)}})
    assert all("more than a package can need" in a["message"] for a in answers.values())


def test_a_zip_cut_off_anywhere_is_refused(harness: Harness, whole: Path, tmp_path: Path) -> None:
    data = whole.read_bytes()
    requests = []
    for share in (0.0, 0.001, 0.1, 0.5, 0.9, 0.99, 0.999):
        path = tmp_path / f"{share}.zip"
        path.write_bytes(data[: int(len(data) * share)])
        requests.append({"path": str(path)})
    for answer in harness.ask("PackagesTest", requests):
        assert answer["kind"] == "IntegrityError"
        assert "the zip is cut off or damaged" in answer["message"]


def test_random_damage_to_a_zip_is_found_or_harmless(
    harness: Harness, whole: Path, tmp_path: Path
) -> None:
    data = whole.read_bytes()
    files = ["README.md", "test_input.npy", "test_output.npy", "cover.png"]
    rng = random.Random(0)
    requests = []
    for number in range(300):
        damaged = bytearray(data)
        for _ in range(rng.randint(1, 8)):
            damaged[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        path = tmp_path / f"{number}.zip"
        path.write_bytes(damaged)
        requests.append({"path": str(path), "files": files})
    expected = in_python({"path": str(whole), "files": files})["files"]
    found = 0
    for answer in harness.ask("PackagesTest", requests, options=("-Xmx128m",)):
        wrong = {name: value for name, value in answer.get("files", {}).items()}
        wrong = {name: value for name, value in wrong.items() if value != expected.get(name)}
        found += "message" in answer or bool(wrong)
        kinds = {value["kind"] for value in wrong.values()} | {answer.get("kind", "IntegrityError")}
        assert kinds <= {"IntegrityError", "PackageError", "UnsupportedError"}, answer
    assert found > 200


def test_tampered_files_are_refused_on_disk_too(harness: Harness, tmp_path: Path) -> None:
    requests = {
        name: {"path": str(REFUSED[name](tmp_path / name)), "files": ["weights.onnx", "README.md"]}
        for name in ("tampered_weights", "tampered_weights_folder")
    }
    for answer in assert_same(harness, requests).values():
        assert "its SHA-256 differs" in answer["files"]["weights.onnx"]["message"]


# --- YAML ----------------------------------------------------------------------------------------

SCALARS = ["1e-6", "1.0e-6", ".5", "5.", "-2", "+3", "010", "0o17", "0x1F", ".inf", "-.Inf", ".nan"]
SCALARS += ["true", "FALSE", "on", "yes", "y", "n", "null", "~", "", "1_000", "12:30", "0.5.10"]
SCALARS += ["2026-01-01T00:00:00", "'1'", '"a\\tb"', "<<", "9" * 40, "-1e400", "1e-400", "!!str 1"]
SCALARS += ["!!float 1", "!!int 0x1F", "&one [1, 2]", "{1: a, 2.5: b}", "|\n  two\n  lines"]
NOT_YAML = [b"a: [1, 2", b"\xff\xfe\x00", b"a: \xc3\x28", b"a: !unknown 1", b"a: \x00"]
NOT_YAML += [b"a: 1\n--- \nb: 2\n", b"a: *missing", b"? [a, b]\n: 1\n", b"[" * 5000, b"- " * 5000]
NOT_YAML += [
    b"{a: " * 5000,
    b"a: " + b"9" * 5000,
    b"\t- a",
    b"a: !!python/object/apply:os.system []",
]
NOT_YAML += [b"a: &a [*a]", b"a: !!int b", b"a: !!bool b"]
NO_MAPPING = [b"", b"- a\n- b\n", b"just text", b"12", b"null", b"1.5", b"true", b"{1: 2}"]
TWICE = [b"a: 1\nb: 2\na: 3\n", b"inputs:\n- id: raw\n  axes:\n  - {size: 1, size: 2}\n"]


def yaml_requests(texts: list[bytes], folder: Path) -> list[dict[str, Any]]:
    requests = []
    for number, text in enumerate(texts):
        path = make_folder(folder / str(number), {"rdf.yaml": text}) / "rdf.yaml"
        requests.append({"path": str(path)})
    return requests


def test_plain_values_are_those_of_python(
    harness: Harness, members: dict[str, bytes], tmp_path: Path
) -> None:
    texts = [members["rdf.yaml"] + f"\nextra: {scalar}\n".encode() for scalar in SCALARS]
    aliases = [b"l0: &l0 [x, x]"]
    aliases += [f"l{n}: &l{n} [*l{n - 1}, l{n}]".encode() for n in range(1, 60)]
    texts += [members["rdf.yaml"] + b"\n" + b"\n".join(aliases)]
    texts += [
        members["rdf.yaml"].decode().encode("utf-16"),
        "\ufeff".encode() + members["rdf.yaml"],
    ]
    requests = yaml_requests(texts, tmp_path)
    for text, request, answer in zip(
        texts, requests, harness.ask("PackagesTest", requests), strict=True
    ):
        assert is_same(answer, in_python(request)), text[-60:]
        assert "message" not in answer


def test_a_bomb_of_aliases_neither_hangs_nor_fills_the_memory(
    harness: Harness, tmp_path: Path
) -> None:
    lines = ["l0: &l0 [x, x]"] + [f"l{i}: &l{i} [*l{i - 1}, *l{i - 1}]" for i in range(1, 60)]
    (request,) = yaml_requests(["\n".join(lines).encode()], tmp_path)
    (answer,) = harness.ask("PackagesTest", [request], options=("-Xmx64m",), timeout=60)
    assert "format_version: this required field is missing" in answer["message"]


def test_what_is_no_plain_yaml_is_one_sentence(harness: Harness, tmp_path: Path) -> None:
    requests = yaml_requests(NOT_YAML, tmp_path)
    for text, answer in zip(NOT_YAML, harness.ask("PackagesTest", requests), strict=True):
        assert answer["kind"] == "PackageError", text[:20]
        assert re.search(
            "cannot be read as YAML|is not a mapping|is not UTF-8 text", answer["message"]
        ), text[:20]
        assert "\n" not in answer["message"]


def test_other_descriptions_get_the_sentence_of_python(harness: Harness, tmp_path: Path) -> None:
    requests = yaml_requests([*NO_MAPPING, *TWICE, b"a: " + b"b" * 2**22], tmp_path)
    assert_same(harness, {request["path"]: request for request in requests})


# --- NumPy files ---------------------------------------------------------------------------------


def npy(array: np.ndarray, **options: Any) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, **options)
    return buffer.getvalue()


def with_header(header: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + b"\0" * 4


TYPES = ["float32", "float64", "float16", "uint8", "int8", "int16", "uint16", "int32", "uint32"]
TYPES += ["int64", "uint64", "bool", ">f4", ">u2", ">i8"]
HALVES = np.array([0.1, -65504, 6e-8, np.inf, -0.0, 1 / 3], np.float16)
ARRAYS = [npy(np.arange(-12, 12).reshape(2, 3, 4).astype(kind)) for kind in TYPES]
ARRAYS += [npy(np.ones(shape, np.float32)) for shape in [(), (0,), (3, 0, 2), (5,)]]
ARRAYS += [npy(np.asfortranarray(np.arange(24.0).reshape(2, 3, 4))), npy(HALVES)]
ARRAYS += [npy(np.arange(3), version=(2, 0)), npy(np.array([2**63, 2**53 + 1], np.uint64))]
HEADERS = [
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1.0,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': 1}",
    "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 99999999999999999999)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1)}",
    "{'descr': '<f4', 'fortran_order': False}",
    "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}",
    "{'descr': '<f4',",
    "__import__('os')",
    "[" * 3000,
    "12",
    "",
]
DAMAGED = [with_header(header) for header in HEADERS]
DAMAGED += [npy(np.arange(64, dtype=np.float32))[:cut] for cut in (0, 1, 5, 8, 9, 20, 128, 200, -1)]
DAMAGED += [npy(np.zeros(3)) + b"\0", b"II*\0", b"\x93NUMPY\x09\x00", npy(np.zeros(2, complex))]
DAMAGED += [npy(np.array(["a"])), npy(np.array([{}]), allow_pickle=True), npy(np.zeros(2, "f4,i4"))]


def npy_request(members: dict[str, bytes], arrays: list[bytes], path: Path) -> dict[str, Any]:
    files = {f"{number}.npy": content for number, content in enumerate(arrays)}
    return {"path": str(make_zip(path, {**members, **files})), "tensors": list(files)}


def test_arrays_of_numbers_come_back(
    harness: Harness, members: dict[str, bytes], tmp_path: Path
) -> None:
    request = npy_request(members, ARRAYS, tmp_path / "arrays.zip")
    answers = assert_same(harness, {"arrays": request})
    assert all("message" not in answer for answer in answers["arrays"]["tensors"].values())


def test_damaged_arrays_are_refused(
    harness: Harness, members: dict[str, bytes], tmp_path: Path
) -> None:
    request = npy_request(members, DAMAGED, tmp_path / "damaged.zip")
    (answer,) = harness.ask("PackagesTest", [request], options=("-Xmx64m",))
    expected = in_python(request)["tensors"]
    for name, found in answer["tensors"].items():
        content = DAMAGED[int(name.removesuffix(".npy"))]
        assert found.get("kind") == expected[name]["kind"] == "IntegrityError", content[:90]
        assert "NumPy" in found["message"]


def test_random_damage_to_an_array_never_ends_otherwise(
    harness: Harness, members: dict[str, bytes], tmp_path: Path
) -> None:
    data = npy(np.arange(20, dtype=np.float32))
    rng = random.Random(0)
    arrays = []
    for _ in range(2000):
        damaged = bytearray(data)
        for _ in range(rng.randint(1, 4)):
            damaged[rng.randrange(128)] = rng.randrange(256)
        arrays.append(bytes(damaged))
    request = npy_request(members, arrays, tmp_path / "random.zip")
    (answer,) = harness.ask("PackagesTest", [request])
    expected = in_python(request)["tensors"]
    for name, found in answer["tensors"].items():
        # Python's own literals allow more forms of a header than NumPy writes.
        assert found.get("kind", "") in ("", "IntegrityError")
        if "kind" not in found:
            assert is_same(found, expected[name]), arrays[int(name.removesuffix(".npy"))][:128]


def test_the_description_of_a_package_is_what_yaml_holds(
    harness: Harness, whole: Path, members: dict[str, bytes]
) -> None:
    (answer,) = harness.ask("PackagesTest", [{"path": str(whole)}])
    assert answer["description"] == yaml.safe_load(members["rdf.yaml"])
