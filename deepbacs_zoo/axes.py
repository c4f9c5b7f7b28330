"""Names and orders of axes.

An axis is named by one character, as in bioimage.io: ``b`` batch, ``i`` index, ``t`` time,
``c`` channel, ``z y x`` space.  Image files hold ``t z c y x``, ImageJ's hyperstack order on disk
(which ImageJ's own documentation, counting the fastest axis first, calls XYCZT).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["AXIS_NAMES", "IMAGE_AXES", "SPACE", "axis_name"]

AXIS_NAMES: Final = "bitczyx"
IMAGE_AXES: Final = "tzcyx"
SPACE: Final = "zyx"

_AXIS_OF_TYPE: Final[Mapping[str, str]] = MappingProxyType(
    {"batch": "b", "index": "i", "time": "t", "channel": "c"}
)


def axis_name(axis_type: str, axis_id: str) -> str:
    """Return the name of an axis of format 0.5.

    Parameters
    ----------
    axis_type
        ``batch``, ``index``, ``time``, ``channel`` or ``space``.
    axis_id
        For a space axis ``z``, ``y`` or ``x``; ignored for the others.

    Raises
    ------
    KeyError
        The type is unknown, or the space axis is none of the three.
    """
    if axis_type == "space":
        if axis_id not in tuple(SPACE):
            raise KeyError(axis_id)
        return axis_id
    return _AXIS_OF_TYPE[axis_type]
