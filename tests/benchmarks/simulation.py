"""Seconds to simulate a field of 512x512 pixels with 150 cells.

``python -m tests.benchmarks.simulation`` prints processor time of one core, the best and the median
of some images of each scene; the bar is 0.3 s.  Set OMP_NUM_THREADS=1, on a quiet computer.
"""

from __future__ import annotations

import time
from dataclasses import replace

from deepbacs_zoo.simulation import SCENES, Scene, simulate

SIZE, CELLS, REPEATS = 512, 150, 5
BAR = 0.3


def with_cells(scene: Scene) -> Scene:
    """The scene with about `CELLS` cells in an image and its margin."""
    side = (SIZE + 64) * scene.pixel_size
    density = 100 * CELLS / side**2
    return replace(scene, arrangement=replace(scene.arrangement, density=(density, density)))


def main() -> None:
    """Print a line for each scene."""
    print(
        f"{SIZE}x{SIZE} pixels, about {CELLS} cells; best and median of {REPEATS} images; "
        f"bar {BAR} s"
    )
    for name, scene in SCENES.items():
        seconds = []
        for index in range(REPEATS):
            start = time.process_time()
            sample = simulate(with_cells(scene), SIZE, index=index)
            seconds.append(time.process_time() - start)
        seconds.sort()
        print(
            f"{name:24} {len(sample.cells):4} cells  {seconds[0]:.3f} s  "
            f"{seconds[REPEATS // 2]:.3f} s"
        )


if __name__ == "__main__":
    main()
