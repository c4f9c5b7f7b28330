"""What ends a training early; light, so that it is known before PyTorch is loaded."""

from __future__ import annotations

__all__ = ["InterruptionError"]


class InterruptionError(Exception):
    """Raised between two steps after Ctrl-C.

    Lightning answers a ``KeyboardInterrupt`` with ``sys.exit(1)``, so it must never see one.
    """
