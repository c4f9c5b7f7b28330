"""Run a model on a time series inside ImageJ, and plot the number of cells over time.

python time_series.py package.zip movie.tif counts.png [FIJI_FOLDER]
"""

import sys

import matplotlib

matplotlib.use("Agg")  # no window is needed
import matplotlib.pyplot as plt

from deepbacs_zoo.fiji import Gateway, open_worker, prepare
from deepbacs_zoo.prediction.fiji import open_fiji


def main(gateway: Gateway, package: str, movie: str, plot: str) -> list[int]:
    """Draw the plot; return the number of cells of every frame, summed over slices."""
    with open_fiji(package, gateway) as predictor:
        result = predictor.predict(movie)
    labels = result.content.array  # t z y x, numbered from 1 in every plane
    counts = labels.max(axis=(2, 3)).sum(axis=1).tolist()
    interval = result.calibration.frame_interval
    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    axes.plot([frame * (interval or 1) for frame in range(len(counts))], counts, "o-")
    axes.set(xlabel="time (s)" if interval else "frame", ylabel="cells", ylim=(0, None))
    figure.savefig(plot, dpi=150)
    plt.close(figure)
    print(*counts)
    return counts


if __name__ == "__main__":
    words, folder = sys.argv[1:4], (sys.argv[4:] or [None])[0]
    with open_worker(prepare(), folder=folder) as imagej:
        main(imagej, *words)
