"""Packages whose files are odd: where they lie, how they are packed, how texts are saved.

``FILE_CASES`` run, with the findings that `validate` has about their files; ``REFUSED_FILES`` do
not.  Import both from `tests.packages`.
"""

from __future__ import annotations

import copy
import struct
import tempfile
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepbacs_zoo.errors import IntegrityError, UnsupportedError
from tests.package_cases import box_case, case
from tests.package_refusals import Refusal
from tests.package_writer import add_file

__all__ = ["FILE_CASES", "REFUSED_FILES", "FileCase"]

Change = Callable[[dict[str, Any], dict[str, bytes]], None]
DATA = "weights.onnx.data"


@dataclass(frozen=True)
class FileCase:
    """A package that runs, and the ids of the warnings about its files."""

    build: Callable[..., Path]
    warnings: tuple[str, ...] = ()

    def __call__(self, tmp_path: Path, **fields: Any) -> Path:
        return self.build(tmp_path, **fields)


def all_of(*changes: Change) -> Change:
    def change(description: dict[str, Any], files: dict[str, bytes]) -> None:
        for each in changes:
            each(description, files)

    return change


# --- external data -----------------------------------------------------------------------------


def external(location: str = DATA) -> Change:
    """Move the weights out of the graph, into a file that no field states."""

    def change(description: dict[str, Any], files: dict[str, bytes]) -> None:
        import onnx

        model = onnx.load_model_from_string(files["weights.onnx"])
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "weights.onnx"
            options = {"save_as_external_data": True, "location": location, "size_threshold": 0}
            onnx.save_model(model, str(path), **options)
            graph, data = path.read_bytes(), (path.parent / location).read_bytes()
        files[location] = data
        replace_weights(description, files, graph)

    return change


def replace_weights(description: dict[str, Any], files: dict[str, bytes], graph: bytes) -> None:
    file = add_file(files, "weights.onnx", graph)
    description["weights"]["onnx"] |= {"source": file.path, "sha256": file.sha256}


def stated(name: str = DATA) -> Change:
    def change(description: dict[str, Any], files: dict[str, bytes]) -> None:
        file = add_file(files, name, files.pop(DATA))
        description["weights"]["onnx"]["external_data"] = {"source": name, "sha256": file.sha256}

    return change


def attached(description: dict[str, Any], files: dict[str, bytes]) -> None:
    file = add_file(files, DATA, files[DATA])
    description["attachments"] = [{"source": file.path, "sha256": file.sha256}]


def moved(files_of: tuple[str, ...], folder: str, *, written: str = "/") -> Change:
    """Put files into a folder, and write their names in the description with a sign between."""

    def change(description: dict[str, Any], files: dict[str, bytes]) -> None:
        for name in files_of:
            files[f"{folder}/{name}"] = files.pop(name)
        description["weights"]["onnx"]["source"] = f"{folder}{written}weights.onnx"

    return change


def location(text: str) -> Change:
    """Write another location of the same length into the graph."""

    def change(description: dict[str, Any], files: dict[str, bytes]) -> None:
        assert len(text) == len(DATA)
        graph = files["weights.onnx"].replace(DATA.encode(), text.encode())
        replace_weights(description, files, graph)

    return change


def drop(name: str) -> Change:
    return lambda _, files: files.pop(name) and None


def altered(name: str) -> Change:
    def change(description: dict[str, Any], files: dict[str, bytes]) -> None:
        files[name] = bytes([files[name][0] ^ 1]) + files[name][1:]

    return change


# --- addresses ---------------------------------------------------------------------------------

ZENODO = "https://zenodo.org/api/records/5874742/files/{}/content"


def address(*path: Any, pattern: str = ZENODO, hashed: bool = True) -> Change:
    """Write an address where the description names a file."""

    def change(description: dict[str, Any], files: dict[str, bytes]) -> None:
        place: Any = description
        for key in path:
            place = place[key]
        place["source"] = pattern.format(place["source"])
        if not hashed:
            del place["sha256"]

    return change


def documents(description: dict[str, Any], files: dict[str, bytes]) -> None:
    description["documentation"] = "https://raw.githubusercontent.com/a/b/main/README.md?raw=true"
    description["covers"] = ["https://example.org/download?file=cover.png"]


def renamed(description: dict[str, Any], files: dict[str, bytes]) -> None:
    files["downloaded_1"] = files.pop("weights.onnx")


