"""How fast ImageJ is there, and how fast pixels pass; runs by hand.

    python -m tests.benchmarks.fiji_start [PACKAGE.zip IMAGE.tif]

Prints one line of JSON: medians of three runs, in seconds and MiB/s.

``worker_ready``, ``embedded_ready``
    From the call that opens a gateway to its return, with everything in the cache.
``python_imports``
    Loading the Python side before, numpy and xarray included.
``first_result``, ``network``
    With a package and an image: from opening a worker to the files of the first prediction, and the
    share of it that the network took.
``second_result``
    The same image again: the model stays loaded.
``to_imagej_and_back``
    A uint16 stack of 400 MiB into a macro that does nothing, and back, twice its size by the time.
``call``
    A macro that does nothing.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

MIB = 2**20
IMPORTS = "import time; start = time.perf_counter(); {}; print(time.perf_counter() - start)"


def python(code: str) -> float:
    """Run code that prints seconds, in a Python of its own."""
    words = [sys.executable, "-c", IMPORTS.format(code)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def timed(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def transfer(gateway) -> float:
    """Return MiB/s, both ways together."""
    import numpy as np
    import xarray as xr

    from deepbacs_zoo.images import Image

    array = np.random.default_rng(0).integers(0, 65536, (1, 50, 1, 2048, 2048)).astype(np.uint16)
    given = Image(xr.DataArray(array, dims=tuple("tzcyx")))

    def there_and_back() -> None:
        found = gateway.run_macro("x = 1;", images={"a": given}).images["a"]
        assert np.array_equal(found.data.values[0, ::7, 0, ::100], array[0, ::7, 0, ::100])
        found.data.values.sum()  # mapped pixels are read here

    there_and_back()  # the first time, Java's heap grows
    seconds = statistics.median(timed(there_and_back) for _ in range(3))
    sums = statistics.median(timed(array.sum) for _ in range(3))
    return 2 * array.nbytes / MIB / (seconds - sums)


def predictions(setup, package: str, image: str) -> dict[str, float]:
    from deepbacs_zoo.fiji import open_worker

    found: dict[str, list[float]] = {"first_result": [], "network": [], "second_result": []}
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            options = {"model_path": package, "input_path": image, "output_folder": folder}
            start = time.perf_counter()
            with open_worker(setup) as gateway:
                report = gateway.run_plugin("DeepBacs Run", options).report
                found["first_result"].append(time.perf_counter() - start)
                found["network"].append(report["network_seconds"])
                options["overwrite"] = True
                found["second_result"].append(
                    timed(lambda: gateway.run_plugin("DeepBacs Run", options))  # noqa: B023
                )
    return {name: statistics.median(values) for name, values in found.items()}


def main(words: list[str]) -> dict[str, float | str]:
    from deepbacs_zoo.fiji import open_embedded, open_worker, prepare

    setup = prepare()
    with open_worker(setup) as gateway:  # fills the cache
        text = f"{gateway.info.java}, ImageJ {gateway.info.imagej}"
        empty = [timed(lambda: gateway.run_macro("x = 1;")) for _ in range(200)]
        moved = transfer(gateway)
    found: dict[str, float | str] = {
        "java": text,
        "python_imports": statistics.median(
            python("import deepbacs_zoo.fiji.gateways.worker") for _ in range(3)
        ),
        "worker_ready": statistics.median(
            timed(lambda: open_worker(setup).close()) for _ in range(3)
        ),
        "call": statistics.median(empty),
        "to_imagej_and_back": moved,
    }
    if words:
        found |= predictions(setup, *(str(Path(word).resolve()) for word in words))
    found["embedded_ready"] = timed(lambda: open_embedded(setup))
    with open_embedded(setup) as embedded:
        found["embedded_call"] = statistics.median(
            timed(lambda: embedded.run_macro("x = 1;")) for _ in range(200)
        )
        found["embedded_to_imagej_and_back"] = transfer(embedded)
    return {name: round(x, 4) if isinstance(x, float) else x for name, x in found.items()}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))
