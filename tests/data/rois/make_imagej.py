"""Writes what ImageJ makes of ROIs: ``python -m tests.data.rois.make_imagej``."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from tests.data.rois.drawings import GOLDEN, of_imagej
from tests.fiji.javac import open_harness

if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory() as preferences,
        open_harness() as harness,
        harness.open_imagej(Path(preferences)) as java,
    ):
        rows = of_imagej(java)
    GOLDEN.write_text("[\n" + ",\n".join(map(json.dumps, rows)) + "\n]\n", "utf-8", newline="\n")