def named(name: str, source: str = "") -> Change:
    """Give the test input another name in the files, and ``source`` in the description."""

    def change(description: dict[str, Any], files: dict[str, bytes]) -> None:
        files[name] = files.pop("test_input.npy")
        description["inputs"][0]["test_tensor"]["source"] = source or name

    return change


ONNX = ("weights", "onnx")
TEST = ("inputs", 0, "test_tensor")


# --- zips --------------------------------------------------------------------------------------

Write = Callable[[Path, dict[str, bytes]], None]


def written(write: Write, change: Change | None = None) -> Callable[..., Path]:
    """A package whose members are written again in another way."""

    def build(tmp_path: Path, **fields: Any) -> Path:
        path = case(box_case, change=change)(tmp_path, **fields)
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        path.unlink()
        write(path, members)
        return path

    return build


def plain(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> None:
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def more(extra: Callable[[dict[str, bytes]], dict[str, bytes]]) -> Write:
    return lambda path, members: plain(path, members | extra(members))


def below(folder: str, *, sign: str = "/") -> Write:
    def write(path: Path, members: dict[str, bytes]) -> None:
        plain(path, {f"{folder}{sign}{n.replace('/', sign)}": c for n, c in members.items()})

    return write


def as_folder(path: Path, members: dict[str, bytes]) -> None:
    r"""A zip with ``\`` in its names, unpacked on Linux."""
    path.mkdir()
    for name, content in members.items():
        (path / f"tiny\\{name}").write_bytes(content)


def one_down(path: Path, members: dict[str, bytes]) -> None:
    (path / "tiny").mkdir(parents=True)
    for name, content in members.items():
        (path / "tiny" / name).write_bytes(content)


def with_folders(sign: str) -> Write:
    def write(path: Path, members: dict[str, bytes]) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(zipfile.ZipInfo(f"tiny{sign}"), b"")
            archive.writestr(zipfile.ZipInfo(f"tiny{sign}empty{sign}"), b"")
            for name, content in members.items():
                archive.writestr(f"tiny{sign}{name}", content)

    return write


def zip64(path: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            with archive.open(name, "w", force_zip64=True) as file:
                file.write(content)


def raw_names(stands_for: str, raw: bytes, *, unicode_path: str = "") -> Write:
    """Write a name that is not marked as UTF-8, perhaps with the name in an extra field."""

    def write(path: Path, members: dict[str, bytes]) -> None:
        spare = "X" * (len(raw) - 4) + ".npy"
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in members.items():
                info = zipfile.ZipInfo(spare if name == stands_for else name)
                if unicode_path and name == stands_for:
                    block = struct.pack("<BL", 1, zlib.crc32(raw)) + unicode_path.encode()
                    info.extra = struct.pack("<HH", 0x7075, len(block)) + block
                archive.writestr(info, content)
        path.write_bytes(path.read_bytes().replace(spare.encode(), raw))

    return write


def same_twice(path: Path, members: dict[str, bytes]) -> None:
    plain(path, members)
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("cover.png", members["cover.png"])


def other_twice(path: Path, members: dict[str, bytes]) -> None:
    plain(path, members)
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("weights.onnx", b"other")


def around(before: bytes = b"", after: bytes = b"") -> Write:
    def write(path: Path, members: dict[str, bytes]) -> None:
        plain(path, members)
        path.write_bytes(before + path.read_bytes() + after)

    return write


def in_a_zip(path: Path, members: dict[str, bytes]) -> None:
    plain(path.with_name("inner"), members)
    plain(path, {"model.zip": path.with_name("inner").read_bytes(), "__MACOSX/._model.zip": b""})


def patched(local: int, central: int, value: bytes) -> Write:
    """Write bytes into the headers of the first member."""

    def write(path: Path, members: dict[str, bytes]) -> None:
        plain(path, members)
        data = bytearray(path.read_bytes())
        for sign, offset in ((b"PK\x03\x04", local), (b"PK\x01\x02", central)):
            start = data.index(sign) + offset
            data[start : start + len(value)] = value
        path.write_bytes(data)

    return write


def mac(members: dict[str, bytes]) -> dict[str, bytes]:
    notes = {f"__MACOSX/._{name}": b"\0\5\x16\7" for name in members}
    return {**notes, ".DS_Store": b"", "._rdf.yaml": b"", "Thumbs.db": b"", "desktop.ini": b""}


# --- texts -------------------------------------------------------------------------------------


def recoded(encode: Callable[[str], bytes]) -> Write:
    def write(path: Path, members: dict[str, bytes]) -> None:
        plain(path, members | {"rdf.yaml": encode(members["rdf.yaml"].decode())})

    return write


def second(name: str, *, equal: bool) -> Write:
    return more(lambda members: {name: members["rdf.yaml"] + (b"" if equal else b"\nmore: 1\n")})


def only(text: str) -> Callable[..., Path]:
    """A package of a description that states nothing else."""

    def build(tmp_path: Path, *, name: str = "package.zip") -> Path:
        tmp_path.mkdir(exist_ok=True)
        plain(tmp_path / name, {"model.yaml": text.encode()})
        return tmp_path / name

    return build


def edited(**fields: Any) -> Change:
    def change(description: dict[str, Any], files: dict[str, bytes]) -> None:
        for key, value in fields.items():
            if value is None:
                del description[key]
            else:
                description[key] = copy.deepcopy(value)

    return change


def built(change: Change, name: str = "package.zip") -> Callable[..., Path]:
    return case(box_case, change=change, name=name)


NOT_STATED = ("external-data-not-stated",)
BY_NAME = ("file-taken-by-name",)
AROUND = ("folder-around-package",)
WINDOWS = ("name-with-backslash",)
UMLAUT = "prüfung.npy"
MAC_NAME = unicodedata.normalize("NFD", UMLAUT)

FILE_CASES: dict[str, FileCase] = {
    # external data
    "external_stated": FileCase(built(all_of(external(), stated()))),
    "external_attached": FileCase(built(all_of(external(), attached)), NOT_STATED),
    "external_attached_folder": FileCase(
        built(all_of(external(), attached), "package"), NOT_STATED
    ),
    "external_unstated": FileCase(built(external()), NOT_STATED),
    "external_in_folder": FileCase(
        built(all_of(external(), moved(("weights.onnx", DATA), "net"))), NOT_STATED
    ),
    "external_elsewhere": FileCase(built(all_of(external(), stated(f"data/{DATA}")))),
    "external_elsewhere_folder": FileCase(
        built(all_of(external(), stated(f"data/{DATA}")), "package")
    ),
    "external_address": FileCase(
        built(all_of(external(), stated(), address(*ONNX, "external_data")))
    ),
    # addresses
    "weights_address": FileCase(built(address(*ONNX))),
    "weights_address_renamed": FileCase(built(all_of(address(*ONNX), renamed))),
    "weights_address_no_hash": FileCase(built(address(*ONNX, hashed=False)), BY_NAME),
    "weights_address_folder": FileCase(built(address(*ONNX), "package")),
    "test_tensor_address": FileCase(
        built(address(*TEST, pattern="https://example.org/a%20b/{}?download=1"))
    ),
    "documents_address": FileCase(built(documents), BY_NAME),
    # names
    "windows_zip": FileCase(written(below("tiny", sign="\\")), (*WINDOWS, *AROUND)),
    "windows_zip_in_folder": FileCase(
        written(below("x", sign="\\"), moved(("weights.onnx",), "net")),
        (*WINDOWS, *AROUND),
    ),
    "windows_zip_folders": FileCase(written(with_folders("\\")), (*WINDOWS, *AROUND)),
    "windows_description": FileCase(built(moved(("weights.onnx",), "net", written="\\")), WINDOWS),
    "windows_zip_unpacked": FileCase(written(as_folder), WINDOWS),
    "mac_names": FileCase(
        written(raw_names(UMLAUT, MAC_NAME.encode()), named(UMLAUT)), ("name-not-utf8",)
    ),
    "mac_names_marked": FileCase(built(named(MAC_NAME, UMLAUT))),
    "info_zip_names": FileCase(
        written(raw_names(UMLAUT, b"pr?fung.npy\xff", unicode_path=UMLAUT), named(UMLAUT))
    ),
    "code_page_names": FileCase(written(raw_names(UMLAUT, UMLAUT.encode("cp437")), named(UMLAUT))),
    "capitals_differ": FileCase(
        written(more(lambda m: {"readme.MD": b"other"})), ("names-differ-in-case",)
    ),
    # zips
    "mac_notes": FileCase(written(more(mac))),
    "folder_around": FileCase(written(below("tiny")), AROUND),
    "two_folders_around": FileCase(written(below("a/b")), AROUND),
    "folder_in_folder": FileCase(written(one_down)),
    "folders_listed": FileCase(written(with_folders("/")), AROUND),
    "zip64": FileCase(written(zip64)),
    "same_file_twice": FileCase(written(same_twice), ("file-twice",)),
    "data_before": FileCase(written(around(before=b"MZ" + bytes(500)))),
    "data_after": FileCase(written(around(after=b"\n"))),
    # texts
    "byte_order_mark": FileCase(
        written(recoded(lambda text: text.replace("\n", "\r\n").encode("utf-8-sig")))
    ),
    "utf_16": FileCase(written(recoded(lambda text: text.encode("utf-16")))),
    "second_description": FileCase(
        written(second("bioimageio.yaml", equal=False)), ("several-descriptions",)
    ),
    "description_twice": FileCase(written(second("model.yaml", equal=True))),
}

OLD = "name: N2V demo\nlanguage: java\nsource: de.csbdresden.n2v.train.N2VPrediction\n"
ENCRYPTED, METHOD = (6, 8), (8, 10)

REFUSED_FILES: dict[str, Refusal] = {
    # external data
    "external_missing": Refusal(built(all_of(external(), drop(DATA))), "run", IntegrityError),
    "external_altered": Refusal(
        built(all_of(external(), attached, altered(DATA))), "run", IntegrityError
    ),
    "external_outside": Refusal(built(all_of(external(), location("../weights.x.data"))), "run"),
    "external_absolute": Refusal(built(all_of(external(), location("/eights.onnx.data"))), "run"),
    "external_drive": Refusal(built(all_of(external(), location("C:\\ghts.onnx.data"))), "run"),
    "external_windows_up": Refusal(
        built(all_of(external(), location("..\\weights.x.data"))), "run"
    ),
    # addresses
    "address_other_hash": Refusal(
        built(all_of(address(*ONNX), altered("weights.onnx"))), "read", IntegrityError
    ),
    "address_nowhere": Refusal(
        built(all_of(address(*ONNX), drop("weights.onnx"))), "read", UnsupportedError
    ),
    # names and zips
    "capitals_of_the_name": Refusal(
        built(all_of(lambda d, f: d["weights"]["onnx"].update(source="Weights.ONNX"))),
        "read",
        IntegrityError,
    ),
    "windows_up": Refusal(written(more(lambda m: {"a\\..\\..\\evil": b""})), "open"),
    "windows_root": Refusal(written(more(lambda m: {"\\\\server\\evil": b""})), "open"),
    "other_file_twice": Refusal(written(other_twice), "open"),
    "zip_in_a_zip": Refusal(written(in_a_zip), "open"),
    "encrypted": Refusal(written(patched(*ENCRYPTED, b"\x01")), "open", UnsupportedError),
    "deflate64": Refusal(written(patched(*METHOD, b"\x09")), "open", UnsupportedError),
    "no_description": Refusal(
        written(lambda path, _: plain(path, {"config.yml": b"a: 1"})), "open"
    ),
    # formats
    "format_0_1": Refusal(only(f"{OLD}format_version: 0.1.0\n"), "open", UnsupportedError),
    "format_0_2": Refusal(only(f"{OLD}format_version: 0.2.1\n"), "open", UnsupportedError),
    "format_0_3_no_type": Refusal(only(f"{OLD}format_version: 0.3.0\n"), "open", UnsupportedError),
    "format_0_3_number": Refusal(only(f"{OLD}format_version: 0.3\n"), "open", UnsupportedError),
    "format_0_6_no_type": Refusal(only("format_version: 0.6.0\n"), "open", UnsupportedError),
    "format_1": Refusal(built(edited(format_version="1.0.0")), "open", UnsupportedError),
    "format_number": Refusal(built(edited(format_version=0.5)), "open"),
    "format_two_numbers": Refusal(built(edited(format_version="0.5")), "open"),
    "format_word": Refusal(built(edited(format_version="latest")), "open"),
    "format_flag": Refusal(built(edited(format_version=True)), "open"),
    "format_missing": Refusal(built(edited(format_version=None)), "open"),
    "type_missing": Refusal(built(edited(type=None)), "open"),
    "notebook": Refusal(only("type: notebook\nformat_version: 0.3.0\n"), "open", UnsupportedError),
    "application": Refusal(only("type: application\n"), "open", UnsupportedError),
    # texts
    "latin_1": Refusal(
        written(recoded(lambda text: f"{text}author: M\u00fcller\n".encode("latin-1"))), "open"
    ),
}
