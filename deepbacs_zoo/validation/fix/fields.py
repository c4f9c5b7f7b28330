"""Mends of single fields of a description that can be read: hashes, ids, names, spelling."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from deepbacs_zoo.errors import DeepbacsZooError, IntegrityError
from deepbacs_zoo.package.metadata import Document, is_doi, is_orcid
from deepbacs_zoo.package.writing.description import FORMAT
from deepbacs_zoo.package.writing.edits import at
from deepbacs_zoo.tensors import FileRef, SteppedSize, TensorSpec
from deepbacs_zoo.validation.fix.changes import Change, Mend, Place

if TYPE_CHECKING:
    from deepbacs_zoo.package import Package

__all__ = ["field_mends", "left_fields"]

_SIDES: Final = ("inputs", "outputs")
_NEWER: Final = {"output_of": "0.5.12", "channel_colors": "0.5.13"}
"""Fields, and the format that brought them."""
_NEWEST_READ: Final = (0, 5, 14)


_HASH: Final = re.compile(r"[0-9a-f]{64}")


_BARE: Final = {
    "doi": (r"(?:https?://)?(?:dx\.)?doi(?:\.org/|:\s*)", is_doi),
    "orcid": (r"(?:https?://)?(?:www\.)?orcid\.org/", is_orcid),
}
"""What stands in front of a text, and its form without."""


def field_mends(package: Package) -> Iterator[Mend]:
    """Yield the fields of a description that can be mended, each once."""
    seen: set[Place] = set()
    for mends in _MENDS:
        for mend in mends(package):
            if not any(mend.place[: len(place)] == place for place in seen):
                seen.add(mend.place)
                yield mend


def left_fields(package: Package) -> Iterator[Change]:
    """Yield what looks wrong and is left as it is, as only its author can tell the right value."""
    for place, file in _files(package):
        try:
            package.verify(file)
        except IntegrityError as error:
            if file.sha256 and _HASH.fullmatch(str(error.value)):
                yield Change(
                    ".".join(map(str, place)),
                    "",
                    "",
                    f"{file.path} has another hash ({error.value}), and nobody can tell from here "
                    "whether the file is damaged or was changed on purpose; if you changed it, "
                    "write this hash",
                )
        except DeepbacsZooError:
            continue
    if _is_newer(package) and (reason := _needs_newer(package)):
        yield Change("format_version", "", "", reason)


def _is_05(package: Package) -> bool:
    return not package.format_version.startswith("0.4")


# --- files ---------------------------------------------------------------------------------------


def _files(package: Package) -> Iterator[tuple[Place, FileRef]]:
    """Yield the files of tensors and weights that may state a hash, with their places."""
    yield from _tensor_files(package) if _is_05(package) else ()
    for name, weights in package.weights.items():
        if not _is_mapping(package, ("weights", name)):
            continue  # an old name of the format
        yield ("weights", name), weights.file
        for key in ("architecture", "external_data", "dependencies"):
            described = weights.fields.get(key, {})
            if "source" in described and _is_mapping(package, ("weights", name, key)):
                yield ("weights", name, key), FileRef(described["source"], described["sha256"])


def _tensor_files(package: Package) -> Iterator[tuple[Place, FileRef]]:
    for side, index, spec in _specs(package):
        for kind in ("test_tensor", "sample_tensor"):
            if (file := getattr(spec, kind)) is not None:
                yield (side, index, kind), file


def _specs(package: Package) -> Iterator[tuple[str, int, TensorSpec]]:
    """Yield all tensors with their places."""
    for side, tensors in zip(_SIDES, (package.inputs, package.outputs), strict=True):
        for index, spec in enumerate(tensors):
            yield side, index, spec


def _is_mapping(package: Package, place: Place) -> bool:
    return isinstance(at(package.description, place), Mapping)


def _hashes(package: Package) -> Iterator[Mend]:
    """Yield the hashes of files that state none and can be read as what they are."""
    from deepbacs_zoo.package.members import is_remote

    for place, file in _files(package):
        stated = at(package.description, place)
        if file.sha256 or not isinstance(stated, Mapping):
            continue
        digest = _digest(package, file)
        if digest is None:
            continue
        if is_remote(file.path):
            name = package.locate(file).path
            yield Mend((*place, "source"), name, "the file is in the package")
        why = "without a hash nobody notices that the file was damaged"
        yield Mend((*place, "sha256"), digest, why)
    if not _is_05(package):
        yield from _old_architecture(package)


def _old_architecture(package: Package) -> Iterator[Mend]:
    """Yield the hash of the code of a network in format 0.4, which stands beside it."""
    for name, weights in package.weights.items():
        entry = weights.fields.get("architecture", {})
        if "source" in entry and entry.get("sha256") is None:
            digest = _digest(package, FileRef(entry["source"]))
            if digest and _is_mapping(package, ("weights", name)):
                yield Mend(
                    ("weights", name, "architecture_sha256"),
                    digest,
                    "without a hash nobody notices that the code was changed",
                )


def _digest(package: Package, file: FileRef) -> str | None:
    """Return the hash of a file, if it is there and whole as far as its form tells."""
    from deepbacs_zoo.graph.header import read_onnx_header

    try:
        name = package.locate(file).path
        if name.endswith(".npy"):
            package.tensor(file)
        elif name.endswith(".onnx"):
            read_onnx_header(package.file_path(file))
        return hashlib.sha256(package.read(file)).hexdigest()
    except DeepbacsZooError:  # reported by validation
        return None


def _names(package: Package) -> Iterator[Mend]:
    r"""Yield names of files that are written with ``\``."""
    names = set(package.names())
    for place, text in _texts(package.description, ()):
        plain = text.replace("\\", "/")
        if "\\" in text and plain.removeprefix("./") in names:
            yield Mend(place, plain, "parts of a name have '/' between them")


def _capitals(package: Package) -> Iterator[Mend]:
    """Yield names of files in the capitals that the files have."""
    from deepbacs_zoo.package.members import is_remote

    names = set(package.names())
    for place, file in _files(package):
        if file.path in names or is_remote(file.path):
            continue
        alike = [name for name in names if name.lower() == file.path.lower()]
        if len(alike) == 1:
            field = (*place, "source") if _is_mapping(package, place) else place
            yield Mend(field, alike[0], "the name as the file has it: capitals count")


def _texts(value: object, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for key, entry in value.items():
            yield from _texts(entry, (*place, key))
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _texts(entry, (*place, index))


def _external(package: Package) -> Iterator[Mend]:
    """Yield the file that an ONNX graph keeps its weights in, where nothing states it."""
    weights = package.weights.get("onnx")
    if weights is None or not _is_05(package) or not _is_mapping(package, ("weights", "onnx")):
        return
    if "external_data" in weights.fields:
        return
    try:
        own = package.locate(weights.file).path
        names = {package.locate(file).path for file in package.files_of(weights)} - {own}
    except DeepbacsZooError:
        return
    if len(names) != 1:  # the format has a place for one
        return
    (name,) = names
    digest = _digest(package, FileRef(name))
    if digest and name.endswith(".data"):  # as the format has it
        yield Mend(
            ("weights", "onnx", "external_data"),
            {"source": name, "sha256": digest},
            "programs unpack only the files that are stated",
        )


def _below_minimum(package: Package) -> Iterator[Mend]:
    """Yield smallest sizes above that of the test input, which has shown that it runs."""
    halos = {axis.name: axis.halo for spec in package.outputs for axis in spec.space if axis.halo}
    for side, index, spec in _specs(package) if _is_05(package) else ():
        for number, (axis, given) in enumerate(zip(spec.axes, _shape(package, spec), strict=False)):
            size = axis.size
            if isinstance(size, SteppedSize) and 2 * halos.get(axis.name, 0) < given < size.min:
                why = "the test input, with which the package was made, is smaller"
                place = (side, index, "axes", number, "size", "min")
                yield from () if (size.min - given) % size.step else (Mend(place, given, why),)


def _shape(package: Package, spec: TensorSpec) -> tuple[int, ...]:
    try:
        return () if spec.test_tensor is None else package.tensor(spec.test_tensor).shape
    except DeepbacsZooError:
        return ()


# --- ids and versions ----------------------------------------------------------------------------


def _ids(package: Package) -> Iterator[Mend]:
    """Yield ids that the format defaults and some programs ask for."""
    if not _is_05(package):
        return
    for side, index, spec in _specs(package):
        if "id" not in at(package.description, (side, index)):
            yield Mend((side, index, "id"), spec.id, "programs name tensors by their ids")
        for number, axis in enumerate(spec.axes):
            described = at(package.description, (side, index, "axes", number))
            if described["type"] in ("space", "channel") and "id" not in described:
                place = (side, index, "axes", number, "id")
                yield Mend(place, axis.id, "programs tell axes apart by their ids")


def _listed_axes(package: Package) -> Iterator[Mend]:
    for side, index, spec in _specs(package):
        place = (side, index, "axes")
        if not _is_05(package) and isinstance(at(package.description, place), list):
            yield Mend(place, spec.axis_names, "in format 0.4 axes are one text")


def _opset(package: Package) -> Iterator[Mend]:
    from deepbacs_zoo.graph.header import read_onnx_header

    weights = package.weights.get("onnx")
    if weights is None:
        return
    try:
        found = read_onnx_header(package.file_path(weights.file)).opset
    except DeepbacsZooError:
        return
    if found and weights.fields.get("opset_version") not in (None, found):
        yield Mend(("weights", "onnx", "opset_version"), found, "the opset of the file")


def _engine(package: Package) -> Iterator[Mend]:
    """Yield the spelling of PyTorch's version by which JDLL takes TorchScript, not ONNX."""
    from deepbacs_zoo.fiji.deepimagej.rules import weights_taken
    from deepbacs_zoo.package.writing.jdll import leading_spelling

    weights = package.weights
    if not {"torchscript", "onnx"} <= set(weights) or weights_taken(package) != "onnx":
        return
    version = str(weights["torchscript"].fields.get("pytorch_version", ""))
    spelled = leading_spelling(version, weights["onnx"].fields.get("opset_version", 0))
    if spelled != version and _is_mapping(package, ("weights", "torchscript")):
        yield Mend(
            ("weights", "torchscript", "pytorch_version"),
            spelled,
            "as true, and deepImageJ takes these weights and not the ONNX ones, whose engine fails",
        )


