"""Build hook of the wheel: adds the Fiji scripts without the plugin's tests and Maven's output."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ShipFijiScripts(BuildHookInterface[Any]):
    """Ships ``fiji_scripts`` inside the package."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the files; an editable installation finds them in the checkout."""
        if version == "editable":
            return
        root = Path(self.root)
        plugin = root / "fiji_scripts" / "plugin"
        left_out = {plugin / "src" / "test", plugin / "target"}
        for path in sorted((root / "fiji_scripts").rglob("*")):
            if path.is_file() and left_out.isdisjoint(path.parents):
                target = f"deepbacs_zoo/{path.relative_to(root).as_posix()}"
                build_data["force_include"][str(path)] = target
