"""The tile planner: pure functions of shapes, without images and networks."""

from __future__ import annotations

from deepbacs_zoo.tiling.planner import Border, Tile, TilePlan, plan
from deepbacs_zoo.tiling.rules import AxisRule

__all__ = ["AxisRule", "Border", "Tile", "TilePlan", "plan"]
