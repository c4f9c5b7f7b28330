"""Label images: one whole number for each object, 1 to n without a gap, 0 for the background."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.images.image import Image
from deepbacs_zoo.images.options import AS_LABELS
from deepbacs_zoo.images.read import read_image
from deepbacs_zoo.images.write import write_tiff

__all__ = ["check_numbers", "label_findings", "plane_of", "relabel"]

_MOST_NAMED: Final = 5
_ALLOWED: Final = "0 for the background and 1, 2, 3 … for the objects"
LABEL_IN_PARTS: Final = Rule(
    "label-in-parts",
    Severity.WARNING,
    "A label of several parts is mostly a number that was given to two objects.",
)


def relabel(source: str | Path, target: str | Path) -> int:
    """Write a label image with numbers 1 to n without a gap, in the order of its old numbers.

    Parameters
    ----------
    source
        The label image.
    target
        Where the new one is written, as uint16 (float32 above 65,535 objects); may be ``source``.

    Returns
    -------
    int
        The number of objects.

    Raises
    ------
    DataError
        ``source`` is no label image: a colour picture, a stack, fractions, or negative numbers.
    """
    path = Path(source)
    image = read_image(path, AS_LABELS)
    values = plane_of(path, image)
    present, index = np.unique(values, return_inverse=True)
    _check_sign(path, present)
    labels = index.reshape(values.shape) + (0 if present[0] == 0 else 1)
    count = int(labels.max())
    dtype = np.uint16 if count <= np.iinfo(np.uint16).max else np.float32
    write_tiff(Path(target), labels.astype(dtype), "yx", image.calibration, labels=True)
    return count


def label_findings(path: Path, labels: NDArray[np.integer]) -> tuple[Finding, ...]:
    """Return what is odd about a label image without being wrong.

    Parameters
    ----------
    path
        Its file.
    labels
        ``y x``, integers, 0 is background.

    Returns
    -------
    tuple of Finding
        A warning when a label has several parts that do not even touch at a corner.
    """
    from skimage.measure import label

    parts = label(labels, background=0, connectivity=2)
    first = np.unique(parts, return_index=True)[1]
    owners, counts = np.unique(labels.reshape(-1)[first], return_counts=True)
    torn = owners[(counts > 1) & (owners != 0)]
    if not torn.size:
        return ()
    finding = LABEL_IN_PARTS.finding(
        path,
        f"{torn.size} of its {int(np.count_nonzero(owners))} labels have several parts that do not "
        f"touch ({_listed(torn.tolist())})",
        "one connected object for each label",
        "look whether a number was given twice",
    )
    return (finding,)


def plane_of(path: Path, image: Image) -> NDArray[np.generic]:
    """Return the one plane of a label image, ``y x``, integers or whole float numbers."""
    planes = image.data.shape[:3]
    if image.rgb or planes != (1, 1, 1):
        raise DataError(
            path,
            "a label image has one value for each pixel",
            value="RGB picture" if image.rgb else "{}x{}x{} t z c".format(*planes),
            allowed="one plane of whole numbers",
            hint="save the label image as 16-bit grey TIFF",
        )
    values: NDArray[np.generic] = image.data.to_numpy()[0, 0, 0]
    if values.dtype.kind == "f":
        odd = values[np.mod(values, 1) != 0]
        if odd.size:
            raise DataError(
                path,
                "some labels are not whole numbers",
                value=f"{odd.flat[0]:g}",
                allowed=_ALLOWED,
                hint="save the label image without interpolation as 16-bit grey TIFF",
            )
    return values


def _check_sign(path: Path, present: NDArray[np.generic]) -> None:
    lowest = int(present[0])
    if lowest < 0:
        raise DataError(
            path,
            "some labels are negative",
            value=lowest,
            allowed=_ALLOWED,
            hint="save the label image as unsigned 16-bit grey TIFF",
        )


def check_numbers(path: Path, present: NDArray[np.generic]) -> None:
    """Refuse the integers of a label image (one axis, sorted, each once) unless they are 1 to n."""
    _check_sign(path, present)
    numbers = [int(number) for number in present]
    labels = [number for number in numbers if number]
    missing = sorted(set(range(1, len(labels) + 1)) - set(labels))
    if missing:
        beyond = [number for number in labels if number > len(labels)]
        verb = "is" if len(missing) == 1 else "are"
        raise DataError(
            path,
            "the labels are not numbered without a gap",
            value=f"{_listed(missing)} {verb} missing, {_listed(beyond)} {verb} there",
            allowed=f"1 to {len(labels)} for its {len(labels)} objects",
            hint="number them again, in Python with deepbacs_zoo.images.relabel(source, target)",
        )


def _listed(numbers: list[int]) -> str:
    more = len(numbers) - _MOST_NAMED
    return ", ".join(map(str, numbers[:_MOST_NAMED])) + (f" and {more} more" if more > 0 else "")
