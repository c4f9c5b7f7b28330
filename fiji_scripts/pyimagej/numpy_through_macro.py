"""Send a NumPy image through a macro of ImageJ, and take what it leaves back.

python numpy_through_macro.py [FIJI_FOLDER]
"""

import sys

import numpy as np

from deepbacs_zoo.fiji import Gateway, open_worker, prepare

MACRO = """
run("Gaussian Blur...", "sigma=2");
setAutoThreshold("Otsu dark");
run("Convert to Mask");
run("Set Measurements...", "area centroid redirect=None decimal=3");
run("Analyze Particles...", "size=20-Infinity display clear");
return "" + nResults;
"""


def main(gateway: Gateway) -> tuple[np.ndarray, list[float]]:
    """Return the mask that ImageJ made of three drawn discs, and their areas in pixels."""
    y, x = np.mgrid[:128, :128]
    centers = ((30, 40), (64, 90), (100, 30))
    image = sum(((y - row) ** 2 + (x - column) ** 2 < 12**2) * 200.0 for row, column in centers)
    noise = np.random.default_rng(0).normal(20, 5, image.shape)
    found = gateway.run_macro(MACRO, images={"discs": (image + noise).astype("uint16")})
    areas = found.tables["Results"].columns["Area"].tolist()
    print(found.value, "discs:", *(f"{area:.0f} pixels" for area in areas))
    return found.images["discs"].data.values[0, 0, 0], areas


if __name__ == "__main__":
    with open_worker(prepare(), folder=(sys.argv[1:] or [None])[0]) as imagej:
        main(imagej)
