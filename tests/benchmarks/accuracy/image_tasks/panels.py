"""Panels of DeepBacs' figures (HenriquesLab/DeepBacs, folder ``wiki_files``, CC0-1.0) as pairs.

They were drawn larger than the images, in eight bits, with contrast that cuts off the background;
both are brought back to about the pixels of the microscope.  The lowest part holds text.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import imageio.v3 as imageio
import numpy as np
from skimage.transform import resize

from tests.benchmarks.accuracy.archives import MissingDataError
from tests.benchmarks.accuracy.image_tasks.pairs import ImagePair

FOLDER = "deepbacs-wiki"
SIDE = 1233
TEXT = 0.13
"""Of the rows, at the bottom."""


@dataclass(frozen=True)
class Panels:
    """Two panels of a figure.

    Parameters
    ----------
    name
        Of the pair.
    file
        Of the figure.
    image, target
        Row and column of their first pixels.
    pixels
        Rows of the field of the microscope, by the noise (denoising) and by the scale bar of 5 µm
        at 40 nm (super-resolution).
    """

    name: str
    file: str
    image: tuple[int, int]
    target: tuple[int, int]
    pixels: int

    def read(self, data: Path) -> ImagePair:
        """Return the pair, uint8 values as float32, from the folder of real images.

        Raises
        ------
        MissingDataError
            The figure is not there.
        """
        path = data / FOLDER / self.file
        if not path.is_file():
            raise MissingDataError(f"{FOLDER}/{self.file} is not in {data}")
        figure = imageio.imread(path)[..., 0].astype(np.float32)
        return ImagePair(self.name, self._cut(figure, self.image), self._cut(figure, self.target))

    def _cut(self, figure: np.ndarray, place: tuple[int, int]) -> np.ndarray:
        row, column = place
        panel = figure[row : row + SIDE, column : column + SIDE]
        field = resize(panel, (self.pixels, self.pixels), order=1, anti_aliasing=True)
        return np.asarray(field[: round(self.pixels * (1 - TEXT))], np.float32)


NOISY = Panels("E. coli, confocal", "E.coli_Denoising.png", (442, 284), (442, 1888), 256)
WIDE = Panels("E. coli membranes", "E.coli_SR_prediction.png", (443, 279), (443, 1883), 512)
