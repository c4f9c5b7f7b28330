"""The ``weights`` of both formats, with the architecture in the form of format 0.5."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from deepbacs_zoo.files.fields import Field
from deepbacs_zoo.package.members import file_ref, is_remote
from deepbacs_zoo.tensors import FileRef, Weights

__all__ = ["read_weights", "stated_files"]

_FILES: Final = ("architecture", "dependencies", "external_data")
_OLD_NAMES: Final = MappingProxyType({"pytorch_script": "torchscript"})
"""Names of weights formats before format 0.4, which later descriptions have by mistake."""
_READ_APART: Final = (*_FILES, "source", "sha256", "architecture_sha256")


def read_weights(root: Field) -> Mapping[str, Weights]:
    """Read every entry that is not null, in file order.

    ``fields`` holds what else the entry states, as read, with three entries always in the form of
    format 0.5: ``architecture`` is ``{source, sha256, callable, kwargs}`` or ``{import_from,
    callable, kwargs}``; ``dependencies`` and ``external_data`` are ``{source, sha256}``, where
    ``sha256`` may be ``None``.
    """
    place = root["weights"]
    result = {}
    for name in place.mapping():
        entry = place.get(name)
        if entry is not None:
            known = _OLD_NAMES.get(name, name)
            if known == name or known not in place.mapping():
                result[known] = _entry(known, entry)
    if not result:
        raise place.wrong("at least one weights format, such as onnx", what="there are no weights")
    return MappingProxyType(result)


def stated_files(weights: Weights) -> tuple[FileRef, ...]:
    """Return every file that an entry states, its own first; its files may name more."""
    named = [weights.fields.get(key, {}) for key in _FILES]
    others = [FileRef(file["source"], file["sha256"]) for file in named if "source" in file]
    return (weights.file, *others)


def _entry(name: str, entry: Field) -> Weights:
    fields: dict[str, Any] = {
        key: value for key, value in entry.mapping().items() if key not in _READ_APART
    }
    architecture = entry.get("architecture")
    if architecture is not None:
        fields["architecture"] = _architecture(entry, architecture)
        if not isinstance(architecture.value, dict):
            fields.pop("kwargs", None)
    dependencies = entry.get("dependencies")
    if dependencies is not None:
        fields["dependencies"] = _dependencies(dependencies)
    external = entry.get("external_data")
    if external is not None:
        fields["external_data"] = _as_mapping(file_ref(external))
    file = file_ref(entry["source"], entry.get("sha256"))
    return Weights(name, file, MappingProxyType(fields))


def _as_mapping(file: FileRef) -> dict[str, Any]:
    return {"source": file.path, "sha256": file.sha256}


def _architecture(entry: Field, place: Field) -> dict[str, Any]:
    if not isinstance(place.value, dict):
        return _architecture_04(entry, place)
    kwargs = place.get("kwargs")
    called = {
        "callable": place["callable"].text(),
        "kwargs": {} if kwargs is None else kwargs.mapping(),
    }
    library = place.get("import_from")
    if library is not None:
        return {"import_from": library.text(), **called}
    return {**_as_mapping(file_ref(place)), **called}


def _architecture_04(entry: Field, place: Field) -> dict[str, Any]:
    """Split ``file.py:Network`` or ``library.module.Network``."""
    text = place.text()
    kwargs = entry.get("kwargs")
    arguments = {} if kwargs is None else kwargs.mapping()
    source, colon, name = text.rpartition(":")
    if colon and not name.startswith("/"):
        file = file_ref(place.at("source", source), entry.get("architecture_sha256"))
        return {**_as_mapping(file), "callable": name, "kwargs": arguments}
    library, dot, name = text.rpartition(".")
    if not dot or colon:
        raise place.wrong("<file.py>:<name>, or <library>.<name>")
    return {"import_from": library, "callable": name, "kwargs": arguments}


def _dependencies(place: Field) -> dict[str, Any]:
    """Read ``{source, sha256}``, or format 0.4's ``conda:environment.yaml``, also an address."""
    if isinstance(place.value, str) and not is_remote(place.value):
        _, colon, name = place.value.partition(":")
        return _as_mapping(file_ref(place.at("file", name if colon else place.value)))
    return _as_mapping(file_ref(place))
