"""Fluorescence through a microscope: the optical transfer function of a circular pupil.

In focus the incoherent transfer function of a circular pupil is ``2/π (arccos ν - ν sqrt(1 - ν²))``
with ``ν = f / f_c`` and the cut-off ``f_c = 2 NA / wavelength`` (Goodman, Introduction to Fourier
Optics, section 6.3).  Out of focus it is multiplied by ``2 J1(a) / a``, ``a = 8π w/λ ν (1 - ν)``
(Hopkins, Proc. R. Soc. A 231, 1955, 91; Stokseth, J. Opt. Soc. Am. 59, 1969, 1314), where ``w = z n
(1 - cos α)`` is the error of the optical path at the edge of the pupil.  Structured illumination
extends the cut-off by the frequency of its pattern and keeps a section about the focus (Gustafsson,
J. Microsc. 198, 2000, 82; Gustafsson et al., Biophys. J. 94, 2008, 4957).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from scipy import fft, special

from deepbacs_zoo.simulation.checks import check

if TYPE_CHECKING:
    from deepbacs_zoo.simulation.cells import Floats

__all__ = ["Objective", "image_layers", "transfer"]

_TABLE: Final = 2049


@dataclass(frozen=True)
class Objective:
    """A microscope for fluorescence.

    Parameters
    ----------
    numerical_aperture
        That of the objective.
    wavelength
        Of the light that is seen, in micrometers.
    refractive_index
        Of the immersion.
    pattern
        Frequency of the pattern of structured illumination as a share of the cut-off; 0 without.
    section
        Full width at half maximum of the section of structured illumination, in micrometers.

    Raises
    ------
    UsageError
        There is no such microscope.
    """

    numerical_aperture: float = 1.4
    wavelength: float = 0.525
    refractive_index: float = 1.518
    pattern: float = 0.0
    section: float = 0.35

    def __post_init__(self) -> None:
        check(
            "numerical_aperture",
            self.numerical_aperture,
            0 < self.numerical_aperture < self.refractive_index,
            f"above 0 and below the refractive index of the immersion, {self.refractive_index}",
        )
        check("wavelength", self.wavelength, 0.2 <= self.wavelength <= 2, "0.2 to 2 micrometers")
        check("pattern", self.pattern, 0 <= self.pattern <= 1, "0 to 1")
        check("section", self.section, self.section > 0, "above 0 micrometers")

    @property
    def cutoff(self) -> float:
        """The frequency per micrometer from which on nothing is transferred."""
        return 2 * self.numerical_aperture / self.wavelength * (1 + self.pattern)


def transfer(objective: Objective, frequency: NDArray[np.floating], defocus: float = 0.0) -> Floats:
    """Return the optical transfer function.

    Parameters
    ----------
    objective
        The microscope.
    frequency
        Any shape, float: spatial frequency per micrometer.
    defocus
        Distance from the focus in micrometers.  Structured illumination keeps its section.

    Returns
    -------
    ndarray
        float32 of the same shape, 1 at frequency 0 in focus.
    """
    share = np.linspace(0.0, 1.0, _TABLE)
    table = 2 / math.pi * (np.arccos(share) - share * np.sqrt(1 - share**2))
    if objective.pattern:
        table *= math.exp(-4 * math.log(2) * (defocus / objective.section) ** 2)
    elif defocus:
        cosine = math.sqrt(1 - (objective.numerical_aperture / objective.refractive_index) ** 2)
        path = defocus * objective.refractive_index * (1 - cosine)
        angle = 8 * math.pi * path / objective.wavelength * share * (1 - share)
        angle[angle == 0] = 1e-9
        table *= 2 * special.j1(angle) / angle
    position = np.asarray(frequency, np.float32) * np.float32((_TABLE - 1) / objective.cutoff)
    found: Floats = np.interp(position, np.arange(_TABLE), table, right=0.0).astype(np.float32)
    return found


def image_layers(
    layers: Floats,
    depths: Sequence[float],
    objective: Objective,
    pixel_size: float,
    *,
    focus: float = 0.0,
    shift: tuple[float, float] = (0.0, 0.0),
    binning: int = 1,
) -> Floats:
    """Return the image of fluorophores in layers, which repeats beyond its edges.

    Parameters
    ----------
    layers
        ``layer y x`` float32; each is half above the middle of the cells, half below.
    depths
        Distance of each from the middle, in micrometers.
    objective
        The microscope.
    pixel_size
        Side of the pixels of ``layers`` in micrometers.
    focus
        Height of the focus above the middle of the cells, in micrometers.
    shift
        Displacement of the image along y and x, in micrometers.
    binning
        Side in pixels of ``layers`` of the pixels of a camera, over which light is summed up.

    Returns
    -------
    ndarray
        ``y x`` float32, smaller by ``binning``; the mean of the layers is kept.
    """
    height, width = layers.shape[1] // binning, layers.shape[2] // binning
    fy, fx = fft.fftfreq(height, pixel_size * binning), fft.rfftfreq(width, pixel_size * binning)
    frequency = np.hypot(fy[:, None], fx[None]).astype(np.float32)
    seen = np.zeros(frequency.shape, np.complex64)
    for layer, depth in zip(layers, depths, strict=True):
        either_side = transfer(objective, frequency, depth - focus)
        either_side += transfer(objective, frequency, depth + focus)
        seen += _low_frequencies(fft.rfft2(layer), height, width) * either_side
    pixel = pixel_size * binning if binning > 1 else 0.0
    # The middle of a camera's pixel is not that of the first pixel in it.
    middle = (binning - 1) / 2 * pixel_size
    for frequencies, moved in ((fy[:, None], shift[0]), (fx[None], shift[1])):
        factor = np.exp(-2j * math.pi * frequencies * (moved - middle))
        factor *= np.sinc(frequencies * pixel)
        seen *= factor.astype(np.complex64)
    image: Floats = fft.irfft2(seen, (height, width)) * np.float32(0.5 / binning**2)
    return np.maximum(image, 0)


def _low_frequencies(
    spectrum: NDArray[np.complexfloating], height: int, width: int
) -> NDArray[np.complexfloating]:
    """Return the part of a spectrum that a grid with fewer pixels holds."""
    above = height - height // 2
    columns = spectrum[:, : width // 2 + 1]
    return np.concatenate([columns[:above], columns[len(columns) - height // 2 :]])
