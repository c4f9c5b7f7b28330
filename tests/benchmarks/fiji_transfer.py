"""How fast pixels pass between Python and ImageJ; runs by hand.

    python -m tests.benchmarks.fiji_transfer [MIB [ROUNDS]]

Stacks of 400 MiB (or MIB), of 8, 16 and 32 bits, go into a macro through each gateway, and back.
With ``DEEPBACS_ZOO_FIJI=DIR`` and pyimagej installed, its own conversions are measured as well, in
a live session on that folder beside our gateway to it.

Prints one line of JSON for each gateway, type and way: its seconds, and its throughput over that of
two plain copies of the same array, measured in the same rounds, in turn with it:

``of_copy``
    Into memory that is there already: nothing is faster.
``of_new``
    Into new memory, as the way to ImageJ and back has to: what ``array.copy()`` takes.

Figures are medians of ROUNDS (5) rounds after a first one, in which Java's heap grows.  The way out
is what there and back takes longer than there.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import xarray as xr

MIB = 2**20
PLANE = 2048
DTYPES = ("uint8", "uint16", "float32")


def timed(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def stack(dtype: str, size: int) -> xr.DataArray:
    """Make a stack ``z y x`` of this many MiB."""
    planes = max(1, size * MIB // (PLANE**2 * np.dtype(dtype).itemsize))
    rng = np.random.default_rng(0)
    values = rng.integers(0, 256, (planes, PLANE, PLANE), np.uint8)
    return xr.DataArray(values.astype(dtype), dims=("z", "y", "x"))


def check(found: np.ndarray, given: xr.DataArray) -> None:
    """Look at every page of the pixels, and compare some."""
    values = found.reshape(given.shape)
    assert found.reshape(-1)[:: 1024 // found.itemsize].sum() >= 0
    assert np.array_equal(values[::7, ::100], given.values[::7, ::100])


def of_gateway(gateway) -> tuple[Callable, Callable]:
    """Return the way there, and there and back."""

    def there(given: xr.DataArray) -> None:
        gateway.run_macro("close();", images={"a": given})

    def both(given: xr.DataArray) -> None:
        found = gateway.run_macro("x = 1;", images={"a": given}).images["a"]
        check(found.data.values, given)

    return there, both


def of_pyimagej(ij) -> tuple[Callable, Callable]:
    """Return the ways of pyimagej itself; its image is virtual until it is duplicated."""

    def into(given: xr.DataArray):
        return ij.py.to_imageplus(given.rename(z="pln", y="row", x="col")).duplicate()

    def there(given: xr.DataArray) -> None:
        into(given).close()

    def both(given: xr.DataArray) -> None:
        image = into(given)
        check(np.asarray(ij.py.from_java(image).values), given)
        image.close()

    return there, both


def measure(ways: dict[str, tuple[Callable, Callable]], size: int, rounds: int) -> None:
    """Print a line for each way and type."""
    for dtype in DTYPES:
        given = stack(dtype, size)
        target = np.zeros_like(given.values)
        seconds: dict[str, list[float]] = {}

        def note(name: str, taken: float, seconds=seconds) -> float:
            seconds.setdefault(name, []).append(taken)
            return taken

        for _ in range(rounds + 1):
            for name, (there, both) in ways.items():
                note("copy", timed(lambda: np.copyto(target, given.values)))  # noqa: B023
                note("new", timed(given.values.copy))
                taken = note(f"{name}, in", timed(lambda: there(given)))  # noqa: B023
                note(f"{name}, out", timed(lambda: both(given)) - taken)  # noqa: B023
        report(
            dtype, {name: statistics.median(_warm(each, rounds)) for name, each in seconds.items()}
        )


def _warm(seconds: list[float], rounds: int) -> list[float]:
    """Leave out the first round."""
    return seconds[len(seconds) // (rounds + 1) :]


def report(dtype: str, medians: dict[str, float]) -> None:
    """Print a line for each way."""
    copy, new = medians.pop("copy"), medians.pop("new")
    for name, seconds in medians.items():
        line = {"gateway": name, "dtype": dtype, "seconds": round(seconds, 3)}
        ratios = {"of_copy": round(copy / seconds, 3), "of_new": round(new / seconds, 3)}
        print(json.dumps(line | ratios), flush=True)


def in_process(size: int, rounds: int) -> None:
    """Measure the gateways that need no Fiji."""
    from deepbacs_zoo.fiji import open_embedded, open_worker, prepare

    setup = prepare()
    with open_worker(setup) as worker, open_embedded(setup) as embedded:
        ways = {"worker": of_gateway(worker), "embedded": of_gateway(embedded)}
        measure(ways, size, rounds)


def in_session(folder: str, size: int, rounds: int) -> None:
    """Measure in a live session of pyimagej."""
    from deepbacs_zoo.fiji import attach, prepare, start_pyimagej

    ij = start_pyimagej(prepare(), folder)
    measure({"attached": of_gateway(attach(ij)), "pyimagej": of_pyimagej(ij)}, size, rounds)


def main(words: list[str]) -> None:
    size, rounds = (*map(int, words), *(400, 5)[len(words) :])
    runs = [(in_process, (size, rounds))]
    folder = os.environ.get("DEEPBACS_ZOO_FIJI")
    if folder:
        runs.append((in_session, (folder, size, rounds)))
    for target, arguments in runs:
        # There is one Java in a process.
        process = multiprocessing.get_context("spawn").Process(target=target, args=arguments)
        process.start()
        process.join()
        if process.exitcode:
            sys.exit(process.exitcode)


if __name__ == "__main__":
    main(sys.argv[1:])
