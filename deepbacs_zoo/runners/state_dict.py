"""State dicts as people save them: what a file holds instead, and how it misfits its network.

A file is never unpickled beyond tensors and plain containers.
"""

from __future__ import annotations

import itertools
import os
import pickle
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeGuard

from deepbacs_zoo.errors import PackageError, listed
from deepbacs_zoo.runners.base import first_line
from deepbacs_zoo.runners.file_kinds import MISSING, SAFETENSORS, SAVED, SCRIPT, kind_of
from deepbacs_zoo.tensors import Weights

if TYPE_CHECKING:
    from types import ModuleType

    from torch import Tensor, nn

    from deepbacs_zoo.package.reader import Package

__all__ = ["load_state"]

State = Mapping[str, "Tensor"]

_ALLOWED: Final = "a state dict: tensors by the names that its network has for them"
_SAVE: Final = "save network.state_dict() alone with torch.save"
_NAMED: Final = 3
"""Keys that a message names of each kind."""
_LEFT_BY: Final = {
    "module.": "as DataParallel leaves it",
    "_orig_mod.": "as torch.compile leaves it",
    "model.": "as Lightning leaves it",
    "net.": "as Lightning leaves it",
}


@dataclass(frozen=True)
class _Place:
    """The weights of a package in a message."""

    package: Package
    weights: Weights

    def error(self, what: str, value: object, hint: str, allowed: str = _ALLOWED) -> PackageError:
        return PackageError(
            f"{self.package.path}/{self.weights.file.path}",
            what,
            value=value,
            allowed=allowed,
            hint=hint,
        )