# --- the dialect of older readers ----------------------------------------------------------------


def _number(package: Package) -> tuple[int, ...]:
    return tuple(int(part) for part in package.format_version.split("."))


def _is_newer(package: Package) -> bool:
    return _number(package) > tuple(int(part) for part in FORMAT.split("."))


def _needs_newer(package: Package) -> str:
    """Return why a description cannot be one of the older format; empty if it can."""
    if _number(package) > _NEWEST_READ:
        return "a format that is not known here may need what it states"
    if isinstance(package.description.get("license"), Mapping):
        return "a file of a licence came with format 0.5.11"
    for place, _ in _texts(package.description, ()):
        for key, version in _NEWER.items():
            if key in place and "config" not in place[:1]:
                return f"the field {key} came with format {version}"
    return ""


def _dialect(package: Package) -> Iterator[Mend]:
    """Yield documents as plain names, and the newest format that older readers know."""
    documents = _mapped(package.metadata.documents)
    files = [FileRef(each.source, each.sha256) for each in documents]
    # A plain name would hide that a file is another than the one described.
    if (
        not _is_05(package)
        or _needs_newer(package)
        or not all(_is_right(package, f) for f in files)
    ):
        return
    why = f"format {FORMAT}, which bioimageio.core before 0.11, deepImageJ and BiaPy read"
    for each in documents:
        first, _, index = each.where.partition(".")
        place: Place = (first, int(index)) if index else (first,)
        yield Mend(place, each.source, f"a plain name, as in {why}")
    if _is_newer(package):
        yield Mend(("format_version",), FORMAT, f"nothing in it is newer than {why}")


