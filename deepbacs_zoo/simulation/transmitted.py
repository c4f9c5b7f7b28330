"""Transmitted light: bright field and phase contrast by Abbe's theory of image formation.

A cell retards light by ``2π Δn t / wavelength``, with its thickness ``t``.  Each point of the
condenser's aperture is a coherent plane wave; the field behind the cells is filtered by the pupil,
shifted by the direction of the wave, and intensities are summed over the points (Born and Wolf,
Principles of Optics, section 10.6.2; Goodman, Introduction to Fourier Optics, section 7.2).  Out of
focus the pupil has the phase of a plane wave that travels on.  For phase contrast the condenser is
a ring, and a ring in the pupil retards and attenuates the direct light (Zernike, Physica 9, 1942,
686), which makes cells dark and surrounds them with a halo.

Limits: scalar waves; cells are thin (one transparency); the condenser is a dozen points.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from deepbacs_zoo.simulation.checks import check

if TYPE_CHECKING:
    from deepbacs_zoo.simulation.cells import Floats

__all__ = ["Transmitted", "image_phase", "phase_of"]

INDEX_DIFFERENCE: Final = 0.05
"""Refractive index of E. coli, 1.388 (Balaev et al., Proc. SPIE 4707, 2002, 253), less that of
agar, about 1.338."""

Waves = NDArray[np.complex64]


@dataclass(frozen=True)
class Transmitted:
    """A microscope for transmitted light.

    Parameters
    ----------
    numerical_aperture
        That of the objective.
    wavelength
        In micrometers.
    refractive_index
        Of the immersion.
    condenser
        Numerical aperture of the condenser: of its edge, or with a phase ring of its ring.
    ring
        Breadth of the phase ring, as a numerical aperture; 0 is bright field.
    transmission
        Share of the amplitude that the phase ring lets pass.
    points
        Number of points of the condenser on each of its rings.

    Raises
    ------
    UsageError
        There is no such microscope.
    """

    numerical_aperture: float = 1.3
    wavelength: float = 0.55
    refractive_index: float = 1.518
    condenser: float = 0.55
    ring: float = 0.0
    transmission: float = 0.5
    points: int = 5

    def __post_init__(self) -> None:
        index = self.refractive_index
        check(
            "numerical_aperture",
            self.numerical_aperture,
            0 < self.numerical_aperture < index,
            f"above 0 and below the refractive index of the immersion, {index}",
        )
        check(
            "condenser",
            self.condenser,
            0 < self.condenser < self.numerical_aperture,
            f"above 0 and below the numerical aperture, {self.numerical_aperture}",
        )
        check("wavelength", self.wavelength, 0.2 <= self.wavelength <= 2, "0.2 to 2 micrometers")
        check("ring", self.ring, 0 <= self.ring <= self.condenser, f"0 to {self.condenser}")
        check("transmission", self.transmission, 0 < self.transmission <= 1, "above 0, at most 1")
        check("points", self.points, self.points >= 1, "at least 1")

    def directions(self) -> Iterator[tuple[float, float]]:
        """Yield the frequencies of the waves of the condenser along y and x, per micrometer."""
        edge = self.condenser / self.wavelength
        # Two rings stand for equal areas of a disk, the outer one with more points.
        rings = [(0.4 * edge, self.points // 2), (0.85 * edge, self.points)]
        if self.ring:
            rings = [(edge, self.points + self.points // 2 + 1)]
        for radius, count in rings:
            for point in range(max(count, 1)):
                angle = 2 * math.pi * (point + 0.25) / max(count, 1)
                yield radius * math.sin(angle), radius * math.cos(angle)

    def pupil(self, fy: Floats, fx: Floats, focus: float) -> Waves:
        """Return the amplitude that passes.

        Parameters
        ----------
        fy, fx
            float32 frequencies per micrometer, of shapes that broadcast to ``y x``.
        focus
            Height of the focus above the cells in micrometers.
        """
        square = fy * fy + fx * fx
        wave = (self.refractive_index / self.wavelength) ** 2
        path = np.sqrt(np.maximum(np.float32(wave) - square, 0)) - np.float32(math.sqrt(wave))
        passed: Waves = np.exp(np.complex64(-2j * math.pi * focus) * path)
        passed[square > (self.numerical_aperture / self.wavelength) ** 2] = 0
        if self.ring:
            apart = np.abs(
                np.sqrt(square) * np.float32(self.wavelength) - np.float32(self.condenser)
            )
            passed[apart < self.ring / 2] *= cmath.rect(self.transmission, -math.pi / 2)
        return passed


def phase_of(thickness: Floats, microscope: Transmitted) -> Floats:
    """Return the phase ``y x`` float32 in radians by which cells of a thickness retard light."""
    return thickness * np.float32(2 * math.pi * INDEX_DIFFERENCE / microscope.wavelength)


def image_phase(
    phase: Floats,
    microscope: Transmitted,
    pixel_size: float,
    *,
    focus: float = 0.0,
    far: Floats | None = None,
    distance: float = 0.0,
) -> Floats:
    """Return the intensity, 1 where there is nothing; the image repeats beyond its edges.

    Parameters
    ----------
    phase
        ``y x`` float32 in radians.
    microscope
        The microscope.
    pixel_size
        Side of a pixel in micrometers.
    focus
        Height of the focus above the cells in micrometers.
    far
        ``y x`` float32: the phase of specks before the cells, in radians.
    distance
        That of the specks, in micrometers.

    Returns
    -------
    ndarray
        ``y x`` float32.
    """
    fy, fx = (fft.fftfreq(size, pixel_size).astype(np.float32) for size in phase.shape)
    fy, fx = fy[:, None], fx[None]
    field = np.exp(1j * phase).astype(np.complex64)
    if far is not None:
        travels = replace(microscope, ring=0.0).pupil(fy, fx, distance)
        field *= fft.ifft2(fft.fft2(np.exp(1j * far).astype(np.complex64)) * travels)
    spectrum = fft.fft2(field)
    intensity = np.zeros(phase.shape, np.float32)
    direct = 0.0
    for y, x in microscope.directions():
        seen = _wave(spectrum, microscope, (fy + np.float32(y), fx + np.float32(x)), focus)
        intensity += seen.real**2 + seen.imag**2
        alone = np.array([[[y]], [[x]]], np.float32)
        through = microscope.pupil(alone[0], alone[1], focus)
        direct += float(np.abs(through[0, 0]) ** 2)
    return intensity / np.float32(direct)


def _wave(
    spectrum: Waves, microscope: Transmitted, frequencies: tuple[Floats, Floats], focus: float
) -> Waves:
    """Return the field ``y x`` of one wave in the image; what the pupil stops is left out early."""
    edge = microscope.numerical_aperture / microscope.wavelength
    rows, columns = (np.flatnonzero(np.abs(each) <= edge) for each in frequencies)
    fy, fx = frequencies[0][rows], frequencies[1][:, columns]
    passed = np.zeros((spectrum.shape[0], len(columns)), np.complex64)
    passed[rows] = spectrum[np.ix_(rows, columns)] * microscope.pupil(fy, fx, focus)
    field = np.zeros_like(spectrum)
    field[:, columns] = fft.ifft(passed, axis=0)
    waves: Waves = fft.ifft(field, axis=1)
    return waves
