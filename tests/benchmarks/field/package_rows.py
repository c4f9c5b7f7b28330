"""Packages as tools and people pack them: zips, descriptions, weights; run or refused alike."""

from __future__ import annotations

import hashlib
import struct
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from tests import tiny_networks
from tests.benchmarks.field.rows import Refused
from tests.packages import image, like, write_package

__all__ = ["PackageRow", "package_rows"]

PART = "package x oddity"
Files = Mapping[str, bytes]
NO_FILES: Files = MappingProxyType({})


@dataclass(frozen=True)
class PackageRow:
    """A package that gives back its image, or must be refused.

    Parameters
    ----------
    name
        ``zip/…``, ``description/…`` or ``weights/…``.
    write
        Writes it into an empty folder and returns its path.
    expected
        ``None``: it runs.
    """

    name: str
    write: Callable[[Path], Path]
    expected: Refused | None = None
    part: str = PART

    @property
    def verdict(self) -> str:
        """The expectation in words."""
        return "runs" if self.expected is None else str(self.expected)


def package_rows() -> Iterator[PackageRow]:
    """Every oddity of zips, descriptions and weights."""
    yield from _zip_rows()
    yield from _description_rows()
    yield from _weights_rows()


@cache
def _files() -> Files:
    """Return the files of a package that changes nothing, weights in ONNX, format 0.5."""
    source = image()
    with tempfile.TemporaryDirectory() as folder:
        path = write_package(
            Path(folder) / "package.zip",
            inputs=[source],
            outputs=[like(source)],
            network=tiny_networks.identity(),
            weights=("onnx",),
        )
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}


# --- zips -----------------------------------------------------------------------------------------


def _zipped(
    folder: Path,
    *,
    prefix: str = "",
    more: Files = NO_FILES,
    method: int = zipfile.ZIP_DEFLATED,
    name: str = "package.zip",
    folders: tuple[str, ...] = (),
) -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", method) as archive:
        for each in folders:
            archive.writestr(zipfile.ZipInfo(each), b"")
        for member, data in {**_files(), **more}.items():
            archive.writestr(prefix + member, data)
    return path


def _zip_rows() -> Iterator[PackageRow]:
    yield PackageRow("zip/plain", _zipped)
    yield PackageRow("zip/stored", partial(_zipped, method=zipfile.ZIP_STORED))
    yield PackageRow("zip/folder inside", partial(_zipped, prefix="model/"))
    yield PackageRow("zip/folder inside, with entries", _folder_entries)
    yield PackageRow("zip/two folders inside", partial(_zipped, prefix="a/model/"))
    yield PackageRow("zip/names begin with ./", partial(_zipped, prefix="./"))
    yield PackageRow("zip/backslashes", _backslashes)
    yield PackageRow("zip/backslashes and entries of folders", partial(_backslashes, entries=True))
    notes = {"__MACOSX/._rdf.yaml": b"\0\5\x16\7", ".DS_Store": b"\0\0\0\1Bud1", "Thumbs.db": b"1"}
    yield PackageRow("zip/files of systems", partial(_zipped, more=notes))
    inside = {"__MACOSX/model/._rdf.yaml": b"\0\5\x16\7"}
    yield PackageRow("zip/files of macOS beside a folder", partial(_beside, more=inside))
    yield PackageRow("zip/upper-case suffix", partial(_zipped, name="PACKAGE.ZIP"))
    yield PackageRow(
        "zip/name with accents and blanks", partial(_zipped, name="Zélle [1] 細菌.zip")
    )
    yield PackageRow("zip/64-bit entries", _zip64)
    yield PackageRow("folder/plain", _unpacked)
    yield PackageRow(
        "folder/path of its description", lambda folder: _unpacked(folder) / "rdf.yaml"
    )
    refused = Refused("PackageError", "")
    for name, member in {
        "leads out": "../weights.onnx",
        "absolute": "/weights.onnx",
        "drive": "C:/weights.onnx",
        "leads out by backslashes": "..\\weights.onnx",
    }.items():
        yield PackageRow(f"zip/{name}", partial(_zipped, more={member: b"1"}), refused)
    integrity = Refused("IntegrityError", "", own_value=True)
    yield PackageRow(
        "zip/cut off", partial(_changed_zip, change=lambda data: data[:-60]), integrity
    )
    yield PackageRow("zip/empty file", partial(_changed_zip, change=lambda data: b""), integrity)
    html = b"<!DOCTYPE html><html></html>"
    yield PackageRow("zip/web page", partial(_changed_zip, change=lambda data: html), integrity)
    yield PackageRow("zip/no description", _without_description, refused)
    yield PackageRow("zip/encrypted", _encrypted, Refused("UnsupportedError", "encrypted"))


def _folder_entries(folder: Path) -> Path:
    return _zipped(folder, prefix="model/", folders=("model/",))


