"""Names that both formats share: data types, axis ids, tensor ids."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from deepbacs_zoo.files.fields import Field

__all__ = ["DTYPES", "ID_OF_AXIS", "tensor_id"]

DTYPES: Final = (
    "float32",
    "float64",
    "uint8",
    "int8",
    "uint16",
    "int16",
    "uint32",
    "int32",
    "uint64",
    "int64",
    "bool",
)

ID_OF_AXIS: Final[Mapping[str, str]] = MappingProxyType(
    {"b": "batch", "t": "time", "i": "index", "c": "channel"}
)

_LONGEST_ID: Final = 64


def tensor_id(field: Field) -> str:
    """Read the id of a tensor, which becomes part of file names.

    The specification allows lower-case identifiers; capitals and ``-`` are accepted as well, since
    descriptions of format 0.4 hold them and they do no harm.
    """
    text = field.text()
    if not text.replace("-", "_").isidentifier() or len(text) > _LONGEST_ID:
        raise field.wrong(f"letters, digits, '_' and '-', at most {_LONGEST_ID}, no digit first")
    return text
