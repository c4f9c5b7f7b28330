"""Run packages through CAREamics; for an environment that has it.  Stands alone.

    python careamics_script.py folder results.json

For each zip: the largest difference of its prediction of the test input from the test output, or
the first line of the error.
"""

import importlib.metadata
import json
import logging
import os
import sys
import tempfile
import warnings
from pathlib import Path

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)

import numpy as np  # noqa: E402 - the filters first
import torch  # noqa: E402
from bioimageio.core import load_model_description  # noqa: E402
from bioimageio.spec.utils import load_array  # noqa: E402
from careamics.model_io.bmz_io import load_from_bmz  # noqa: E402


def main(folder: Path, results: Path) -> None:
    """Run all packages."""
    found = {path.stem: run(path) for path in sorted(folder.glob("*.zip"))}
    said = {"version": importlib.metadata.version("careamics"), "packages": found}
    results.write_text(json.dumps(said, indent=1), encoding="utf-8")


def run(path: Path):
    """Return what becomes of a package."""
    try:
        _, module = load_from_bmz(path)
        described = load_model_description(path)
        image = load_array(described.inputs[0].test_tensor)
        expected = load_array(described.outputs[0].test_tensor)
        with torch.no_grad():
            found = module.model.eval()(torch.from_numpy(image)).numpy()
        if found.shape != expected.shape:
            return f"shape {found.shape} instead of {expected.shape}"
        return float(np.abs(found.astype(np.float64) - expected).max())
    except Exception as error:  # noqa: BLE001 - all of them are results
        lines = str(error).strip().splitlines() or [""]
        return f"{type(error).__name__}: {' '.join(lines)[:300]}"


if __name__ == "__main__":
    given = [Path(each).absolute() for each in sys.argv[1:3]]
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        main(*given)