def load_state(torch: ModuleType, package: Package, weights: Weights, network: nn.Module) -> State:
    """Load the state dict of a package into its network, and return it; types are cast.

    Raises
    ------
    PackageError
        The file holds something else, or tensors of another network.
    """
    place = _Place(package, weights)
    state = _state_of(_read(torch, place), place, network)
    strict = bool(weights.fields.get("strict", True))
    try:
        differences = network.load_state_dict(state, strict=False)
    except (RuntimeError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise _misfit(network, state, place, error) from error  # shapes, which count always
    missing, unexpected = differences.missing_keys, differences.unexpected_keys
    nothing = len(unexpected) == len(state) and bool(missing)
    if nothing or (strict and (missing or unexpected)):
        raise _misfit(network, state, place, None, missing, unexpected)
    return state


def _read(torch: ModuleType, place: _Place) -> object:
    path = place.package.file_path(place.weights.file)
    kind = kind_of(path)
    if kind not in {SAVED, None}:
        raise place.error("it is no file of torch.save", kind, _advice_for(str(kind)))
    try:
        return torch.load(os.fspath(path), map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        objects = _objects(torch, path)
        if not objects:
            raise _unreadable(place, error) from error
        modules = any(name.startswith("torch.nn.modules.") for name in objects)
        what = "a whole network" if modules else "Python objects besides tensors"
        raise place.error(
            f"it holds {what}, and to load this would run code", listed(objects, _NAMED), _SAVE
        ) from error
    except (RuntimeError, ValueError, EOFError, AttributeError, TypeError, KeyError) as error:
        raise _unreadable(place, error) from error


def _unreadable(place: _Place, error: Exception) -> PackageError:
    return place.error(
        "PyTorch cannot load these weights", first_line(error), "get the package again"
    )


def _advice_for(kind: str) -> str:
    if kind in MISSING:
        return "get the package again"
    if kind == SAFETENSORS:
        return "read it with safetensors.torch.load_file, and save what that gives with torch.save"
    name = "torchscript" if kind == SCRIPT else "what it is"
    return f"describe it as {name}, or {_SAVE}"


def _objects(torch: ModuleType, path: Path) -> list[str]:
    """Return the names of what a file would call when it is unpickled; none if it is broken."""
    try:
        found = torch.serialization.get_unsafe_globals_in_checkpoint(path)
    except (RuntimeError, ValueError, EOFError, pickle.UnpicklingError):  # of before PyTorch 1.6
        return []
    # The classes of the network's own file say more than those of PyTorch.
    return sorted(found, key=lambda name: name.startswith(("torch.", "collections.")))


def _state_of(found: object, place: _Place, network: nn.Module) -> State:
    """Return the state dict, or say what was saved in its place."""
    if _is_state(found):
        return found
    if not isinstance(found, Mapping):
        raise place.error("it holds no state dict", _kind(found), _SAVE)
    if not found:
        raise place.error("its state dict is empty", "no key", _SAVE)
    if {"state", "param_groups"} <= found.keys():
        raise place.error("it is the state of an optimizer, not of a network", None, _SAVE)
    inner = {str(key): value for key, value in found.items() if _is_state(value)}
    if inner:
        raise _checkpoint([str(key) for key in found], inner, place, network)
    others = {key: value for key, value in found.items() if not _is_tensor(value)}
    kinds = [f"{key}: {_kind(value)}" for key, value in others.items()]
    raise place.error("it holds other things than tensors", listed(kinds, _NAMED), _SAVE)


def _checkpoint(
    keys: Sequence[str], inner: Mapping[str, State], place: _Place, network: nn.Module
) -> PackageError:
    """Return the error of a checkpoint, with the part of it that is the weights."""
    name = max(inner, key=lambda key: (key == "state_dict", "ema" not in key, len(inner[key])))
    others = [key for key in keys if key != name]
    beside = f" beside {listed(others, _NAMED)}" if others else ""
    prefix = _prefix(inner[name], network.state_dict())
    without = f" without '{prefix}' before its keys" if prefix else ""
    return place.error(
        "it is a checkpoint of a training, of which the weights are a part",
        f"'{name}'{beside}",
        f"save what stands under '{name}' alone{without}, with torch.save",
    )


def _is_tensor(value: object) -> bool:
    return hasattr(value, "shape") and hasattr(value, "dtype")


def _is_state(value: object) -> TypeGuard[State]:
    return isinstance(value, Mapping) and bool(value) and all(map(_is_tensor, value.values()))


def _kind(value: object) -> str:
    return type(value).__name__


# --- keys that differ ----------------------------------------------------------------------------


def _misfit(
    network: nn.Module,
    state: State,
    place: _Place,
    error: Exception | None,
    missing: Sequence[str] = (),
    unexpected: Sequence[str] = (),
) -> PackageError:
    expected = network.state_dict()
    prefix = _prefix(state, expected)
    if prefix:
        found = [listed(list(state), _NAMED)]
        found += filter(None, [_LEFT_BY.get(prefix.split(".")[-2] + ".")])
        return place.error(
            f"before each of its keys stands '{prefix}', which the network's keys do not have",
            ", ".join(found),
            f"save it again with key.removeprefix('{prefix}') in place of each key",
        )
    prefix = _prefix(expected, state)
    if prefix:
        return place.error(
            f"the keys of its network begin with '{prefix}', and its own do not",
            listed(list(state), _NAMED),
            f"save it again with '{prefix}' before each key, or name the inner network as the "
            "architecture",
        )
    clauses = list(_differences(state, expected, missing, unexpected))
    return place.error(
        "its tensors are not those of its network",
        "; ".join(clauses) or first_line(error or RuntimeError("no key is the same")),
        "give the architecture the arguments (kwargs) that it was trained with, or the network its "
        "own weights",
        f"the tensors of {_kind(network)}, {len(expected)} in all",
    )


def _differences(
    state: State, expected: State, missing: Sequence[str], unexpected: Sequence[str]
) -> Iterator[str]:
    found = {
        "missing": missing or [key for key in expected if key not in state],
        "unexpected": unexpected or [key for key in state if key not in expected],
        "of another shape": list(_shapes(state, expected)),
    }
    for noun, keys in found.items():
        if keys:
            yield f"{len(keys)} {noun}: {listed(keys, _NAMED)}"


def _shapes(state: State, expected: State) -> Iterator[str]:
    for key, tensor in expected.items():
        if key in state and state[key].shape != tensor.shape:
            yield f"{key} {_shape(state[key])} instead of {_shape(tensor)}"


def _shape(tensor: Tensor) -> str:
    return "x".join(map(str, tensor.shape)) or "of one number"


def _prefix(longer: State, shorter: State) -> str:
    """Return what stands before each key of one side and makes most of them keys of the other."""
    prefix = _common(list(longer))
    while prefix:
        stripped = {key.removeprefix(prefix) for key in longer}
        if 2 * len(stripped & shorter.keys()) > len(stripped):
            return prefix
        prefix = _shortened(prefix)
    return ""


def _common(keys: Sequence[str]) -> str:
    """Return the longest beginning of all keys that ends with a dot."""
    first, last = min(keys, default="").split("."), max(keys, default="").split(".")
    pairs = zip(first[:-1], last[:-1], strict=False)  # the last part is the tensor's own name
    shared = itertools.takewhile(lambda pair: pair[0] == pair[1], pairs)
    return "".join(f"{name}." for name, _ in shared)


def _shortened(prefix: str) -> str:
    return prefix[: prefix[:-1].rfind(".") + 1]
