import subprocess
import sys

import pytest

import deepbacs_zoo

HEAVY = (
    "bioimageio",
    "imagej",
    "jinja2",
    "jpype",
    "lightning",
    "matplotlib",
    "numpy",
    "onnx",
    "onnxruntime",
    "scipy",
    "skimage",
    "tensorflow",
    "tifffile",
    "torch",
    "xarray",
)
REPORT_HEAVY = f"""
import sys
print(",".join(sorted(name for name in {HEAVY!r} if name in sys.modules)))
"""


def loaded_after(code: str) -> list[str]:
    """Run code in a fresh interpreter; the heavy modules that it loaded."""
    done = subprocess.run(
        [sys.executable, "-c", code + REPORT_HEAVY], capture_output=True, text=True, check=True
    )
    last = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""
    return last.split(",") if last else []


def test_the_public_interface_lists_exactly_these_names():
    assert deepbacs_zoo.__all__ == [
        "evaluate",
        "export",
        "open_package",
        "predict",
        "publish",
        "train",
        "validate",
    ]
    assert set(deepbacs_zoo.__all__) < set(dir(deepbacs_zoo))


@pytest.mark.parametrize("name", deepbacs_zoo.__all__)
def test_every_listed_name_is_a_function_with_a_docstring(name):
    function = getattr(deepbacs_zoo, name)
    assert callable(function)
    assert function.__doc__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'predictt'"):
        _ = deepbacs_zoo.predictt


def test_importing_the_package_loads_nothing_heavy():
    assert loaded_after("import deepbacs_zoo") == []


def test_importing_the_command_line_loads_nothing_heavy():
    assert loaded_after("import deepbacs_zoo.cli.main") == []


@pytest.mark.parametrize(
    "subpackage",
    [
        "exporting",
        "prediction",
        "publishing",
        "reports",
        "runners",
        "tasks",
        "training",
        "validation",
    ],
)
def test_a_subpackage_with_a_heavy_library_does_not_load_it_on_import(subpackage):
    heavy = loaded_after(f"import deepbacs_zoo.{subpackage}")
    assert not {"torch", "onnxruntime", "bioimageio", "matplotlib", "lightning"} & set(heavy)
