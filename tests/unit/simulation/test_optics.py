"""Physics of fluorescence: transfer functions, cut-off frequencies, defocus."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.simulation.optics import Objective, image_layers, transfer

PIXEL = 0.04
WIDE_FIELD = Objective(numerical_aperture=1.4, wavelength=0.525)
STRUCTURED = replace(WIDE_FIELD, pattern=0.9)


def power(image):
    """Power of a periodic image and the frequency of each of its terms, per micrometer."""
    fy, fx = np.fft.fftfreq(image.shape[0], PIXEL), np.fft.rfftfreq(image.shape[1], PIXEL)
    return np.abs(np.fft.rfft2(image.astype(float))) ** 2, np.hypot(fy[:, None], fx[None])


@pytest.mark.parametrize("objective", [WIDE_FIELD, STRUCTURED], ids=["wide-field", "sim"])
@pytest.mark.parametrize("focus", [0.0, 0.4])
def test_no_power_beyond_the_cutoff_frequency(objective, focus):
    layers = np.random.default_rng(1).random((2, 128, 160), np.float32)
    image = image_layers(layers, (0.1, 0.3), objective, PIXEL, focus=focus)
    energy, frequency = power(image)
    beyond = energy[frequency > objective.cutoff]
    assert beyond.size > 100
    assert beyond.max() < 1e-9 * energy.max()
    assert energy[
        (frequency > 0.5 * objective.cutoff) & (frequency < 0.6 * objective.cutoff)
    ].max() > (1e-8 * energy.max())


def test_structured_illumination_has_nearly_twice_the_cutoff():
    assert WIDE_FIELD.cutoff == pytest.approx(2 * 1.4 / 0.525)
    assert STRUCTURED.cutoff == pytest.approx(1.9 * WIDE_FIELD.cutoff)


def test_a_camera_keeps_the_light_and_the_place_of_a_point():
    layers = np.zeros((1, 96, 96), np.float32)
    layers[0, 40:42, 60:62] = 1.0
    fine = image_layers(layers, (0.0,), WIDE_FIELD, PIXEL)
    binned = image_layers(layers, (0.0,), WIDE_FIELD, PIXEL, binning=2)
    assert binned.shape == (48, 48)
    assert binned.sum() * 4 == pytest.approx(fine.sum(), rel=1e-3)
    assert fine.sum() == pytest.approx(4.0, rel=1e-3)
    assert np.unravel_index(binned.argmax(), binned.shape) == (20, 30)
    assert binned[19, 30] == pytest.approx(binned[21, 30], rel=1e-3)
    assert binned[20, 29] == pytest.approx(binned[20, 31], rel=1e-3)


def test_binning_is_the_sum_over_the_pixels_of_the_camera():
    layers = np.random.default_rng(0).random((1, 64, 64), np.float32)
    fine = image_layers(layers, (0.0,), WIDE_FIELD, PIXEL)
    binned = image_layers(layers, (0.0,), WIDE_FIELD, PIXEL, binning=2)
    # A sinc is the integral over a pixel, a mean of two samples nearly so.
    means = fine.reshape(32, 2, 32, 2).mean(axis=(1, 3))
    assert np.abs(binned - means).max() < 0.05 * np.ptp(means)


def test_a_shift_moves_the_image():
    layers = np.random.default_rng(0).random((1, 64, 64), np.float32)
    still = image_layers(layers, (0.0,), WIDE_FIELD, PIXEL)
    moved = image_layers(layers, (0.0,), WIDE_FIELD, PIXEL, shift=(3 * PIXEL, -2 * PIXEL))
    assert np.allclose(moved, np.roll(still, (3, -2), (0, 1)), atol=1e-5)


def pupil_transfer(objective, defocus, size=512):
    """The same as `transfer` by definition: the autocorrelation of the pupil, along one axis."""
    edge = objective.numerical_aperture / objective.wavelength
    f = (np.arange(size) - size // 2) * (4 * edge / size)
    square = (f[:, None] ** 2 + f[None] ** 2) / edge**2
    cosine = math.sqrt(1 - (objective.numerical_aperture / objective.refractive_index) ** 2)
    path = defocus * objective.refractive_index * (1 - cosine)
    pupil = (square <= 1) * np.exp(2j * np.pi * path / objective.wavelength * square)
    psf = np.abs(np.fft.ifft2(np.fft.ifftshift(pupil))) ** 2
    otf = np.fft.fft2(psf).real
    row = otf[0, : size // 2] / otf[0, 0]
    return np.arange(size // 2) * (4 * edge / size), row


@pytest.mark.parametrize(("defocus", "tolerance"), [(0.0, 0.01), (0.2, 0.03), (0.4, 0.05)])
def test_the_formulas_agree_with_the_autocorrelation_of_the_pupil(defocus, tolerance):
    frequency, exact = pupil_transfer(WIDE_FIELD, defocus)
    formula = transfer(WIDE_FIELD, frequency, defocus)
    assert np.abs(formula - exact).max() < tolerance


def test_defocus_lowers_contrast_and_keeps_light():
    frequency = np.linspace(0, WIDE_FIELD.cutoff, 50)
    sharp, blurred = transfer(WIDE_FIELD, frequency), transfer(WIDE_FIELD, frequency, 0.5)
    assert blurred[0] == pytest.approx(1.0)
    assert np.abs(blurred[5:25]).sum() < 0.5 * sharp[5:25].sum()


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"numerical_aperture": 1.6}, "numerical_aperture"),
        ({"numerical_aperture": 0.0}, "numerical_aperture"),
        ({"numerical_aperture": float("nan")}, "numerical_aperture"),
        ({"wavelength": 525.0}, "wavelength"),
        ({"pattern": 1.5}, "pattern"),
        ({"section": 0.0}, "section"),
    ],
)
def test_an_impossible_objective_is_one_sentence(settings, name):
    with pytest.raises(UsageError) as caught:
        Objective(**settings)
    message = str(caught.value)
    assert message.startswith(name)
    assert "allowed: " in message
    assert message.count("\n") == 0
