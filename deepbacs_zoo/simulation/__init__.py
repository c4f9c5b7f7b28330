"""Bacteria drawn by a stated physical model, with known truth."""

from __future__ import annotations

from deepbacs_zoo.simulation.pictures import draw_scene
from deepbacs_zoo.simulation.rendering import Sample, simulate
from deepbacs_zoo.simulation.scenes import SCENES, Scene, get_scene, scenes_of
from deepbacs_zoo.simulation.writing import synthesize

__all__ = [
    "SCENES",
    "Sample",
    "Scene",
    "draw_scene",
    "get_scene",
    "scenes_of",
    "simulate",
    "synthesize",
]
