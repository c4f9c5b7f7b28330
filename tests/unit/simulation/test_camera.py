"""Noise of the camera."""

from __future__ import annotations

import numpy as np
import pytest

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.simulation.camera import Camera


@pytest.mark.parametrize("photons", [2.0, 20.0, 200.0])
def test_variance_of_photons_equals_their_mean(photons):
    camera = Camera(gain=2.0, offset=100.0, read_noise=0.0)
    image = camera.expose(np.full((400, 400), photons, np.float32), np.random.default_rng(0))
    electrons = (image - camera.offset) / camera.gain
    assert electrons.mean() == pytest.approx(photons, rel=0.01)
    assert electrons.var() == pytest.approx(photons, rel=0.02)


def test_read_noise_adds_its_variance():
    camera = Camera(gain=4.0, offset=200.0, read_noise=2.0)
    image = camera.expose(np.full((400, 400), 30, np.float32), np.random.default_rng(0))
    assert image.dtype == np.uint16
    # The variance of rounding, 1/12 of a count, is that of a digital camera.
    assert image.var() == pytest.approx(4.0**2 * (30 + 2.0**2) + 1 / 12, rel=0.02)
    assert image.mean() == pytest.approx(camera.expect(np.float32(30)), rel=0.002)


def test_counts_end_where_the_camera_does():
    camera = Camera(gain=10.0, offset=0.0)
    bright = camera.expose(np.full((8, 8), 1e5, np.float32), np.random.default_rng(0))
    assert (bright == 65535).all()


@pytest.mark.parametrize("settings", [{"gain": 0.0}, {"offset": -1.0}, {"read_noise": -0.1}])
def test_an_impossible_camera_is_one_sentence(settings):
    with pytest.raises(UsageError, match=rf"^{next(iter(settings))}: .*allowed: "):
        Camera(**settings)
