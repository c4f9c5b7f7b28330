"""Run two models one after the other inside ImageJ: image to image, then the objects in it.

python two_packages.py denoising.zip segmentation.zip noisy.tif results [FIJI_FOLDER]
"""

import sys

from deepbacs_zoo.fiji import Gateway, open_worker, prepare
from deepbacs_zoo.prediction.fiji import open_fiji
from deepbacs_zoo.results import save


def main(gateway: Gateway, first: str, second: str, image: str, output: str) -> int | None:
    """Write the results of both into a folder; return the number of objects of the second."""
    with open_fiji(first, gateway) as predictor:
        restored = predictor.predict(image)
    between = save(restored, output, overwrite=True)[0]
    with open_fiji(second, gateway) as predictor:
        found = predictor.predict(between)
    files = save(found, output, overwrite=True)
    print(
        f"{between.name}, then {found.content.n_objects} objects:", *(file.name for file in files)
    )
    return found.content.n_objects


if __name__ == "__main__":
    words, folder = sys.argv[1:5], (sys.argv[5:] or [None])[0]
    with open_worker(prepare(), folder=folder) as imagej:
        main(imagej, *words)