def _beside(folder: Path, more: Files) -> Path:
    path = _zipped(folder, prefix="model/")
    with zipfile.ZipFile(path, "a") as archive:
        for name, data in more.items():
            archive.writestr(name, data)
    return path


def _backslashes(folder: Path, entries: bool = False) -> Path:
    """Write names as Windows PowerShell 5 does; zipfile itself would correct them."""
    path = _zipped(folder, prefix="model/", folders=("model/",) if entries else ())
    path.write_bytes(path.read_bytes().replace(b"model/", b"model\\"))
    return path


def _zip64(folder: Path) -> Path:
    path = folder / "package.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in _files().items():
            with archive.open(member, "w", force_zip64=True) as file:
                file.write(data)
    return path


def _unpacked(folder: Path) -> Path:
    for name, data in _files().items():
        (folder / name).write_bytes(data)
    return folder


def _changed_zip(folder: Path, change: Callable[[bytes], bytes]) -> Path:
    path = _zipped(folder)
    path.write_bytes(change(path.read_bytes()))
    return path


def _without_description(folder: Path) -> Path:
    path = folder / "package.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("weights.onnx", _files()["weights.onnx"])
    return path


def _encrypted(folder: Path) -> Path:
    """Set the flag of encryption in every header, which is where readers look."""
    path = _zipped(folder)
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        place = data.find(signature)
        while place >= 0:
            (flags,) = struct.unpack_from("<H", data, place + offset)
            struct.pack_into("<H", data, place + offset, flags | 1)
            place = data.find(signature, place + 4)
    path.write_bytes(data)
    return path


# --- descriptions ---------------------------------------------------------------------------------


def _described(
    folder: Path,
    change: Callable[[dict[str, Any]], None] = lambda content: None,
    *,
    name: str = "rdf.yaml",
    encode: Callable[[str], bytes] = str.encode,
    more: Files = NO_FILES,
    without: tuple[str, ...] = (),
) -> Path:
    files = {key: data for key, data in _files().items() if key not in ("rdf.yaml", *without)}
    content = yaml.safe_load(_files()["rdf.yaml"])
    change(content)
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    path = folder / "package.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in {**files, **more, name: encode(text)}.items():
            archive.writestr(member, data)
    return path


