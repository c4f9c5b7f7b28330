"""A camera: photons become counts.

``counts = offset + gain * (electrons + read noise)``, the electrons Poisson distributed about the
expected number and the read noise normally (Janesick, Photon Transfer, SPIE 2007), so that the
variance of the counts is ``gain * (mean - offset) + (gain * read noise)²``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.simulation.checks import check

if TYPE_CHECKING:
    from deepbacs_zoo.simulation.cells import Floats

__all__ = ["Camera"]

_LARGEST: Final = 65535


@dataclass(frozen=True)
class Camera:
    """A scientific camera of 16 bits.

    Parameters
    ----------
    gain
        Counts for one electron.
    offset
        Counts without light.
    read_noise
        Standard deviation of reading a pixel, in electrons; 1 to 2 of sCMOS cameras.

    Raises
    ------
    UsageError
        There is no such camera.
    """

    gain: float = 2.0
    offset: float = 100.0
    read_noise: float = 1.6

    def __post_init__(self) -> None:
        check("gain", self.gain, 0 < self.gain <= 1000, "above 0, at most 1000 counts")
        check("offset", self.offset, 0 <= self.offset < _LARGEST, "0 to 65534 counts")
        check("read_noise", self.read_noise, 0 <= self.read_noise <= 1000, "0 to 1000 electrons")

    def expect(self, electrons: Floats) -> Floats:
        """Return the counts that are expected, float32 of the same axes: the image without noise.

        Parameters
        ----------
        electrons
            float32, any axes: the expected number of detected photons, background counted.
        """
        return np.float32(self.offset) + np.float32(self.gain) * electrons

    def expose(self, electrons: Floats, rng: np.random.Generator) -> NDArray[np.uint16]:
        """Return an image, uint16 of the same axes.

        Parameters
        ----------
        electrons
            float32, any axes: the expected number of detected photons, background counted.
        rng
            Source of random numbers.
        """
        detected = rng.poisson(electrons).astype(np.float32)
        detected += np.float32(self.read_noise) * rng.standard_normal(electrons.shape, np.float32)
        return np.rint(self.expect(detected)).clip(0, _LARGEST).astype(np.uint16)
