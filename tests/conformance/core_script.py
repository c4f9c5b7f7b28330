"""Run packages through bioimageio.core; for an environment that has it.  Stands alone.

    python core_script.py folder results.json

For each zip of the folder and each weights format: the program's own test, and its prediction of
the test input beside the test output (the largest difference), or the first line of the error.
"""

import json
import os
import sys
import tempfile
import warnings
from pathlib import Path

os.environ.setdefault("BIOIMAGEIO_PERFORM_IO_CHECKS", "true")
warnings.simplefilter("ignore")

import bioimageio.core as core  # noqa: E402 - the environment first
import numpy as np  # noqa: E402


def main(folder: Path, results: Path) -> None:
    """Run all packages."""
    found = {"version": core.__version__, "packages": {}}
    for path in sorted(folder.glob("*.zip")):
        found["packages"][path.stem] = run(path)
        results.write_text(json.dumps(found, indent=1), encoding="utf-8")


def run(path: Path) -> dict:
    """Return what becomes of a package, by weights format; ``load`` where it is not read."""
    try:
        model = core.load_model(path)
    except Exception as error:  # noqa: BLE001 - all of them are results
        return {"load": text(error)}
    formats = [name for name, _ in model.weights if _ is not None]
    return {name: {"test": test(path, name), "predict": predict(model, name)} for name in formats}


def test(path: Path, name: str) -> str:
    """Return ``passed``, or why the program's own test of a format failed."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            summary = core.test_model(path, weight_format=name, working_dir=folder)
    except Exception as error:  # noqa: BLE001
        return text(error)
    if summary.status == "passed":
        return "passed"
    errors = [str(error.msg) for detail in summary.details for error in detail.errors]
    return "failed: " + (errors or ["no reason given"])[0].splitlines()[0][:300]


def predict(model, name: str):
    """Return the largest difference from the test outputs, or the first line of the error."""
    try:
        inputs, expected = tensors(model)
        pipeline = core.create_prediction_pipeline(model, weight_format=name)
        sample = core.predict(model=pipeline, inputs=inputs)
        largest = 0.0
        for key, array in expected.items():
            other = np.asarray(sample.members[key].data)
            if other.shape != array.shape:
                return f"shape {other.shape} instead of {array.shape}"
            difference = np.abs(other.astype(np.float64) - array.astype(np.float64))
            largest = max(largest, float(np.nanmax(difference, initial=0)))
        return largest
    except Exception as error:  # noqa: BLE001
        return text(error)


def tensors(model):
    """Return test inputs and outputs by id."""
    from bioimageio.core.digest_spec import get_test_input_sample, get_test_output_sample

    samples = (get_test_input_sample(model), get_test_output_sample(model))
    return tuple(
        {key: np.asarray(tensor.data) for key, tensor in sample.members.items()}
        for sample in samples
    )


def text(error: Exception) -> str:
    """Return class and first line of an error."""
    lines = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__}: {lines[0][:300]}"


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
