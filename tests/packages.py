"""Small bioimage.io packages for everybody's tests.

``CASES`` is the table of good ones, by name, ``CORPUS`` that and some for one program each;
``REFUSED`` the table of those that must not run;
``FILE_CASES`` and ``REFUSED_FILES`` are the same for files that are packed or named oddly;
``write_package`` writes any other.  Expected test outputs come from NumPy alone.

    package = open_package(CASES["two_inputs"](tmp_path))
    package = open_package(CASES["bcyx"](tmp_path, weights=ALL_WEIGHTS, name="folder"))

    with pytest.raises(REFUSED["tampered_weights"].error): ...
"""

from __future__ import annotations

from tests.package_cases import CASES, Builder
from tests.package_files import FILE_CASES, REFUSED_FILES
from tests.package_programs import PROGRAM_CASES
from tests.package_refusals import REFUSED, Refusal
from tests.package_writer import (
    ALL_WEIGHTS,
    example_inputs,
    image,
    like,
    reference_run,
    reference_steps,
    write_package,
)

__all__ = [
    "ALL_WEIGHTS",
    "CASES",
    "CORPUS",
    "FILE_CASES",
    "REFUSED",
    "REFUSED_FILES",
    "Refusal",
    "example_inputs",
    "image",
    "like",
    "reference_run",
    "reference_steps",
    "write_package",
]

CORPUS: dict[str, Builder] = {**CASES, **PROGRAM_CASES}
