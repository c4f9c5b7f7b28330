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
from deepbacs_zoo.fiji.java.setup import Setup
from deepbacs_zoo.images import Calibration, Image
from tests.fiji.javac import open_workshop

CLASSES = (
    "deepbacs.zoo.worker.Worker",
    "deepbacs.zoo.worker.MacroTask",
    "deepbacs.zoo.tests.Misbehaving",
)
BROKEN = "deepbacs.zoo.tests.Misbehaving"


@cache
def gateway_setup() -> Setup:
    """Compile the worker's room once a session; skips the test where there is no Java."""
    folder = Path(mkdtemp(prefix="deepbacs_zoo_tests_"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "classes").mkdir()
    try:
        workshop = open_workshop(folder / "classes")
        java = find_java()
    except (UsageError, HostError, IntegrityError) as error:
        pytest.skip(str(error))
    for name in CLASSES:
        workshop.compile(name)
    jar = folder / "Tests_.jar"
    with zipfile.ZipFile(jar, "w") as archive:
        for path in sorted(workshop.folder.rglob("*.class")):
            archive.write(path, path.relative_to(workshop.folder).as_posix())
    jars = tuple(path for path in workshop.jars if not path.name.startswith("ecj-"))
    return Setup(java, (jar, *jars), jar, (), {"ij": "1.54p"})


def image(array: np.ndarray, axes: str = "yx", **more: object) -> Image:
    """Make an image of an array with some of its axes."""
    missing = {axis: 1 for axis in "tzcyx" if axis not in axes}
    data = xr.DataArray(array, dims=tuple(axes)).expand_dims(missing).transpose(*"tzcyx")
    return Image(data, **{"calibration": Calibration(), **more})
