"""Run a model on every image of a folder inside ImageJ, and count the cells of each.

    python folder.py package.zip images results [FIJI_FOLDER]

A bad image is reported and the others go on; results/summary.csv has a row for each image.
"""

import csv
import sys
from pathlib import Path

from deepbacs_zoo.errors import DeepbacsZooError
from deepbacs_zoo.fiji import Gateway, open_worker, prepare
from deepbacs_zoo.images import image_files


def main(gateway: Gateway, package: str, images: str, output: str) -> Path:
    """Write the results of all images into a folder; return the summary."""
    rows = []
    for file in image_files(Path(images)):
        options = {
            "model_path": package,
            "input_path": str(file),
            "output_folder": output,
            "overwrite": True,
        }
        try:
            report = gateway.run_plugin("DeepBacs Run", options).report
            rows.append((file.name, report["objects"], ""))
        except DeepbacsZooError as error:
            rows.append((file.name, "", str(error)))
        print(*rows[-1])
    summary = Path(output) / "summary.csv"
    with summary.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([("image", "cells", "error"), *rows])
    return summary


if __name__ == "__main__":
    words, folder = sys.argv[1:4], (sys.argv[4:] or [None])[0]
    with open_worker(prepare(), folder=folder) as imagej:
        main(imagej, *words)
