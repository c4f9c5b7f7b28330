"""The heap of a Java that runs ImageJ: its least size, and the advice where it is full."""

from __future__ import annotations

from typing import Final

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.options import Option

__all__ = ["LARGER_HEAP", "LEAST_HEAP", "check_heap"]

LEAST_HEAP: Final = 64 * 2**20
"""ImageJ, ONNX Runtime and a small image."""
LARGER_HEAP: Final = "choose a larger " + Option("heap") + ", or smaller images or stacks"
"""The hint of errors about a heap that is full."""
_MEBIBYTE: Final = 2**20


def check_heap(heap: int | None) -> None:
    """Refuse a heap, in bytes, that is smaller than ImageJ needs.

    Raises
    ------
    UsageError
        It is.
    """
    if heap is not None and heap < LEAST_HEAP:
        raise UsageError(
            Option("heap"),
            "this is too little for ImageJ",
            value=f"{heap} bytes",
            allowed=f"{LEAST_HEAP // _MEBIBYTE} MiB or more",
            hint="choose a larger heap, such as 2GiB",
        )
