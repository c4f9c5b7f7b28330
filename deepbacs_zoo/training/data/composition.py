"""Crowded fields composed of the objects of training images.

Few labelled fields show few objects, and rarely as close to each other as in a colony.  An object
is cut out with the light around it, turned to any angle, and added where it touches others without
overlap.  Light is added, not replaced: fluorescence adds up, and so does the contrast of phase
contrast and bright field of thin objects, their halos with it (the small phase of Zernike 1942,
https://doi.org/10.1016/S0031-8914(42)80035-X).  Training on pasted objects: Dwibedi et al. 2017,
https://doi.org/10.1109/ICCV.2017.146.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.tasks import Field, Labels
from deepbacs_zoo.tasks.targets.objects import cutouts, depth

__all__ = ["Cluster", "clusters", "compose", "composed_fields"]

Image = NDArray[np.float32]
LabelImage = NDArray[np.int32]
Mask = NDArray[np.bool_]

_CLUSTER: Final = 2
"""Objects at most this many pixels apart are cut out together."""
_LARGEST: Final = 0.4
"""Largest side of a cluster, in sides of a composed field; larger ones are crowded already."""
_REACH: Final = (12, 32)
"""Pixels around an object whose light is its own: its width, within these limits."""
_ZOOM: Final = 1.15
_GAPS: Final = 3
"""Pixels of background between neighbours: 0 to 2."""
_TIGHT: Final = 0.7
"""Share of the objects that touch as much of the others as they can."""
_TIGHTEST: Final = 30
"""These are placed on one of the best places, one in so many."""
_CENTRAL: Final = 0.5
"""Share of the objects that are placed near the middle of the others, as a colony grows."""
_MOST: Final = 40
"""Clusters that are added to a field at most."""


@dataclass(frozen=True, eq=False)
class Cluster:
    """A cluster of objects without background.

    Parameters
    ----------
    light
        ``c y x`` float32: the difference to the background, 0 far from the objects.
    labels
        ``y x`` int32, 0 for everything but these objects.
    """

    light: Image
    labels: LabelImage


def composed_fields(
    fields: Sequence[Field], count: int, side: int, seed: Sequence[int]
) -> tuple[Field, ...]:
    """Return fields composed of the objects of others.

    Parameters
    ----------
    fields
        Images with label images.
    count
        The number of fields.
    side
        Pixels of a side of each.
    seed
        Whole numbers that decide everything.

    Returns
    -------
    tuple of Field
        None where no object can be cut out: all are at an edge, or in clusters of which every one
        is larger than 0.4 of a field.
    """
    parts = clusters(fields, side) if count else ()
    if not parts:
        return ()
    draws = (np.random.default_rng([*seed, index]) for index in range(count))
    return tuple(compose(fields, parts, side, random) for random in draws)


def clusters(fields: Sequence[Field], side: int) -> tuple[Cluster, ...]:
    """Return the clusters of objects that are small enough and not at the edge of their image.

    Parameters
    ----------
    fields
        Images with label images.
    side
        Pixels of a side of the fields that are composed of them.
    """
    reach = int(np.clip(_width(fields), *_REACH))
    return tuple(
        cluster
        for field in fields
        for cluster in _clusters_of(field.image, field.truth.content, reach, int(_LARGEST * side))
    )


def compose(
    fields: Sequence[Field],
    parts: Sequence[Cluster],
    side: int,
    random: np.random.Generator,
) -> Field:
    """Return a part of a field, turned by any angle, with 1 to 40 clusters added.

    A few are added as often as many (log-uniform).

    Parameters
    ----------
    fields
        Images with label images; one is drawn.
    parts
        Clusters, at least one.
    side
        Pixels of a side of what is returned.
    random
        Decides everything.
    """
    drawn = fields[int(random.integers(len(fields)))]
    center = _center(drawn.truth.content, side, random)
    image, labels = _turned(
        drawn.image, drawn.truth.content, center, side, 1.0, random, mode="mirror"
    )
    for _ in range(round(math.exp(random.uniform(0, math.log(_MOST))))):
        part = _turned_cluster(parts[int(random.integers(len(parts)))], random)
        if part.labels.any():
            _add(image, labels, part, random)
    return Field(image, Labels(labels))


def _width(fields: Sequence[Field]) -> float:
    """Return the median width of the objects in pixels: twice the largest distance to the rim."""
    masks = (one.mask for field in fields for one in cutouts(field.truth.content))
    widths = [2 * float(depth(mask).max()) for mask in masks]
    return float(np.median(widths)) if widths else 0.0


def _clusters_of(image: Image, labels: LabelImage, reach: int, largest: int) -> list[Cluster]:
    """Return the clusters of one image."""
    from scipy.ndimage import distance_transform_edt, find_objects, label

    background = labels == 0
    if not background.any():
        return []
    middle = np.median(image[:, background], axis=1).reshape(-1, 1, 1)
    # Mirrored at its ends, so that the light around a cluster near an edge goes on.
    labels = np.pad(labels, reach, mode="symmetric")
    image = np.pad(image, ((0, 0), (reach, reach), (reach, reach)), mode="symmetric")
    numbers, _ = label(distance_transform_edt(labels == 0) <= _CLUSTER)
    found = []
    for number, place in enumerate(find_objects(numbers), 1):
        ends = [(axis.start - reach, axis.stop - reach) for axis in place]
        inside = zip(ends, background.shape, strict=True)
        if not all(start > 0 and stop < size for (start, stop), size in inside):
            continue  # cut by the edge, or mirrored
        if max(stop - start for start, stop in ends) > largest:
            continue
        around = tuple(slice(start, stop + 2 * reach) for start, stop in ends)
        own = np.where(numbers[around] == number, labels[around], 0)
        weight = _own_light(own > 0, (labels[around] > 0) & (own == 0), reach)
        light = (image[(slice(None), *around)] - middle) * weight
        found.append(Cluster(np.asarray(light, np.float32), own))
    return found


def _own_light(own: Mask, others: Mask, reach: int) -> NDArray[np.float64]:
    """Return 1 for pixels on and beside the objects, 0 beyond reach and on others, ``y x``."""
    from scipy.ndimage import distance_transform_edt

    weight = np.clip(2 - 2 * distance_transform_edt(~own) / reach, 0, 1)
    if others.any():
        weight *= np.clip((distance_transform_edt(~others) - 2) / 4, 0, 1)
    return np.asarray(weight, np.float64)


def _center(labels: LabelImage, side: int, random: np.random.Generator) -> NDArray[np.float64]:
    """Return the place of an object, moved so far that a turned field reaches beyond no edge."""
    places = np.flatnonzero(labels)
    shape = np.array(labels.shape)
    if places.size:
        center = np.array(divmod(int(random.choice(places)), labels.shape[1]), np.float64)
    else:
        center = random.uniform(0, shape)
    half = np.minimum(side * math.sqrt(0.5), shape / 2)
    return np.clip(center, half, shape - half)


def _turned(
    image: Image,
    labels: LabelImage,
    center: NDArray[np.float64],
    side: int,
    zoom: float,
    random: np.random.Generator,
    mode: str,
) -> tuple[Image, LabelImage]:
    """Return a square around a center, turned by any angle and perhaps mirrored.

    Values are linear between pixels, labels those of the nearest pixel; ``zoom`` is pixels of the
    image per pixel of the square.
    """
    from scipy.ndimage import affine_transform

    angle, mirrored = random.uniform(0, 2 * math.pi), random.random() < 0.5
    cosine, sine = zoom * math.cos(angle), zoom * math.sin(angle)
    matrix = np.array([[cosine, -sine], [sine, cosine]]) * (1, -1 if mirrored else 1)
    offset = center - matrix @ np.full(2, (side - 1) / 2)
    options: dict[str, Any] = {"output_shape": (side, side), "mode": mode}
    turned = np.stack(
        [affine_transform(plane, matrix, offset, order=1, **options) for plane in image]
    )
    return turned, affine_transform(labels, matrix, offset, order=0, **options)


def _turned_cluster(part: Cluster, random: np.random.Generator) -> Cluster:
    shape = np.array(part.labels.shape)
    zoom = _ZOOM ** random.uniform(-1, 1)
    side = math.ceil(math.hypot(*shape) / zoom) + 1
    return Cluster(
        *_turned(part.light, part.labels, (shape - 1) / 2, side, zoom, random, mode="constant")
    )


def _add(image: Image, labels: LabelImage, part: Cluster, random: np.random.Generator) -> None:
    """Add a cluster where it touches an object without overlap; nothing where there is no place."""
    rows, columns = (np.flatnonzero(part.labels.any(axis)) for axis in (1, 0))
    new = part.labels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] > 0
    place = _free_place(labels > 0, new, random)
    if place is None:
        return
    y, x = place[0] - int(rows[0]), place[1] - int(columns[0])
    there, own = [], []
    for start, length, size in zip((y, x), part.labels.shape, labels.shape, strict=True):
        there.append(slice(max(start, 0), min(start + length, size)))
        own.append(slice(there[-1].start - start, there[-1].stop - start))
    image[(slice(None), *there)] += part.light[(slice(None), *own)]
    seen, added = labels[tuple(there)], part.labels[tuple(own)]
    free = (seen == 0) & (added > 0)
    seen[free] = added[free] + labels.max()


def _free_place(have: Mask, new: Mask, random: np.random.Generator) -> tuple[int, int] | None:
    """Return where the upper left corner of a new object may lie."""
    places = np.flatnonzero(have)
    if not places.size:
        free = [size - length + 1 for size, length in zip(have.shape, new.shape, strict=True)]
        return (
            None
            if min(free) < 1
            else (int(random.integers(free[0])), int(random.integers(free[1])))
        )
    near = _near(places, have.shape, random)
    reach = max(new.shape) * 3 // 2
    window = tuple(
        slice(max(at - reach, 0), min(at + reach, size))
        for at, size in zip(near, have.shape, strict=True)
    )
    found = _contact(have[window], new, random)
    return None if found is None else (found[0] + window[0].start, found[1] + window[1].start)


def _near(
    places: NDArray[np.intp], shape: tuple[int, ...], random: np.random.Generator
) -> tuple[int, int]:
    """Return a pixel of an object: any, or of three the nearest to the middle of all."""
    drawn = np.stack(divmod(places[random.integers(places.size, size=3)], shape[1]), axis=1)
    if random.random() >= _CENTRAL:
        return int(drawn[0, 0]), int(drawn[0, 1])
    middle = np.stack(divmod(places, shape[1])).mean(axis=1)
    best = drawn[np.argmin(((drawn - middle) ** 2).sum(axis=1))]
    return int(best[0]), int(best[1])


def _contact(have: Mask, new: Mask, random: np.random.Generator) -> tuple[int, int] | None:
    """Return a place inside the window where a new object touches others without overlap.

    The pixels that two masks share are counted for all places at once, by their correlation.
    """
    from scipy.ndimage import binary_dilation
    from scipy.signal import fftconvolve

    if any(length > size for length, size in zip(new.shape, have.shape, strict=True)):
        return None
    kernel = new[::-1, ::-1].astype(np.float32)
    touching = binary_dilation(have, iterations=1 + int(random.integers(_GAPS)))
    shared, contact = (
        fftconvolve(mask.astype(np.float32), kernel, "valid") for mask in (have, touching)
    )
    free = np.flatnonzero((shared < 0.5) & (contact > 0.5))
    if not free.size:
        return None
    if random.random() < _TIGHT:
        order = np.argsort(-np.rint(contact.ravel()[free]), kind="stable")
        free = free[order[: 1 + free.size // _TIGHTEST]]
    chosen = divmod(int(random.choice(free)), contact.shape[1])
    return int(chosen[0]), int(chosen[1])
