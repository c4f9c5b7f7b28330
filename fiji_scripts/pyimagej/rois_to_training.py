"""Add images and the outlines drawn on them in Fiji to a training folder, then train on it.

    python rois_to_training.py training cells1.tif cells1_rois.zip cells2.tif cells2_rois.zip ...

Each zip is one that the ROI Manager saved.  The folder is what
`deepbacs-zoo train segmentation --data training` takes.  No ImageJ runs for this.
"""

import sys
from pathlib import Path

from deepbacs_zoo.annotations.rois import read_rois
from deepbacs_zoo.images import read_image, write_tiff


def main(training: str, *files: str) -> int:
    """Write source/NAME.tif and target/NAME.tif of every pair; return the number of outlines."""
    count = 0
    for path, rois in zip(files[::2], files[1::2], strict=True):
        image = read_image(path)
        frames, slices, channels, height, width = (image.data.sizes[axis] for axis in "tzcyx")
        if frames > 1 or slices > 1:
            sys.exit(f"{path}: training takes single images, this one is a stack")
        labels = read_rois(Path(rois), (height, width))  # y x, 0 is background
        for name, array, axes in (
            ("source", image.data.values[0, 0], "cyx"),
            ("target", labels.astype("uint16"), "yx"),
        ):
            target = Path(training) / name / f"{image.stem}.tif"
            if target.exists():
                sys.exit(f"{target} exists already; delete it, or rename the image")
            write_tiff(target, array, axes, image.calibration, labels=name == "target")
        print(f"{image.stem}: {labels.max()} outlines, {channels} channel(s)")
        count += int(labels.max())
    return count


if __name__ == "__main__":
    main(*sys.argv[1:])
