"""Run packages through BiaPy; for an environment that has it.  Stands alone.

    python biapy_script.py folder results.json

BiaPy asks the zoo's web service for a model; here the description of the package answers instead.
For each zip: the largest difference of its prediction of the test input from the test output, or
the first line of the error.
"""

import contextlib
import importlib.metadata
import io
import json
import os
import sys
import tempfile
import warnings
import zipfile
from pathlib import Path

warnings.simplefilter("ignore")

import numpy as np  # noqa: E402 - the filter first
import yaml  # noqa: E402
from biapy import BiaPy, models  # noqa: E402


def main(folder: Path, results: Path) -> None:
    """Run all packages."""
    found = {}
    for path in sorted(folder.glob("*.zip")):
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            found[path.stem] = run(path)
        said = {"version": importlib.metadata.version("biapy"), "packages": found}
        results.write_text(json.dumps(said, indent=1), encoding="utf-8")


def run(path: Path):
    """Return what becomes of a package."""
    try:
        with zipfile.ZipFile(path) as archive:
            described = yaml.safe_load(archive.read(name_in(archive)))
            image, expected = (tensor(archive, described, side) for side in ("input", "output"))
        models.find_bmz_models = lambda *_, **__: [described]
        _, options, workflow = models.check_bmz_args(str(path))
        program = BiaPy(settings(str(path), options, workflow, image, expected))
        program.predict(to_last(image))
        found = [each["data"] for each in program.workflow._predictions if each["role"] == "raw"]
        return compared(np.asarray(found[-1]), to_last(expected))
    except BaseException as error:  # noqa: BLE001 - it exits by itself, too
        lines = str(error).strip().splitlines() or [""]
        return f"{type(error).__name__}: {' '.join(lines)[:300]}"


def settings(path: str, options: dict, workflow: dict, image, expected) -> dict:
    """Return what a user sets, who knows the channels of the images and of the results."""
    patch = (*options["DATA.PATCH_SIZE"][:-1], image.shape[1])
    problem = {"TYPE": workflow["workflow_type"], "NDIM": workflow["ndim"]}
    if problem["TYPE"] == "IMAGE_TO_IMAGE":
        problem["IMAGE_TO_IMAGE"] = {"OUTPUT_CHANNELS": expected.shape[1]}
    data = {"PATCH_SIZE": patch, "TEST": {"LOAD_GT": False, "USE_VAL_AS_TEST": False}}
    if problem["TYPE"] == "SEMANTIC_SEG" and expected.shape[1] > 2:  # else it takes two
        data["N_CLASSES"] = expected.shape[1]
    return {
        "PROBLEM": problem,
        "MODEL": {"SOURCE": "bmz", "BMZ": {"SOURCE_MODEL_ID": path}},
        "TRAIN": {"ENABLE": False},
        "TEST": {"ENABLE": True},
        "DATA": data,
    }


def name_in(archive: zipfile.ZipFile) -> str:
    """Return the name of the description."""
    names = ("rdf.yaml", "bioimageio.yaml", "model.yaml")
    return next(name for name in names if name in archive.namelist())


def tensor(archive: zipfile.ZipFile, described: dict, side: str) -> np.ndarray:
    """Return the first test tensor of a side."""
    entry = described[f"{side}s"][0]
    source = entry["test_tensor"]["source"] if "test_tensor" in entry else None
    name = source or described[f"test_{side}s"][0]
    return np.load(io.BytesIO(archive.read(name)))


def to_last(array: np.ndarray) -> np.ndarray:
    """Return a tensor of ``b c (z) y x`` without its batch, with channels last."""
    return np.moveaxis(array[0], 0, -1)


def compared(found: np.ndarray, expected: np.ndarray):
    """Return the largest difference, or both shapes."""
    if found.size != expected.size:
        return f"shape {found.shape} instead of {expected.shape}"
    difference = found.reshape(expected.shape).astype(np.float64) - expected.astype(np.float64)
    return float(np.nanmax(np.abs(difference), initial=0))


if __name__ == "__main__":
    given = [Path(each).absolute() for each in sys.argv[1:3]]
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        main(*given)
