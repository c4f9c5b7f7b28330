"""A setup of the sources at hand and the tests' own Java, for tests that start ImageJ."""

from __future__ import annotations

import atexit
import shutil
import zipfile
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pytest
import xarray as xr

from deepbacs_zoo.errors import HostError, IntegrityError, UsageError
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
