"""Threads of PyTorch while a network trains or is tuned."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch

__all__ = ["all_cores"]


@contextmanager
def all_cores() -> Iterator[None]:
    """Use every core; the number of threads decides the order of sums, so it must not vary."""
    before = torch.get_num_threads()
    torch.set_num_threads(os.cpu_count() or 1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
