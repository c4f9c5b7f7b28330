"""Run two models on one image inside ImageJ, and say how far they agree.

python compare_models.py first.zip second.zip cells.tif [FIJI_FOLDER]
"""

import sys

from deepbacs_zoo.fiji import Gateway, open_worker, prepare
from deepbacs_zoo.metrics import LabelAgreement, compare_labels
from deepbacs_zoo.prediction.fiji import open_fiji


def main(gateway: Gateway, first: str, second: str, image: str) -> LabelAgreement:
    """Return the number of cells of each, and of those that overlap at IoU above 0.5."""
    labels = []
    for package in (first, second):
        with open_fiji(package, gateway) as predictor:
            labels.append(predictor.predict(image).content.array)
    agreement = compare_labels(*labels)
    print(f"cells: {agreement.first} and {agreement.second}, {agreement.matched} of them the same")
    print(f"pixels that agree: {agreement.pixel_share:.2%}")
    return agreement


if __name__ == "__main__":
    words, folder = sys.argv[1:4], (sys.argv[4:] or [None])[0]
    with open_worker(prepare(), folder=folder) as imagej:
        main(imagej, *words)
