"""Run a package by deepImageJ in your Fiji, and decode what it gives into cells.

    python run_deepimagej.py FIJI_FOLDER package.zip cells.tif results

The package is best one of `deepbacs-zoo export --for deepimagej`: its numbers are those of Python.
deepImageJ 3.1 and its PyTorch engine are in that Fiji; nothing is fetched.
"""

import sys
from pathlib import Path

from deepbacs_zoo.fiji import prepare
from deepbacs_zoo.fiji.deepimagej.installed import find_deepimagej
from deepbacs_zoo.fiji.deepimagej.program import DeepImageJProgram
from deepbacs_zoo.prediction.deepimagej import open_deepimagej
from deepbacs_zoo.results import save


def main(program: DeepImageJProgram, package: str, image: str, output: str) -> int | None:
    """Write the results of an image into a folder; return the number of its objects."""
    with open_deepimagej(package, program) as predictor:
        result = predictor.predict(image)
    files = save(result, output, overwrite=True)
    print(result.engine)
    for finding in result.findings:
        print(finding.what)
    print(f"{result.content.n_objects} objects:", *(file.name for file in files))
    return result.content.n_objects


if __name__ == "__main__":
    fiji, *words = sys.argv[1:]
    main(DeepImageJProgram(find_deepimagej(Path(fiji)), prepare()), *words)
