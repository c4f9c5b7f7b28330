"""Simulated images of a scene, drawn once into the output folder."""

from __future__ import annotations

from pathlib import Path

from deepbacs_zoo.simulation import get_scene, synthesize

SIZE = 256
"""Side of the images in pixels."""


def drawn(scene: str, work: Path, images: int, seed: int) -> Path:
    """Return the folder of a scene's images, a quarter of which are tested.

    Parameters
    ----------
    scene
        Name of the scene, and of the folder.
    work
        Where the folder is.
    images
        Number of images.
    seed
        Of the images.
    """
    folder = work / scene
    if not folder.exists():
        synthesize(get_scene(scene), folder, images=images, size=SIZE, seed=seed)
    return folder