def _mapped(documents: Sequence[Document]) -> list[Document]:
    """Return documents that are mappings and may be plain names, unlike attachments."""
    return [
        each for each in documents if each.is_mapping and not each.where.startswith("attachments")
    ]


def _is_right(package: Package, file: FileRef) -> bool:
    try:
        package.verify(file)
    except DeepbacsZooError:
        return False
    return True


# --- spelling ------------------------------------------------------------------------------------


def _addresses(package: Package) -> Iterator[Mend]:
    """Yield DOIs and ORCIDs without an address in front."""
    for people in ("authors", "maintainers", "cite"):
        for index, entry in _entries(package.description, people):
            for key, (front, is_right) in _BARE.items():
                bare = _bare(entry.get(key), front)
                if is_right(bare):
                    place: Place = (people, index, key)
                    yield Mend(place, bare, "programs look it up without an address in front")


def _license(package: Package) -> Iterator[Mend]:
    """Yield the licence as SPDX writes it."""
    from deepbacs_zoo.validation.checks.metadata import licenses

    stated, known = package.description.get("license"), licenses()
    if isinstance(stated, str) and known and stated not in known:
        alike = [each for each in known if each.lower() == stated.strip().lower()]
        if len(alike) == 1:
            yield Mend(("license",), alike[0], "the identifier as SPDX writes it")


def _entries(description: Mapping[str, Any], key: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    entries = description.get(key)
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, Mapping):
            yield index, entry


def _bare(text: object, front: str) -> str:
    """Return a text without the address in front; empty where there is none."""
    match = re.match(front, text, re.IGNORECASE) if isinstance(text, str) else None
    return str(text)[match.end() :].strip() if match else ""


_MENDS: Final[tuple[Callable[[Package], Iterator[Mend]], ...]] = (
    _names,
    _capitals,
    _listed_axes,
    _ids,
    _dialect,
    _hashes,
    _external,
    _below_minimum,
    _opset,
    _engine,
    _addresses,
    _license,
)