def _set(key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(content: dict[str, Any]) -> None:
        content[key] = value

    return change


def _old(version: str, kind: bool = True) -> Callable[[dict[str, Any]], None]:
    """Return a change to a description as the format had it before 0.4."""

    def change(content: dict[str, Any]) -> None:
        content["format_version"] = version
        if not kind:
            del content["type"]
        content |= {"language": "java", "framework": "tensorflow", "source": "n2v"}

    return change


def _description_rows() -> Iterator[PackageRow]:
    for name in ("rdf.yaml", "model.yaml", "bioimageio.yaml"):
        yield PackageRow(f"description/{name}", partial(_described, name=name))
    encodings: dict[str, Callable[[str], bytes]] = {
        "BOM": lambda text: text.encode("utf-8-sig"),
        "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
        "BOM and CRLF": lambda text: text.replace("\n", "\r\n").encode("utf-8-sig"),
    }
    for name, encode in encodings.items():
        yield PackageRow(f"description/{name}", partial(_described, encode=encode))
    accents = _set("name", "Zélle 細菌 µ")
    yield PackageRow("description/accents", partial(_described, change=accents))
    for version in ("0.1.0", "0.2.1", "0.3.0", "0.3.2", "0.3.6"):
        for kind in (True, False):
            refused = Refused("UnsupportedError", version)
            name = f"description/format {version}{'' if kind else ' without type'}"
            yield PackageRow(name, partial(_described, change=_old(version, kind)), refused)
    for version in ("0.6.0", "1.0.0"):
        refused = Refused("UnsupportedError", version)
        change = _set("format_version", version)
        yield PackageRow(
            f"description/format {version}", partial(_described, change=change), refused
        )
    broken = Refused("PackageError", "", own_value=True)
    latin = partial(_described, change=accents, encode=lambda text: "ä".encode("latin-1"))
    yield PackageRow("description/not UTF-8", latin, broken)
    tabs = partial(_described, encode=lambda text: b"a:\n\t- b\n")
    yield PackageRow("description/tabs", tabs, broken)
    yield PackageRow("description/empty", partial(_described, encode=lambda text: b""), broken)
    for key in ("inputs", "outputs", "weights", "type"):
        refused = Refused("PackageError", key)
        yield PackageRow(
            f"description/no {key}", partial(_described, change=_without(key)), refused
        )
    dataset = Refused("UnsupportedError", "dataset")
    yield PackageRow(
        "description/dataset", partial(_described, change=_set("type", "dataset")), dataset
    )


def _without(key: str) -> Callable[[dict[str, Any]], None]:
    def change(content: dict[str, Any]) -> None:
        del content[key]

    return change


# --- weights --------------------------------------------------------------------------------------


def _weights(**values: Any) -> Callable[[dict[str, Any]], None]:
    def change(content: dict[str, Any]) -> None:
        content["weights"]["onnx"].update(values)

    return change


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _weights_rows() -> Iterator[PackageRow]:
    data = _files()["weights.onnx"]
    upper = _weights(sha256=_hash(data).upper())
    yield PackageRow("weights/hash in capitals", partial(_described, change=upper))
    dot = _weights(source="./weights.onnx")
    yield PackageRow("weights/name begins with ./", partial(_described, change=dot))
    wrong = Refused("IntegrityError", "weights.onnx")
    write = partial(_described, change=_weights(sha256="0" * 64))
    yield PackageRow("weights/other hash", write, wrong)
    yield PackageRow("weights/missing", partial(_described, without=("weights.onnx",)), wrong)
    address = _weights(source="https://zenodo.org/records/1/files/weights.onnx/content")
    yield PackageRow("weights/address, file in the zip", partial(_described, change=address))
    address = _weights(source="https://zenodo.org/records/1/files/weights.onnx")
    yield PackageRow("weights/plain address, file in the zip", partial(_described, change=address))
    absent = Refused("UnsupportedError", "")
    write = partial(_described, change=address, without=("weights.onnx",))
    yield PackageRow("weights/address, no file", write, absent)

    def other_hash(content: dict[str, Any]) -> None:
        address(content)
        content["weights"]["onnx"]["sha256"] = "0" * 64

    write = partial(_described, change=other_hash)
    yield PackageRow("weights/address, file of another hash", write, wrong)
    for field in ("attachments", "external_data"):
        yield PackageRow(f"weights/external data in {field}", partial(_external, field=field))
    lost = Refused("IntegrityError", "weights.onnx.data")
    yield PackageRow(
        "weights/external data not there", partial(_external, field="", there=False), lost
    )
    for dtype in ("float16", "uint8", "int64", "float64"):
        yield PackageRow(f"weights/graph of {dtype}", partial(_graph_of, dtype=dtype))
    text = Refused("PackageError", "", own_value=True)
    for name, other in {
        "pointer of Git LFS": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
        "cut off": data[: len(data) // 2],
        "empty": b"",
    }.items():
        yield PackageRow(f"weights/{name}", partial(_replaced, data=other), text)
    kinds = {
        "keras_hdf5": {"source": "weights.onnx", "tensorflow_version": "2.16"},
        "tensorflow_js": {"source": "weights.onnx", "tensorflow_version": "2.16"},
    }
    for kind, entry in kinds.items():
        change = _set("weights", {kind: {**entry, "sha256": _hash(data)}})
        # Each language has runners of its own to name.
        none = Refused("UnsupportedError", kind, own_value=True)
        yield PackageRow(f"weights/{kind} alone", partial(_described, change=change), none)


def _replaced(folder: Path, data: bytes) -> Path:
    return _described(folder, _weights(sha256=_hash(data)), more={"weights.onnx": data})


def _external(folder: Path, field: str, there: bool = True) -> Path:
    """Write a graph whose numbers lie in a file of their own."""
    import onnx

    model = onnx.load_from_string(_files()["weights.onnx"])
    place = folder / "made"
    place.mkdir()
    onnx.save(
        model,
        str(place / "weights.onnx"),
        save_as_external_data=True,
        all_tensors_to_one_file=True,
        location="weights.onnx.data",
        size_threshold=0,
        convert_attribute=False,
    )
    files = {file.name: file.read_bytes() for file in place.iterdir()}
    entry = {"source": "weights.onnx.data", "sha256": _hash(files["weights.onnx.data"])}

    def change(content: dict[str, Any]) -> None:
        content["weights"]["onnx"]["sha256"] = _hash(files["weights.onnx"])
        if field == "attachments":
            content["attachments"] = [entry]
        elif field:
            content["weights"]["onnx"]["external_data"] = entry

    if not there:
        del files["weights.onnx.data"]
    return _described(folder, change, more=files)


def _graph_of(folder: Path, dtype: str) -> Path:
    """Write a graph that takes another type of numbers under a description of float32."""
    from onnx import TensorProto, helper

    names = {"float16": "FLOAT16", "uint8": "UINT8", "int64": "INT64", "float64": "DOUBLE"}
    shape = ["b", 1, "y", "x"]
    given = helper.make_tensor_value_info("input", getattr(TensorProto, names[dtype]), shape)
    out = helper.make_tensor_value_info("output", TensorProto.FLOAT, shape)
    node = helper.make_node("Cast", ["input"], ["output"], to=TensorProto.FLOAT)
    graph = helper.make_graph([node], "cast", [given], [out])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return _replaced(folder, model.SerializeToString())
