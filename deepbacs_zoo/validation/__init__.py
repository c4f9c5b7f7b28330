"""Is a package valid, does it reproduce its own results, and where will it run.

bioimageio.spec, onnxruntime and torch are loaded when a check needs them, not before.
"""

from __future__ import annotations

from deepbacs_zoo.validation.run import CHECKS, validate

__all__ = ["CHECKS", "validate"]
