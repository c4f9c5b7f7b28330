"""JDLL, the library of deepImageJ: the weights that it takes, and the images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from deepbacs_zoo.tensors import TensorSpec

__all__ = ["MOST_OUTPUT_BYTES", "MOST_VALUES", "bucket", "largest_image", "leading_spelling"]

MOST_VALUES: Final = 4096 * 4096 * 3
"""Values of a tile above which it divides it for ever."""
MOST_OUTPUT_BYTES: Final = 2**31 - 1
"""Bytes of an output: it is one array of Java."""

_BUCKETS: Final = 16
"""Buckets of a ``java.util.HashMap`` of up to twelve entries."""


def bucket(key: str) -> int:
    """Return the place of a text in the iteration order of a small ``java.util.HashMap``.

    ``String.hashCode`` and the spreading of the upper half into the lower, as the documentation of
    Java specifies the first and OpenJDK's source the second.
    """
    code = 0
    for character in key:
        code = (code * 31 + ord(character)) & 0xFFFFFFFF
    return (code ^ (code >> 16)) % _BUCKETS


def leading_spelling(version: str, opset: int) -> str:
    """Return the spelling of a PyTorch version with which TorchScript comes before ONNX.

    JDLL keeps weights in a hash map under ``torchscript_v<version>`` and ``onnx_v<opset>`` and
    takes the first; its ONNX engine crashes the Java process of Fiji.

    Parameters
    ----------
    version
        For example ``2.14.0``.
    opset
        The opset of the ONNX weights.

    Returns
    -------
    str
        The version as it is, or without its last part, which is as true; the first of the two that
        comes before ONNX, the full one if none does.
    """
    onnx = bucket(f"onnx_v{opset}")
    spellings = (version, version.rpartition(".")[0])
    for spelling in spellings:
        # At the same place the entry that stands first in the description wins: TorchScript.
        if spelling and bucket(f"torchscript_v{spelling}") <= onnx:
            return spelling
    return version


def largest_image(inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]) -> int:
    """Return the pixels of the largest image that passes through JDLL in one piece.

    Parameters
    ----------
    inputs, outputs
        The tensors; all have the size of the image, values of 4 bytes, and named channels.
    """
    most = [MOST_VALUES // len(spec.axis("c").channel_names) for spec in inputs]
    most += [MOST_OUTPUT_BYTES // 4 // len(spec.axis("c").channel_names) for spec in outputs]
    return min(most)
