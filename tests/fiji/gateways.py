"""A setup of the sources at hand and the tests' own Java, for tests that start ImageJ."""

from __future__ import annotations

import atexit
import dataclasses
import shutil
import zipfile
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pytest
import xarray as xr

from deepbacs_zoo.errors import HostError, IntegrityError, UsageError
from deepbacs_zoo.fiji.java.coordinates import Coordinate, Jar
from deepbacs_zoo.fiji.java.jars import fetch_jars
from deepbacs_zoo.fiji.java.runtime import find_java
from deepbacs_zoo.fiji.java.setup import JavaEnvironment
from deepbacs_zoo.images import Calibration, Image
from tests.fiji.javac import open_harness

BROKEN = "deepbacs.zoo.tests.Misbehaving"


@cache
def gateway_setup() -> JavaEnvironment:
    """Pack the compiled classes once a session; skips the test where there is no Java."""
    folder = Path(mkdtemp(prefix="deepbacs_zoo_tests_"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    try:
        harness = open_harness()
        java = find_java()
    except (UsageError, HostError, IntegrityError) as error:
        pytest.skip(str(error))
    jar = folder / "Tests_.jar"
    with zipfile.ZipFile(jar, "w") as archive:
        for path in sorted(harness.folder.rglob("*.class")):
            archive.write(path, path.relative_to(harness.folder).as_posix())
    return JavaEnvironment(java, (jar, *harness.jars), jar, (), {"ij": "1.54p"})


def image(array: np.ndarray, axes: str = "yx", **more: object) -> Image:
    """Make an image of an array with some of its axes."""
    missing = {axis: 1 for axis in "tzcyx" if axis not in axes}
    data = xr.DataArray(array, dims=tuple(axes)).expand_dims(missing).transpose(*"tzcyx")
    return Image(data, **{"calibration": Calibration(), **more})


@cache
def groovy_setup() -> JavaEnvironment:
    """Add Groovy, which Fiji has, to the setup; skips the test where it cannot be fetched."""
    coordinate = Coordinate("org.apache.groovy", "groovy", "4.0.24", "imagej")
    sha256 = "38db8aa6f48b96aa11dd75745b96ab2991ddc9a09f5f3840fae704b84a588867"
    try:
        jars = fetch_jars([Jar(coordinate, sha256, 7_602_286)])
    except HostError as error:
        pytest.skip(str(error))
    setup = gateway_setup()
    return dataclasses.replace(setup, classpath=(*setup.classpath, *jars.values()))
