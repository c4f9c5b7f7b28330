"""Run a model on one image inside ImageJ, and go on with its cells in Python.

    python one_image.py package.zip cells.tif results [FIJI_FOLDER]

Without a folder ImageJ comes from deepbacs_zoo.  `main` takes any gateway: open_worker,
open_embedded, or attach for a session of pyimagej that is running.
"""

import sys
from pathlib import Path

from deepbacs_zoo.fiji import Gateway, open_worker, prepare
from deepbacs_zoo.images import read_image


def main(gateway: Gateway, package: str, image: str, output: str) -> int:
    """Write the results of an image into a folder; return the number of its cells."""
    options = {
        "model_path": package,
        "input_path": image,
        "output_folder": output,
        "overwrite": True,
    }
    report = gateway.run_plugin("DeepBacs Run", options).report
    labels = read_image(Path(output) / f"{report['stem']}_labels.tif").data  # xarray, t z c y x
    areas = labels.where(labels > 0).groupby(labels).count()
    print(f"{report['objects']} cells, {report['engine']}, {report['seconds']:.1f} s")
    print("pixels of each:", *areas.values.tolist())
    return report["objects"]


if __name__ == "__main__":
    words, folder = sys.argv[1:4], (sys.argv[4:] or [None])[0]
    with open_worker(prepare(), folder=folder) as imagej:
        main(imagej, *words)
