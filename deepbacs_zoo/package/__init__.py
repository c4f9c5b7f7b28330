"""A read-only, hash-checked view of a bioimage.io package: a zip, a folder, or its description.

Formats 0.4 and 0.5 are read into the same frozen descriptions (`deepbacs_zoo.tensors`).
"""

from __future__ import annotations

from deepbacs_zoo.package.reader import Package, open_package

__all__ = ["Package", "open_package"]
